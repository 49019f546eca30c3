"""The operations of a path item: those of its fields, and additional ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Node
from counterfoil_codegen.rules import api as rules

FIELDS: Final = {
    name: ir.Method(name.upper())
    for name in ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
}
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")  # RFC 9110, section 5.6.2


def operations(
    place: Node, item: Node, diagnostics: Diagnostics
) -> Iterator[tuple[ir.Method, Node]]:
    """The operations at *place*, and of the path item that its `$ref` leads to."""
    for holder in (item,) if place == item else (item, place):
        for key, written in holder.items():
            node = written.arrived() if key in FIELDS else None
            if node is not None and isinstance(node.value, dict):
                yield FIELDS[key], node
        additional = holder.mapping("additionalOperations")
        for method, node in additional.items() if additional is not None else ():
            if _is_additional(method, node, diagnostics) and isinstance(node.value, dict):
                yield ir.Method(method), node


def _is_additional(method: str, node: Node, diagnostics: Diagnostics) -> bool:
    if method.startswith("x-"):
        return False
    if _TOKEN.fullmatch(method) is None:
        problem = f"{method!r:.80} is no method of HTTP"
        cure = "write the method as it stands in requests: letters, digits and hyphens"
    elif method.lower() in FIELDS and method == method.upper():
        problem = f"the method {method} has a field of its own"
        cure = f"write the operation as {method.lower()} in the path item"
    else:
        return True
    diagnostics.report(rules.BAD_METHOD, node.key_span, problem, cure)
    return False
