"""The documents of an API: which versions they are, and what in them is not generated."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Node
from counterfoil_codegen.lower.keys import COMPONENTS, DOCUMENT, check_keys
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.rules import oddities
from counterfoil_codegen.schemas.dialects import Dialects
from counterfoil_codegen.schemas.shapes import Dialect

_VERSION: Final = re.compile(r"3\.([0-2])(\.\d+(-.*)?)?")
_OWN_DIALECT: Final = re.compile(
    r"https://spec\.openapis\.org/oas/3\.(?:1/dialect/base|2/dialect/\d{4}-\d\d-\d\d)"
    r"|https://json-schema\.org/draft/2020-12/schema#?"
)


def read_dialects(roots: Sequence[Node], diagnostics: Diagnostics) -> Dialects | None:
    """The schema dialect of each document; None after reporting a version that is not read."""
    found = {root.document.name: _dialect(root, diagnostics) for root in roots}
    if diagnostics.has_errors:
        return None
    return Dialects(found, next(iter(found.values()), Dialect(nullable_keyword=False)))


def _dialect(root: Node, diagnostics: Diagnostics) -> Dialect:
    version = root.value.get("openapi") if isinstance(root.value, dict) else None
    match = _VERSION.fullmatch(str(version)) if isinstance(version, str | float) else None
    if match is None:
        _report_version(root, version, diagnostics)
        return Dialect(nullable_keyword=False)
    if match[2] is None or not isinstance(version, str):
        _report_short_version(root, match[0], diagnostics)
    check_keys(root, DOCUMENT, diagnostics)
    components = root.part("components")
    if components is not None:
        check_keys(components, COMPONENTS, diagnostics)
    if root.get("info") is None:
        _report_missing(root, "info", diagnostics)
    dialect = root.get("jsonSchemaDialect")
    if dialect is not None and not _OWN_DIALECT.fullmatch(str(dialect.value)):
        diagnostics.report(
            rules.DIALECT,
            dialect,
            f"schemas of the dialect {dialect.value!r:.80} are read as those of OpenAPI 3.1",
            "remove jsonSchemaDialect, if the schemas are such",
        )
    return Dialect(nullable_keyword=match[1] == "0")


def _quoted(root: Node) -> str:
    return shlex.quote(root.document.name)


def _report_missing(root: Node, key: str, diagnostics: Diagnostics) -> None:
    diagnostics.report(
        rules.MISSING_KEY,
        root,
        f"the document has no {key!r}",
        f"add it: {key}: {{title: ..., version: ...}}",
    )


def _report_short_version(root: Node, version: str, diagnostics: Diagnostics) -> None:
    diagnostics.report(
        oddities.SHORT_VERSION,
        root.get("openapi") or root,
        f"the version of OpenAPI is not written in full; the document is read as {version}.0",
        f'write openapi: "{version}.0"',
    )


def _report_version(root: Node, version: object, diagnostics: Diagnostics) -> None:
    value = root.value
    if isinstance(value, dict) and "swagger" in value:
        diagnostics.report(
            rules.UNKNOWN_VERSION,
            root.get("swagger") or root,
            "this is Swagger 2.0, which counterfoil does not read",
            f"convert it first: npx swagger2openapi {_quoted(root)} -o openapi.yaml",
        )
    elif version is None:
        diagnostics.report(
            rules.NOT_OPENAPI,
            root,
            "the document has no 'openapi' key: it is not an OpenAPI document",
            "name the document that starts with openapi: 3.1.0",
        )
    else:
        diagnostics.report(
            rules.UNKNOWN_VERSION,
            root.get("openapi") or root,
            f"the OpenAPI version {version!r:.40} is not read",
            "use 3.0.x, 3.1.x or 3.2.x, written as a string",
        )
