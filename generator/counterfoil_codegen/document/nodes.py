"""Documents that have been read, and the nodes in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from counterfoil_codegen.diagnostics import Span
from counterfoil_codegen.document.source import Source, shown
from counterfoil_codegen.document.values import JsonValue, Pointer, Positions, type_name
from counterfoil_codegen.rules import reading as rules
from counterfoil_codegen.rules.api import NULL_VALUE
from counterfoil_codegen.rules.oddities import MISPLACED_REFERENCE, SPELLED_VALUE

# The words of YAML 1.1 too, which many tools still read.
_BOOLEANS: Final = dict.fromkeys(("true", "yes", "on"), True) | dict.fromkeys(
    ("false", "no", "off"), False
)


class Document:
    """A file of a spec, read. Two documents are equal only if they are the same one.

    Attributes:
        name: its path relative to the root, with slashes.
        path: where it is, symlinks resolved.
        sha256: the digest of its bytes with `\\r\\n` as `\\n`, in hex.
        resolve: follows the `$ref` of a node, to its end.
    """

    def __init__(
        self,
        source: Source,
        path: Path,
        sha256: str,
        value: JsonValue,
        positions: Positions,
        resolve: Callable[[Node], Node | None],
    ) -> None:
        self.name: Final = source.name
        self.path: Final = path
        self.sha256: Final = sha256
        self.source: Final = source
        self.positions: Final = positions
        self.resolve: Final = resolve
        self.root: Final = Node(self, (), value)

    def __repr__(self) -> str:
        return f"Document({self.name!r})"


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a document, known by its place: equal to every other node at that place."""

    document: Document
    pointer: Pointer
    value: JsonValue = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """The last token of the pointer; empty at the root."""
        return self.pointer[-1] if self.pointer else ""

    @property
    def span(self) -> Span:
        """Where the value begins. What stands behind a YAML alias: where its anchor stands."""
        return self.document.positions.of_value(self.pointer)

    @property
    def key_span(self) -> Span:
        """Where the key of the value begins; in a list and at the root, the value."""
        return self.document.positions.of_key(self.pointer)

    def get(self, key: str) -> Node | None:
        """The member *key* of a mapping; None if there is none or this is no mapping."""
        if isinstance(self.value, dict) and key in self.value:
            return self._child(key, self.value[key])
        return None

    def items(self) -> Iterator[tuple[str, Node]]:
        """The members of a mapping, in the order of the text; nothing for another value."""
        if isinstance(self.value, dict):
            for key, value in self.value.items():
                yield key, self._child(key, value)

    def elements(self) -> Iterator[Node]:
        """The elements of a list; nothing for another value."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield self._child(str(index), value)

    def element(self, index: int) -> Node | None:
        """The element of a list at *index*, from 0; None if there is none or this is no list."""
        if isinstance(self.value, list) and index < len(self.value):
            return self._child(str(index), self.value[index])
        return None

    def string(self, key: str) -> str | None:
        """The string under *key*; None if there is none, reported if it is something else.

        A number or a boolean, as in `version: 1.0`, is taken for its text, and reported as well.
        """
        member = self.part(key)
        if member is None:
            return None
        if isinstance(member.value, str):
            return member.value
        if isinstance(member.value, bool | int | float):
            text = json.dumps(member.value)
            member._note_spelling("a string", shown(text))
            return text
        member._refuse("a string")
        return None

    def boolean(self, key: str) -> bool | None:
        """The boolean under *key*; None if there is none, reported if it is something else.

        A text that spells one is taken for it, and reported as well.
        """
        member = self.get(key)
        if member is None:
            return None
        if isinstance(member.value, bool):
            return member.value
        meant = _BOOLEANS.get(member.value.lower()) if isinstance(member.value, str) else None
        if meant is None:
            member._refuse("a boolean")
        else:
            member._note_spelling("a boolean", str(meant).lower())
        return meant

    def part(self, key: str) -> Node | None:
        """The member *key*, where OpenAPI has no reference: what a `$ref` leads to all the same."""
        member = self.get(key)
        return None if member is None else member.arrived()

    def arrived(self) -> Node | None:
        """What a `$ref` leads to that stands where OpenAPI has none; without one this node.

        None after a report. Tools that make one file of many follow a reference anywhere.
        """
        if not isinstance(self.value, dict) or not isinstance(self.value.get("$ref"), str):
            return self
        self.document.source.report(
            MISPLACED_REFERENCE,
            self.span,
            "OpenAPI has no $ref here: it is read as what it leads to",
            "write that in its place",
        )
        return self.document.resolve(self)

    def parts(self, key: str) -> Iterator[Node]:
        """The elements of the list under *key*, none of which OpenAPI has as a reference."""
        listed = self.sequence(key)
        arrived = (each.arrived() for each in (listed.elements() if listed is not None else ()))
        return (each for each in arrived if each is not None)

    def mapping(self, key: str, *, referable: bool = False) -> Node | None:
        """The mapping under *key*; None if there is none, reported if it is something else.

        Where OpenAPI lets a reference stand, *referable*, it is the caller's to follow.
        """
        member = self.get(key) if referable else self.part(key)
        if member is None or isinstance(member.value, dict):
            return member
        member._refuse("a mapping")
        return None

    def sequence(self, key: str) -> Node | None:
        """The list under *key*; None if there is none, reported if it is something else."""
        member = self.part(key)
        if member is None or isinstance(member.value, list):
            return member
        member._refuse("a list")
        return None

    def expected(self, what: str) -> None:
        """Report that this value is not *what* (`a string`) its place asks for."""
        self.document.source.report(
            rules.WRONG_TYPE,
            self.span,
            f"{self._called} must be {what}, not {type_name(self.value)}",
            f"write {what}" + (", in quotes if need be" if what == "a string" else ""),
        )

    def _refuse(self, what: str) -> None:
        """Report a member that is not *what*; null, which many tools write, says nothing."""
        if self.value is not None:
            self.expected(what)
            return
        self.document.source.report(
            NULL_VALUE,
            self.span,
            f"{self._called} is null, where {what} belongs: it is read as absent",
            "remove it",
        )

    def _note_spelling(self, what: str, meant: str) -> None:
        """Report that this value is not *what* its place asks for, but read as *meant*."""
        self.document.source.report(
            SPELLED_VALUE,
            self.span,
            f"{self._called} must be {what}, not {type_name(self.value)}: it is read as {meant}",
            f"write {meant}",
        )

    @property
    def _called(self) -> str:
        """What a finding calls it: its key, or which item it is of the list under that."""
        if len(self.pointer) > 1 and self.key_span == self.span:
            return f"item {int(self.name) + 1} of {shown(self.pointer[-2])}"
        return shown(self.name)

    def _child(self, token: str, value: JsonValue) -> Node:
        return Node(self.document, (*self.pointer, token), value)
