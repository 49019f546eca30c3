"""CF250 to CF259, and CF450 to CF459: the bodies of requests."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen.diagnostics import Rule, Severity

BAD_MEDIA_TYPE: Final = Rule(
    "CF250",
    Severity.WARNING,
    "The media type of a body is written as HTTP writes it.",
)
MEDIA_TYPE_PARAMETERS: Final = Rule(
    "CF450",
    Severity.WARNING,
    "Media types of a body that differ in parameters alone are not told apart.",
)
FORM_PARTS: Final = Rule(
    "CF452",
    Severity.WARNING,
    "Of a form in parts, the declared parts are typed and held to their schemas, and nothing else.",
)
CONTENT_CODING: Final = Rule(
    "CF453",
    Severity.WARNING,
    "A body comes without a content coding: no header parameter asks for one.",
)
FORM_STYLE: Final = Rule(
    "CF451",
    Severity.WARNING,
    "A list in a form is read from fields of one name, not split at a separator.",
)
