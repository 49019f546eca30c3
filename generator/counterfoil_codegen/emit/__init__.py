"""From the IR to the text of every file of a generated package. Nothing here touches the output.

The templates see nothing of the spec's documents, and can print only fragments. What comes out is
formatted, parsed again, and held against what this generator can emit at all.
"""

from __future__ import annotations

from counterfoil_codegen import ir
from counterfoil_codegen.budget import check_text
from counterfoil_codegen.emit.formatting import formatted
from counterfoil_codegen.emit.internal import InternalError
from counterfoil_codegen.emit.render import render
from counterfoil_codegen.emit.verify import verify

__all__ = ["InternalError", "emit"]


def emit(api: ir.Api) -> dict[str, str]:
    """The files of the package of *api*: relative posix name to text, sorted by name.

    Raises:
        InternalError: a file is not what this generator means to emit. A bug, never the spec's.
        BudgetError: a file is so large that looking at it again would take too much memory.
    """
    rendered = render(api)
    for text in rendered.values():
        check_text(len(text))
    files = formatted(rendered)
    verify(files)
    return files
