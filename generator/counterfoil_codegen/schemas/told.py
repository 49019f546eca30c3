"""What a spec tells people of a schema or a parameter: description, deprecation, an example."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from counterfoil_codegen.document import JsonValue

_LONGEST: Final = 160
"""How much of an example is told, in characters."""


def told(value: Mapping[str, JsonValue], joint: str = "\n\n") -> str:
    """The text for a docstring, its parts joined by *joint*; empty if nothing is told."""
    description = value.get("description")
    text = description.strip() if isinstance(description, str) else ""
    texts = [f"{text}." if joint == " " and text[-1:].isalnum() else text]
    if value.get("deprecated") is True:
        texts.append("Deprecated.")
    found = examples(value)
    if found:
        texts.append(f"For example: {found[0]}")
    return joint.join(text for text in texts if text)


def examples(value: Mapping[str, JsonValue]) -> list[str]:
    """The examples in *value*, a schema, parameter or media type: as JSON, long ones cut.

    They stand in `example`, in a list `examples` (JSON Schema), or in a mapping of Example Objects
    (OpenAPI 3.1, section 4.8.19).
    """
    listed = value.get("examples")
    found: list[JsonValue] = [value["example"]] if "example" in value else []
    if isinstance(listed, Sequence) and not isinstance(listed, str):
        found += listed
    elif isinstance(listed, Mapping):
        for each in listed.values():
            if isinstance(each, Mapping):
                found += [each[key] for key in ("value", "dataValue") if key in each]
    return list(map(_shown, found))


def _shown(value: JsonValue) -> str:
    pieces = json.JSONEncoder(ensure_ascii=False).iterencode(value)
    text = "".join(islice(pieces, _LONGEST))  # no more than is shown, of however large an example
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
