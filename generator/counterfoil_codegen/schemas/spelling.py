"""What a schema says that means nothing as it is spelled, though something close to it would."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Node
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.rules import spelling
from counterfoil_codegen.schemas.reach import LISTS, MAPS, ONE
from counterfoil_codegen.schemas.shapes import NOT_ENFORCED, PLAIN_KEYWORDS, Dialect

_NEAR: Final = 0.82  # `minLenght`, `propertys`; `content` is not near `contains`
_NEAR_NAME: Final = 0.7  # of the few properties beside it: `sise`
_LONGEST: Final = 40
_MEANT: Final = frozenset(
    (
        *PLAIN_KEYWORDS,
        *NOT_ENFORCED,
        *ONE,
        *LISTS,
        *MAPS,
        "$ref",
        "discriminator",
        "example",
        "examples",
        "readOnly",
        "title",
        "writeOnly",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
    )
)
# Those of JSON Schema and OpenAPI, of any version, that say nothing of values.
_KNOWN: Final = _MEANT | {
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$schema",
    "additionalItems",
    "definitions",
    "dependencies",
    "externalDocs",
    "id",
    "nullable",
    "schema",
    "xml",
}
SECTIONS: Final = frozenset(
    {
        "schemas",
        "responses",
        "parameters",
        "examples",
        "requestBodies",
        "headers",
        "securitySchemes",
        "links",
        "callbacks",
        "pathItems",
        "mediaTypes",
    }
)
"""Of the components object (OpenAPI 3.2, section 4.7)."""

_TYPED_FORMATS: Final = {"date": "date", "datetime": "date-time", "uuid": "uuid"}
_COMPOSED: Final = frozenset(("$ref", "allOf", "anyOf", "oneOf", "patternProperties", "if"))


def report_kind(
    place: Node, target: Node, what: str, section: str, diagnostics: Diagnostics
) -> bool:
    """Report that *place*, where *what* belongs, refers to a component of another *section*.

    It is read nevertheless: some documents keep what is one thing among others.
    """
    found = target.pointer
    if len(found) != 3 or found[0] != "components" or place == target:
        return False
    if found[1] == section or found[1] not in SECTIONS:
        return False
    own: Node | None = target.document.root
    for token in ("components", section, found[2]):
        own = None if own is None else own.get(token)
    better = f"#/components/{section}/{found[2]}"
    diagnostics.report(
        spelling.WRONG_KIND,
        place.get("$ref") or place,
        f"{what} belongs here, and the $ref leads to one of 'components/{found[1]}'",
        f"did you mean {better!r:.80}?" if own is not None else f"refer to one of {section}",
    )
    return True


class Spelling:
    """Reports what is misspelt in schemas, each of which it is shown."""

    def __init__(self, diagnostics: Diagnostics) -> None:
        self._diagnostics = diagnostics

    def check(self, schema: Node, dialect: Dialect) -> None:
        """Look at the keywords of *schema* itself, not at the schemas in it."""
        value = schema.value
        if not isinstance(value, dict):
            return
        for key in value.keys() - _KNOWN:
            near = _near_keyword(key)
            if near is not None:
                self._report_key(schema, key, f"did you mean {near!r}?")
        if value.get("nullable") is True and not dialect.nullable_keyword:
            types = value.get("type")
            cure = f'write type: [{types}, "null"]' if isinstance(types, str) else "list null"
            self._report_key(schema, "nullable", f"{cure}, as OpenAPI 3.1 has it")
        self._check_required(schema)
        self._check_format(schema)

    def _report_key(self, schema: Node, key: str, cure: str) -> None:
        self._diagnostics.report(
            rules.UNKNOWN_KEY,
            (schema.get(key) or schema).key_span,
            f"a schema has no keyword {key!r:.80}; it is passed over",
            cure,
        )

    def _check_required(self, schema: Node) -> None:
        """A required name that is no property, where one that is not required is nearly it."""
        listed, properties = schema.get("required"), schema.get("properties")
        if listed is None or properties is None or any(schema.get(key) for key in _COMPOSED):
            return
        known = {name for name, _ in properties.items()}
        names = [(each, each.value) for each in listed.elements()]
        free = known.difference(name for _, name in names if isinstance(name, str))
        for place, name in names:
            if not isinstance(name, str) or name in known or len(name) > _LONGEST:
                continue
            for near in _near(name, free, _NEAR_NAME):
                self._report_near(place, f"the required {name!r} is none of the properties", near)

    def _check_format(self, schema: Node) -> None:
        place = schema.get("format")
        given = place.value if place is not None else None
        if place is None or not isinstance(given, str) or len(given) > _LONGEST:
            return
        letters = "".join(each for each in given.lower() if each.isalpha())
        meant = _TYPED_FORMATS.get(letters)
        if meant is not None and meant != given:
            self._report_near(place, f"the format {given!r} is a hint, that checks nothing", meant)

    def _report_near(self, place: Node, message: str, near: str) -> None:
        self._diagnostics.report(spelling.NEAR_MISS, place, message, f"did you mean {near!r:.80}?")


def _near(name: str, known: AbstractSet[str], cutoff: float = _NEAR) -> Iterator[str]:
    candidates = [each for each in sorted(known) if len(each) <= _LONGEST]
    yield from get_close_matches(name, candidates, 1, cutoff) or (
        each for each in candidates if each.lower() == name.lower()
    )


@lru_cache(maxsize=1024)
def _near_keyword(key: str) -> str | None:
    if key.startswith("x-") or len(key) > _LONGEST:
        return None
    return next(_near(key, _MEANT), None)
