"""What a core schema of pydantic's is of, below what only wraps it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias, cast

from pydantic_core import CoreSchema

__all__ = ["Definitions", "opened"]

Definitions: TypeAlias = Mapping[str, CoreSchema]
"""What references in a schema may mean."""


def opened(
    schema: CoreSchema, definitions: Definitions, wrappers: Collection[str]
) -> tuple[CoreSchema, Definitions]:
    """The schema of JSON's values in *schema*, below definitions and what is in *wrappers*.

    What has a serializer of its own is not opened, nor a reference that is not known. Models may
    hold themselves: it is for the caller to remember which it has seen.
    """
    while "serialization" not in schema:
        if schema["type"] == "definitions":
            named = {str(each.get("ref")): each for each in schema["definitions"]}
            definitions = {**definitions, **named}
            schema = schema["schema"]
        elif schema["type"] == "definition-ref":
            found = definitions.get(schema["schema_ref"])
            if found is None:
                break
            if found["type"] != "model":  # once only: a list may be of lists of its own kind
                definitions = {ref: each for ref, each in definitions.items() if each is not found}
            schema = found
        elif schema["type"] == "json-or-python":
            schema = schema["json_schema"]
        elif schema["type"] in wrappers:
            schema = cast("CoreSchema", cast("dict[str, object]", schema)["schema"])
        else:
            break
    return schema, definitions
