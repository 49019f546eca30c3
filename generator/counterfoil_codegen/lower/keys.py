"""The keys of OpenAPI's objects: one that is misspelt would be lost in silence."""

from __future__ import annotations

import difflib
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Node
from counterfoil_codegen.lower.extensions import NAME as EXTENSION
from counterfoil_codegen.rules import api as rules

PATH_ITEM: Final = frozenset(
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
)
"""OpenAPI 3.2, section 4.8.9."""

OPERATION: Final = frozenset(
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
)
"""OpenAPI 3.1, section 4.8.10."""

PARAMETER: Final = frozenset(
    {
        "$ref",
        "name",
        "in",
        "description",
        "required",
        "deprecated",
        "allowEmptyValue",
        "style",
        "explode",
        "allowReserved",
        "schema",
        "example",
        "examples",
        "content",
    }
)
"""OpenAPI 3.1, section 4.8.12."""


SECURITY_SCHEME: Final = frozenset(
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
)
"""OpenAPI 3.2, section 4.8.27."""


def check_keys(node: Node, known: frozenset[str], what: str, diagnostics: Diagnostics) -> None:
    """Report keys of *node*, which is *what* (`a path item`), that OpenAPI does not have."""
    for key, child in node.items():
        if key in known or key.startswith("x-"):
            continue
        close = difflib.get_close_matches(key, known, n=1)
        diagnostics.report(
            rules.UNKNOWN_KEY,
            child.key_span,
            f"{what} has no key {key!r:.80}; it is passed over",
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
