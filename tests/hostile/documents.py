"""A document with everything in it, and every place in it where a spec may write a text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def document(operations: int = 1, values: int = 3) -> dict[str, Json]:
    """A valid document of OpenAPI 3.2 with *operations* of each kind and enums of *values*."""
    paths: dict[str, Json] = {}
    schemas: dict[str, Json] = {"Pet": _pet(values), "Cat": _cat(), "Tree": _tree()}
    for index in range(operations):
        paths[f"/things{index}/{{thingId}}"] = _path_item(index)
        schemas[f"Thing{index}"] = _thing(index, values)
    return {
        "openapi": "3.2.0",
        "$self": "https://example.org/api",
        "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
        "info": {
            "title": "A title",
            "summary": "A summary",
            "description": "A description",
            "termsOfService": "https://example.org/terms",
            "contact": {"name": "Somebody", "url": "https://example.org", "email": "a@example.org"},
            "license": {"name": "A licence", "identifier": "Apache-2.0"},
            "version": "1.2.3",
            "x-own": "An extension",
        },
        "servers": [
            {
                "url": "https://{host}/v1",
                "name": "A server",
                "description": "A description",
                "variables": {"host": {"default": "example.org", "enum": ["example.org"]}},
            }
        ],
        "tags": [
            {"name": "a-tag", "summary": "A summary", "description": "A description"},
            {"name": "another", "parent": "a-tag", "kind": "nav", "externalDocs": {"url": "x"}},
        ],
        "externalDocs": {"url": "https://example.org/docs", "description": "More"},
        "security": [{"bearer": []}, {"flow": ["read"]}],
        "paths": paths,
        "webhooks": {"hook": {"post": {"responses": {"204": {"description": "Heard"}}}}},
        "components": {"schemas": schemas, "securitySchemes": _schemes()},
    }


def _path_item(index: int) -> dict[str, Json]:
    thing: Json = {"$ref": f"#/components/schemas/Thing{index}"}
    return {
        "summary": "A path",
        "description": "A description of it",
        "parameters": [{"name": "thingId", "in": "path", "required": True, "schema": _text()}],
        "get": {
            "operationId": f"getThing{index}",
            "tags": ["a-tag", "another"],
            "summary": "A summary",
            "description": "A description",
            "externalDocs": {"url": "https://example.org/get", "description": "More"},
            "x-extension": {"key": "value"},
            "parameters": [
                {"name": "page-size", "in": "query", "description": "A size", "schema": _text()},
                {"name": "X-Colour", "in": "header", "schema": {"enum": ["red", "blue"]}},
                {"name": "session", "in": "cookie", "example": "s", "schema": _text()},
                {"name": "order", "in": "query", "schema": {"type": "string", "default": "up"}},
                {"name": "f", "in": "query", "content": {"application/json": {"schema": thing}}},
            ],
            "responses": {
                "200": {
                    "description": "It",
                    "headers": {"X-Count": {"description": "A count", "schema": _text()}},
                    "content": {"application/json": {"schema": thing, "example": "It"}},
                    "links": {"next": {"operationId": f"putThing{index}", "description": "Next"}},
                },
                "404": {"description": "Not there", "content": {"text/plain": {"schema": _text()}}},
                "default": {"description": "Else", "content": {"application/json": {"schema": {}}}},
            },
        },
        "post": _post(index),
        "query": _negotiated(index, thing),
        "put": {
            "operationId": f"putThing{index}",
            "tags": ["another"],
            "deprecated": True,
            "requestBody": {
                "description": "A body",
                "required": True,
                "content": {
                    "application/json": {"schema": thing, "examples": {"one": {"value": "v"}}},
                    "application/x-www-form-urlencoded": {"schema": thing},
                    "text/csv": {"schema": _text()},
                },
            },
            "callbacks": {"done": {"{$request.body#/url}": {"post": {"responses": {}}}}},
            "x-counterfoil": {"sunset": {"date": "2027-11-27", "link": "/versions"}},
            "responses": {
                "201": {"description": "Made"},
                "4XX": {"description": "Not so", "headers": {"X-Why": {"required": True}}},
            },
        },
    }


def _post(index: int) -> dict[str, Json]:
    """A form in parts, and an answer of several media types."""
    thing: Json = {"$ref": f"#/components/schemas/Thing{index}"}
    return {
        "operationId": f"postThing{index}",
        "tags": ["a-tag"],
        "x-counterfoil": {"deprecation": "2026-11-27"},
        "requestBody": {
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "description": "A form",
                        "type": "object",
                        "required": ["a-file"],
                        "properties": {
                            "a-file": {"type": "string", "contentMediaType": "image/png"},
                            "a-note": {"type": "string", "description": "A note"},
                            "things": {"type": "array", "items": thing},
                        },
                        "patternProperties": {"^y-": {"type": "string"}},
                    },
                    "encoding": {
                        "a-file": {
                            "contentType": "image/png, image/*",
                            "headers": {"X-Part": {"description": "A header", "schema": _text()}},
                        },
                        "things": {"style": "form", "contentType": "application/json"},
                    },
                }
            }
        },
        "responses": {
            "200": {
                "description": "It",
                "headers": {
                    "X-Total": {"required": True, "schema": {"type": "integer"}},
                    "X-Of": {"content": {"application/json": {"schema": thing}}},
                },
                "content": {
                    "application/json": {"schema": thing},
                    "application/jsonl": {"itemSchema": thing},
                    "application/xml": {"schema": thing},
                    "text/csv": {"schema": _text()},
                },
            }
        },
    }


def _negotiated(index: int, thing: Json) -> dict[str, Json]:
    """An operation whose bodies and answers have media types and ranges to choose among."""
    session: Json = {"description": "A session", "schema": _text(), "example": "a=b"}
    return {
        "operationId": f"queryThing{index}",
        "parameters": [{"name": "Accept", "in": "header", "schema": {"enum": ["text/*;q=0.5"]}}],
        "requestBody": {
            "content": {
                "application/vnd.own+json; version=1": {"schema": thing},
                "application/*": {"schema": {"type": "string", "format": "binary"}},
            }
        },
        "responses": {
            "200": {
                "description": "One of them",
                "headers": {"Set-Cookie": session, "X-Kind": {"schema": _colour()}},
                "content": {
                    "application/vnd.own+json": {"schema": thing, "example": "It"},
                    "text/html": {"schema": _text()},
                    "image/*": {"schema": {"type": "string", "format": "binary"}},
                },
            },
        },
        "x-counterfoil": {"deprecation": {"date": "2026-11-27", "link": "/why"}},
    }


def _colour() -> dict[str, Json]:
    return {"type": "string", "enum": ["red", "blue"], "pattern": "^[a-z]+$"}


def _thing(index: int, values: int) -> dict[str, Json]:
    listed: list[Json] = [f"value {number}" for number in range(values)]
    return {
        "title": "A thing",
        "description": "A description",
        "type": "object",
        "required": ["name"],
        "x-enum-varnames": ["A"],
        "x-python-type": "os.system",
        "properties": {
            "name": {"type": "string", "description": "A name", "default": "nobody"},
            "a-colour": {"enum": listed, "description": "A colour", "title": "Colour"},
            "kind": {"const": "thing"},
            "code": {"type": "string", "pattern": "^[a-z]+$", "format": "code", "examples": ["a"]},
            "owner": {"$ref": "#/components/schemas/Pet", "description": "Who has it"},
            "tree": {"$ref": "#/components/schemas/Tree"},
            "many": {"type": "array", "items": {"$ref": f"#/components/schemas/Thing{index}"}},
            "made": {"type": "string", "format": "date-time", "readOnly": True},
            "odd": {"not": {"const": "forbidden"}, "$comment": "A comment"},
        },
        "additionalProperties": {"type": "string"},
    }


def _pet(values: int) -> dict[str, Json]:
    mapping: dict[str, Json] = {"cat": "#/components/schemas/Cat", "tree": "Tree"}
    return {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Tree"}],
        "discriminator": {"propertyName": "petType", "mapping": mapping},
        "externalDocs": {"url": "https://example.org/pets"},
    }


def _cat() -> dict[str, Json]:
    return {
        "type": "object",
        "properties": {"petType": {"const": "cat"}},
        "required": ["petType"],
        "dependentRequired": {"petType": ["petType"]},
    }


def _tree() -> dict[str, Json]:
    return {
        "$anchor": "tree",
        "type": "object",
        "properties": {"petType": {"const": "tree"}, "left": {"$ref": "#/components/schemas/Tree"}},
        "patternProperties": {"^x-": {"type": "string"}},
        "required": ["petType"],
    }


def _schemes() -> dict[str, Json]:
    scopes: dict[str, Json] = {"read": "To read"}
    return {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "D"},
        "flow": {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {"tokenUrl": "https://example.org/token", "scopes": scopes}
            },
        },
    }


def _text() -> dict[str, Json]:
    return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Channel:
    """A place where a document has a text: a string, or a key."""

    pointer: tuple[str | int, ...]
    is_key: bool

    def __str__(self) -> str:
        place = "/".join(map(str, self.pointer))
        return f"key {place}" if self.is_key else place


def channels(value: Json, pointer: tuple[str | int, ...] = ()) -> Iterator[Channel]:
    """Every place in *value* that has a text."""
    if isinstance(value, str):
        yield Channel(pointer, is_key=False)
    elif isinstance(value, dict):
        for key, child in value.items():
            yield Channel((*pointer, key), is_key=True)
            yield from channels(child, (*pointer, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from channels(child, (*pointer, index))


def changed(value: Json, texts: dict[Channel, str]) -> str:
    """*value* as JSON, with other texts in some of its places."""
    return json.dumps(_changed(value, (), texts))


def _changed(value: Json, pointer: tuple[str | int, ...], texts: dict[Channel, str]) -> Json:
    if isinstance(value, str):
        return texts.get(Channel(pointer, is_key=False), value)
    if isinstance(value, list):
        return [_changed(each, (*pointer, index), texts) for index, each in enumerate(value)]
    if isinstance(value, dict):
        return {
            texts.get(Channel((*pointer, key), is_key=True), key): _changed(
                each, (*pointer, key), texts
            )
            for key, each in value.items()
        }
    return value
