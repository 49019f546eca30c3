"""The path parameter that takes the rest of the path: `/files/{path}` answers `/files/a/b.txt`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Loader, Node
from counterfoil_codegen.lower.extensions import NAME
from counterfoil_codegen.lower.fields import Fields
from counterfoil_codegen.rules import api as rules

_MARK: Final = "rest-of-path"
_MARK_OF_OTHERS: Final = "x-multi-segment"


def rest_parameter(
    template: str, owners: tuple[Node, ...], loader: Loader, diagnostics: Diagnostics
) -> str | None:
    """The name of the parameter of *template* that takes several segments, if one does.

    It is marked `x-counterfoil: {rest-of-path: true}`, or `x-multi-segment: true` as GitHub has it,
    by one of *owners*: a path item and its operation. It has a segment of the path to itself.
    """
    segments = template.split("/")
    found = None
    for parameter in _parameters(owners, loader):
        marked = _mark(parameter, diagnostics)
        if marked is None:
            continue
        name = parameter.string("name")
        if parameter.string("in") != "path" or f"{{{name}}}" not in segments:
            _refuse(marked, f"{name!r:.80} is no whole segment of {template!r:.80}", diagnostics)
        elif found not in (None, name):
            _refuse(marked, f"{found!r:.80} does, and one parameter can", diagnostics)
        else:
            found = name
    return found


def _parameters(owners: tuple[Node, ...], loader: Loader) -> Iterator[Node]:
    for owner in owners:
        listed = owner.sequence("parameters")
        for place in listed.elements() if listed is not None else ():
            node = loader.resolve(place)
            if node is not None:
                yield node


def _mark(parameter: Node, diagnostics: Diagnostics) -> Node | None:
    """Where *parameter* is marked as one that takes the rest; None if it is not."""
    own = parameter.mapping(NAME)
    if own is not None:
        fields = Fields(own, f"{NAME} of a parameter", diagnostics)
        fields.check_keys((_MARK,), "write it in the operation that it is meant for")
        return fields.get(_MARK) if fields.flag(_MARK) else None
    return parameter.get(_MARK_OF_OTHERS) if parameter.boolean(_MARK_OF_OTHERS) else None


def _refuse(marked: Node, why: str, diagnostics: Diagnostics) -> None:
    """Report a mark of ours that cannot be; one of others is passed over."""
    if marked.name == _MARK:
        diagnostics.report(
            rules.BAD_EXTENSION,
            marked.key_span,
            f"{NAME}: the parameter cannot take the rest of the path: {why}",
            "mark one path parameter that stands between slashes, or remove this",
        )
