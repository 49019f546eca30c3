"""The policy for pages of other origins: `cors` in `x-counterfoil`.

What is let through here is what the runtime's `Cors` takes: it would refuse the rest only when the
generated package is imported.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Node
from counterfoil_codegen.lower.fields import Fields
from counterfoil_codegen.rules import api as rules

_KEYS: Final = (
    "credentials",
    "exposed-headers",
    "max-age",
    "methods",
    "origins",
    "request-headers",
)
_LONGEST_AGE: Final = 366 * 24 * 3600
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
# As a browser serialises it (RFC 6454, section 6.2): what is spelled otherwise never matches.
_ORIGIN: Final = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>0|[1-9][0-9]{0,4}))?"
)
_USUAL_PORTS: Final = {"http": "80", "https": "443"}


def read_cors(node: Node, what: str, diagnostics: Diagnostics) -> ir.Cors | None:
    """The policy that *node* is, of the extension *what*; None after reporting what is none."""
    if node.value is False:
        return ir.Cors(origins=())
    if not isinstance(node.value, dict):
        diagnostics.report(
            rules.BAD_EXTENSION,
            node,
            f"{what}: 'cors' is neither a mapping nor false",
            'write cors: {origins: ["https://example.org"]}, or cors: false',
        )
        return None
    fields = Fields(node, f"cors of {what}", diagnostics)
    fields.check_keys(_KEYS)
    policy = ir.Cors(
        origins=_listed(fields, "origins", "origin", _cure_for_origin),
        methods=_listed(fields, "methods", "method", _cure_for_method),
        request_headers=_listed(fields, "request-headers", "header", _cure_for_header),
        exposed_headers=_listed(fields, "exposed-headers", "header", _cure_for_header),
        max_age=_max_age(fields),
        credentials=fields.flag("credentials"),
    )
    _check_credentials(fields, policy)
    return policy


def _listed(
    fields: Fields, key: str, what: str, cure_for: Callable[[str], str | None]
) -> tuple[str, ...] | None:
    """The texts under *key*, of which each is *what*; None if there are none, and for any origin.

    *cure_for* says what to write instead of a text; None if it is good.
    """
    node = fields.get(key)
    if node is None or (key == "origins" and node.value == "*"):
        return None
    if not isinstance(node.value, list):
        star = ', or "*"' if key == "origins" else ""
        fields.refuse(node, f"{key!r} is no list{star}", f"write {key}: [...]{star}")
        return None
    found = []
    for each in node.elements():
        cure = cure_for(each.value) if isinstance(each.value, str) else "write a string"
        if cure is None:
            found.append(str(each.value))
        else:
            fields.refuse(each, f"{each.value!r:.80} is no {what}", cure)
    return tuple(found)


def _cure_for_origin(text: str) -> str | None:
    match = _ORIGIN.fullmatch(text)
    if text == "null":
        return "every sandboxed page has this one: list those that you trust"
    if text == "*":
        return 'for any origin write origins: "*", without a list'
    if match is None:
        return "write it as a browser does, with no path, in lower case: https://example.org"
    if match["port"] == _USUAL_PORTS.get(match["scheme"], ""):
        return "leave the port out: it is the scheme's own, and browsers leave it out too"
    return None


def _cure_for_method(text: str) -> str | None:
    is_method = _TOKEN.fullmatch(text) is not None and text == text.upper() != "*"
    return None if is_method else "write it in capitals: GET"


def _cure_for_header(text: str) -> str | None:
    return None if _TOKEN.fullmatch(text) else "write its name: X-Request-Id"


def _max_age(fields: Fields) -> int | None:
    age = fields.duration("max-age", _LONGEST_AGE, may_be_0=True)
    node = fields.get("max-age")
    if age is None or node is None or age.denominator == 1:
        return None if age is None else int(age)
    fields.refuse(node, "'max-age' is not in whole seconds", "write a number without a fraction")
    return None


def _check_credentials(fields: Fields, policy: ir.Cors) -> None:
    """Report `*` with credentials, where it stands for nothing (Fetch, "CORS protocol")."""
    if not policy.credentials:
        return
    node, origins = fields.get("credentials"), fields.get("origins")
    if node is not None and (origins is None or origins.value == "*"):
        cure = 'list the origins: origins: ["https://example.org"]'
        fields.refuse(node, "'credentials' are not for any origin", cure)
    for key in ("request-headers", "exposed-headers"):
        headers = fields.get(key)
        for each in headers.elements() if headers is not None else ():
            if each.value == "*":
                fields.refuse(each, "with 'credentials' '*' is no header", "list the headers")
