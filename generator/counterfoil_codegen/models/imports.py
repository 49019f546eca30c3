"""The imports of a module of models: what it uses, and under which names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from counterfoil_codegen.fragments import Expression, Identifier
from counterfoil_codegen.import_order import member_order

_HOMES: Final = {
    "UNSET": "counterfoil.stub",
    "Absent": "counterfoil.stub",
    "AbsentOrNull": "counterfoil.stub",
    "Annotated": "typing",
    "AwareDatetime": "pydantic",
    "ClassVar": "typing",
    "ConfigDict": "pydantic",
    "Field": "pydantic",
    "Literal": "typing",
    "Model": "counterfoil.stub",
    "Tags": "counterfoil.stub",
    "TypeAliasType": "typing_extensions",
    "UUID": "uuid",
}
_STANDARD: Final = frozenset({"typing", "uuid"})
_NARROW: Final = 79


class Imports:
    """Notes what the text uses, while it is written."""

    def __init__(self, homes: Mapping[str, str], taken: AbstractSet[str]) -> None:
        self._component_homes = homes
        self._taken = taken
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        self._uses_dates = False

    def use(self, name: str) -> Expression:
        """How a name of typing, pydantic ... is written in this module."""
        if name == "date":
            self._uses_dates = True
            return Expression.name(Identifier("datetime"), Identifier("date"))
        self._names[_HOMES[name]].add(name)
        return Expression.name(Identifier(self._local(name)))

    def use_component(self, name: str) -> None:
        """The text refers to a component."""
        if name in self._component_homes:
            self._names[f".{self._component_homes[name]}"].add(name)

    def text(self) -> str:
        """The import statements, as isort orders them."""
        sections = [["from __future__ import annotations"], [], [], []]
        if self._uses_dates:
            sections[1].append("import datetime")
        for home in sorted(self._names):
            section = 3 if home.startswith(".") else 1 if home in _STANDARD else 2
            statements = sorted(self._statements(home), key=lambda found: member_order(found[0]))
            sections[section] += [statement for _, statement in statements]
        return "\n\n".join("\n".join(section) for section in sections if section)

    def _statements(self, home: str) -> Iterator[tuple[str, str]]:
        """One for what keeps its name, one for each name that does not; with its first name."""
        names = sorted(self._names[home], key=member_order)
        kept = [name for name in names if home.startswith(".") or self._local(name) == name]
        if kept:
            listed = ", ".join(str(Identifier(name)) for name in kept)
            # The comma keeps a long list on lines of its own, whatever a linter's line length.
            comma = "," if len(f"from {home} import {listed}") > _NARROW else ""
            yield kept[0], f"from {home} import ({listed}{comma})"
        for name in names:
            if name not in kept:
                renamed = Identifier(self._local(name))
                yield name, f"from {home} import {Identifier(name)} as {renamed}"

    def _local(self, name: str) -> str:
        return f"_{name}" if name in self._taken else name
