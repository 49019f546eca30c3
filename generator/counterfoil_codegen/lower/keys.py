"""The keys of OpenAPI's objects: one that is misspelt would be lost in silence."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Node
from counterfoil_codegen.lower.extensions import NAME as EXTENSION
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.schemas.spelling import SECTIONS, report_kind


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object (OpenAPI 3.2, section 4)."""

    what: str  # a parameter
    keys: frozenset[str]
    section: str | None = None  # of the components


DOCUMENT: Final = Kind(
    "a document",
    frozenset(
        {
            "openapi",
            "$self",
            "info",
            "jsonSchemaDialect",
            "servers",
            "paths",
            "webhooks",
            "components",
            "security",
            "tags",
            "externalDocs",
        }
    ),
)
COMPONENTS: Final = Kind("the components object", SECTIONS)
PATH_ITEM: Final = Kind(
    "a path item",
    frozenset(
        {
            "$ref",
            "summary",
            "description",
            "servers",
            "parameters",
            "get",
            "put",
            "post",
            "delete",
            "options",
            "head",
            "patch",
            "trace",
            "query",
            "additionalOperations",
        }
    ),
    "pathItems",
)
OPERATION: Final = Kind(
    "an operation",
    frozenset(
        {
            "tags",
            "summary",
            "description",
            "externalDocs",
            "operationId",
            "parameters",
            "requestBody",
            "responses",
            "callbacks",
            "deprecated",
            "security",
            "servers",
        }
    ),
)
_OF_PARAMETERS_AND_HEADERS: Final = frozenset(
    {
        "$ref",
        "description",
        "required",
        "deprecated",
        "style",
        "explode",
        "schema",
        "example",
        "examples",
        "content",
    }
)
PARAMETER: Final = Kind(
    "a parameter",
    _OF_PARAMETERS_AND_HEADERS | {"name", "in", "allowEmptyValue", "allowReserved"},
    "parameters",
)
HEADER: Final = Kind("a header", _OF_PARAMETERS_AND_HEADERS, "headers")
REQUEST_BODY: Final = Kind(
    "a request body", frozenset({"$ref", "description", "content", "required"}), "requestBodies"
)
RESPONSE: Final = Kind(
    "a response",
    frozenset({"$ref", "summary", "description", "headers", "content", "links"}),
    "responses",
)
MEDIA_TYPE_OBJECT: Final = Kind(
    "a media type",
    frozenset(
        {
            "$ref",
            "schema",
            "itemSchema",
            "example",
            "examples",
            "encoding",
            "prefixEncoding",
            "itemEncoding",
            "description",
        }
    ),
    "mediaTypes",
)
ENCODING: Final = Kind(
    "an encoding",
    frozenset(
        {
            "contentType",
            "headers",
            "style",
            "explode",
            "allowReserved",
            "encoding",
            "prefixEncoding",
            "itemEncoding",
        }
    ),
)
SECURITY_SCHEME: Final = Kind(
    "a security scheme",
    frozenset(
        {
            "$ref",
            "type",
            "description",
            "name",
            "in",
            "scheme",
            "bearerFormat",
            "flows",
            "openIdConnectUrl",
            "oauth2MetadataUrl",
            "deprecated",
        }
    ),
    "securitySchemes",
)
_BESIDE_A_REFERENCE: Final = Kind("a reference", frozenset({"$ref", "summary", "description"}))


def check_object(place: Node, node: Node, kind: Kind, diagnostics: Diagnostics) -> None:
    """Report what is not read of *node*, which *place* is or refers to, and should be a *kind*."""
    if kind.section is not None and report_kind(place, node, kind.what, kind.section, diagnostics):
        return
    if place != node:  # other keys of a path item stand beside its $ref
        check_keys(place, kind if kind is PATH_ITEM else _BESIDE_A_REFERENCE, diagnostics)
    check_keys(node, kind, diagnostics)


def check_keys(node: Node, kind: Kind, diagnostics: Diagnostics) -> None:
    """Report keys of *node* that OpenAPI does not give to objects of its *kind*."""
    for key, child in node.items():
        if key in kind.keys or key.startswith("x-"):
            continue
        close = difflib.get_close_matches(key[:100], kind.keys, n=1)
        diagnostics.report(
            rules.UNKNOWN_KEY,
            child.key_span,
            f"{kind.what} has no key {key!r:.80}; it is passed over",
            f"did you mean {close[0]!r}?" if close else "remove it, or begin it with x-",
        )


def refuse_extension(node: Node, what: str, diagnostics: Diagnostics) -> None:
    """Report our extension object where it means nothing."""
    found = node.get(EXTENSION)
    if found is not None:
        diagnostics.report(
            rules.BAD_EXTENSION,
            found.key_span,
            f"{EXTENSION} says nothing in {what}",
            "write it in the operations that it is meant for",
        )
