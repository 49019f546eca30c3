"""Names: of fields, and of components while they are in the hands of the model generator."""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from typing import Final

from counterfoil_codegen import naming

# What the model generator sees instead of `Notice` is `CfNotice`: no name of typing, pydantic or
# datetime begins so, and so it never has a reason to rename a class.
_COMPONENT: Final = "Cf"
_UNDERSCORED: Final = "Cu"
_INLINE: Final = "Ci"
_TARGET: Final = "Cr"
_SHARED: Final = "Cs"
_HOLDER: Final = "Ct"

EXTRA: Final = "extra"

_LONGEST: Final = 64

# Attributes of pydantic.BaseModel and of its metaclass, which a field would hide. Listed, not
# computed: a release of pydantic must not rename a field.
_MODEL_ATTRIBUTES: Final = frozenset(
    {
        "construct",
        "copy",
        "dict",
        "from_orm",
        "json",
        "mro",
        "parse_file",
        "parse_obj",
        "parse_raw",
        "register",
        "schema",
        "schema_json",
        "update_forward_refs",
        "validate",
    }
)
_MODEL_METHODS: Final = frozenset(
    {
        "model_computed_fields",
        "model_config",
        "model_construct",
        "model_copy",
        "model_dump",
        "model_dump_json",
        "model_extra",
        "model_fields",
        "model_fields_set",
        "model_json_schema",
        "model_parametrized_name",
        "model_post_init",
        "model_rebuild",
        "model_validate",
        "model_validate_json",
        "model_validate_strings",
    }
)
# What annotations name: a field of that name would hide it from the fields below.
_TYPE_NAMES: Final = frozenset(
    {"bool", "bytes", "datetime", "dict", "float", "int", "list", "object", "str"}
)
# Letters that look like digits (pycodestyle E741).
_AMBIGUOUS: Final = frozenset({"l"})
_RESERVED: Final = _MODEL_ATTRIBUTES | _MODEL_METHODS | _TYPE_NAMES | _AMBIGUOUS


def internal(component: str) -> str:
    """The name of a component in the document for the model generator.

    That would take an underscore at the end away: `None_` becomes `CuNone`.
    """
    if component.endswith("_"):
        return _UNDERSCORED + component[:-1]
    return _COMPONENT + component


def public(name: str) -> str | None:
    """The component behind an internal name."""
    if name.startswith(_UNDERSCORED):
        return f"{name.removeprefix(_UNDERSCORED)}_"
    return name.removeprefix(_COMPONENT) if name.startswith(_COMPONENT) else None


def inline(index: int) -> str:
    """The name of a type that stands in the document on its own, and inline in the result."""
    return f"{_INLINE}{index}"


def target(index: int) -> str:
    """The name of what a shared type refers to, number *index* of its references."""
    return f"{_TARGET}{index}"


def shared(index: int) -> str:
    """The name of a type that components and inline types share."""
    return f"{_SHARED}{index}"


def holder(index: int) -> str:
    """The name of a class whose fields have types that fields share."""
    return f"{_HOLDER}{index}"


def field_names(wire_names: Iterable[str]) -> dict[str, str]:
    """A Python name for each property of one object, the same in any order of the properties.

    Names are snake case and ASCII; a keyword or a name that pydantic needs gets an underscore at
    its end. Of properties that come out alike, one that already has that name keeps it, and the
    others get a hash of their own name.
    """
    wanted = [(wire, _field_name(wire)) for wire in wire_names]
    names = naming.told_apart(wanted)
    return {wire: name for (wire, _), name in zip(wanted, names, strict=True)}


def _field_name(wire: str) -> str:
    name = "_".join(word.lower() for word in naming.words(wire))
    if len(name) > _LONGEST:
        name = f"{name[:_LONGEST].rstrip('_')}_{naming.digest(wire)}"
    if name[0].isdigit():
        name = f"x_{name}"
    return f"{name}_" if keyword.iskeyword(name) or name in _RESERVED else name


def is_internal(name: str) -> bool:
    """It is a name of the document for the model generator."""
    return name.startswith((_COMPONENT, _UNDERSCORED, _INLINE, _TARGET, _SHARED, _HOLDER))
