"""The types of a document, each asked for once, whatever it is the type of and refers to.

GitHub's API has 42,000 fields of 155 types: a text, a list of what is referred to, one of three
words or null. The model generator takes milliseconds for each, so it is asked for those alone. A
reference that it sees leads to a class that stands for whatever is meant.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from counterfoil_codegen.models import names
from counterfoil_codegen.models.express import Expression
from counterfoil_codegen.models.parse import REF
from counterfoil_codegen.models.problems import ModelError
from counterfoil_codegen.models.schema import JsonValue
from counterfoil_codegen.models.translate import Translated
from counterfoil_codegen.models.types import Named, Type, substitute

_FIELDS_OF_A_HOLDER: Final = 100  # the model generator compares the fields of one class


@dataclass(frozen=True, slots=True)
class _Use:
    """A use of a shared type: which one, and what its references mean."""

    index: int
    targets: tuple[str, ...]

    def of(self, kind: Type) -> Type:
        """The shared type *kind*, as it is meant here."""
        meant = {names.target(number): Named(name) for number, name in enumerate(self.targets)}
        return substitute(kind, meant.get) if meant else kind


@dataclass(slots=True)
class _Pool:
    """Types of one sort, in the order in which they are met."""

    types: list[JsonValue] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)

    def use(self, expression: JsonValue) -> _Use:
        targets: dict[str, int] = {}
        kind = _unnamed(expression, targets)
        index = self._known.setdefault(json.dumps(kind), len(self.types))
        if index == len(self.types):
            self.types.append(kind)
        return _Use(index, tuple(targets))


@dataclass(slots=True)
class Shared:
    """What to ask the model generator for, and what its answers are the answers to."""

    document: dict[str, Expression] = field(default_factory=dict)
    aliases: dict[str, _Use] = field(default_factory=dict)
    classes: dict[str, dict[str, _Use]] = field(default_factory=dict)

    def spread(self, made: Translated) -> Translated:
        """The types of the whole document, from those that were *made*.

        Raises:
            ModelError: the model generator made more, less or something else than was asked for.
        """
        found = made.aliases.keys() | made.classes.keys()
        if found != self.document.keys():
            differing = sorted(found ^ self.document.keys())
            raise ModelError(f"asked for and made are not the same: {differing[:5]}")
        return Translated(
            {name: use.of(_alias(made, use.index)) for name, use in self.aliases.items()},
            {
                name: {key: use.of(_field(made, use.index)) for key, use in uses.items()}
                for name, uses in self.classes.items()
            },
        )


def share(document: Mapping[str, Expression]) -> Shared:
    """The types of *document*: of the fields of its classes, and of everything else."""
    shared = Shared()
    of_names, of_fields = _Pool(), _Pool()
    for name, expression in document.items():
        properties = expression.get("properties")
        if isinstance(properties, Mapping):
            shared.classes[name] = {key: of_fields.use(each) for key, each in properties.items()}
        else:
            shared.aliases[name] = of_names.use(expression)
    uses = [*shared.aliases.values(), *_each(shared.classes.values())]
    for number in range(max((len(use.targets) for use in uses), default=0)):
        shared.document[names.target(number)] = _class({"f0": {}})
    for number, kind in enumerate(of_names.types):
        shared.document[names.shared(number)] = _expression(kind)
    for begin in range(0, len(of_fields.types), _FIELDS_OF_A_HOLDER):
        kinds = of_fields.types[begin : begin + _FIELDS_OF_A_HOLDER]
        fields = {_key(begin + number): kind for number, kind in enumerate(kinds)}
        shared.document[names.holder(begin // _FIELDS_OF_A_HOLDER)] = _class(fields)
    return shared


def _each(classes: Iterable[Mapping[str, _Use]]) -> list[_Use]:
    return [use for uses in classes for use in uses.values()]


def _unnamed(value: JsonValue, targets: dict[str, int]) -> JsonValue:
    """*value* with its references numbered; *targets* gets the names that they lead to."""
    if isinstance(value, Mapping):
        if isinstance(reference := value.get("$ref"), str):
            number = targets.setdefault(reference.removeprefix(REF), len(targets))
            return {"$ref": f"{REF}{names.target(number)}"}
        return {key: _unnamed(each, targets) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_unnamed(each, targets) for each in value]
    return value


def _class(fields: Mapping[str, JsonValue]) -> Expression:
    return {
        "type": "object",
        "properties": dict(fields),
        "required": list(fields),
        "additionalProperties": True,
    }


def _expression(kind: JsonValue) -> Expression:
    if not isinstance(kind, dict):
        raise TypeError("a type of the document is an object")
    return kind


def _key(index: int) -> str:
    return f"f{index}"


def _alias(made: Translated, index: int) -> Type:
    return _made(made.aliases, names.shared(index))


def _field(made: Translated, index: int) -> Type:
    fields = made.classes.get(names.holder(index // _FIELDS_OF_A_HOLDER), {})
    return _made(fields, _key(index))


def _made(types: Mapping[str, Type], name: str) -> Type:
    if name not in types:
        raise ModelError(f"{name} was asked for, and not made")
    return types[name]
