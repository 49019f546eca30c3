"""`x-counterfoil`: the one extension object for all that is ours."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Node
from counterfoil_codegen.rules import api as rules

NAME: Final = "x-counterfoil"
_KEYS: Final = ("cancellable",)


@dataclass(frozen=True, slots=True)
class Extension:
    """What an operation's `x-counterfoil` says."""

    cancellable: bool = False


def read_extension(operation: Node, diagnostics: Diagnostics) -> Extension:
    """Read the extension object of *operation*; an unknown key or a wrong value is reported."""
    node = operation.mapping(NAME)
    if node is None:
        return Extension()
    for key, child in node.items():
        if key not in _KEYS:
            close = difflib.get_close_matches(key, _KEYS, n=1)
            diagnostics.report(
                rules.BAD_EXTENSION,
                child.key_span,
                f"{NAME} has no key {key!r}",
                f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(_KEYS)}",
            )
    cancellable = node.get("cancellable")
    if cancellable is not None and not isinstance(cancellable.value, bool):
        diagnostics.report(
            rules.BAD_EXTENSION,
            cancellable,
            f"{NAME}: 'cancellable' is neither true nor false",
            "write cancellable: true",
        )
        return Extension()
    return Extension(cancellable=cancellable is not None and cancellable.value is True)
