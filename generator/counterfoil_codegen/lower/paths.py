"""Path templates, and the base path that a document mounts them under."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Node
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.rules.oddities import NEIGHBOURS, NO_SLASH

_PARAMETER: Final = re.compile(r"\{([^{}]*)\}")
_ORIGIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^/]*|//[^/]*|\{[^{}]*\}://[^/]*")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
_NOT_IN_PATH: Final = re.compile(r"[?#\x00-\x1f\x7f]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPED: Final = re.compile(r"\{[^{}]*\}|[ ?#]")  # names of parameters are left as they are


def parameter_names(template: str) -> tuple[str, ...]:
    """The parameters of a path template, in order (OpenAPI 3.1, section 4.8.8)."""
    return tuple(_PARAMETER.findall(template))


def shape(template: str, rest: str | None) -> str:
    """What two clashing templates have in common: the template without its names.

    Of a template with a parameter that takes the *rest* of the path it says where that is.
    """
    return _PARAMETER.sub(lambda found: "{/}" if found[1] == rest else "{}", template)


def check_template(template: str, node: Node, diagnostics: Diagnostics) -> bool:
    """Report what is wrong with a path template; true if nothing is."""
    problem = _problem(template)
    if problem is None and not template.startswith("/"):
        diagnostics.report(
            NO_SLASH,
            node.key_span,
            f"the path {template!r:.80} does not begin with a slash: it is served as if it did",
            "write the slash",
        )
    escaped = _ESCAPED.sub(_escape, template)
    if problem is None and escaped != template:
        diagnostics.report(
            rules.ESCAPED_PATH,
            node.key_span,
            f"the path {template!r:.80} has a character that no path has: "
            f"it is served under {escaped!r:.80}",
            "remove what is not meant as a part of the path",
        )
    if problem is None and "}{" in template:
        diagnostics.report(
            NEIGHBOURS,
            node.key_span,
            f"the path {template!r:.80} has two parameters with nothing between them: "
            "the second is what the last dot begins",
            "write a text between them",
        )
    if problem is not None:
        diagnostics.report(
            rules.BAD_TEMPLATE,
            node.key_span,
            f"the path {template!r:.80} {problem}",
            "write it as /segment/{parameter}, each parameter once; "
            f'with waive = ["{rules.BAD_TEMPLATE.id}"] it is left out',
        )
    return problem is None


def _escape(found: re.Match[str]) -> str:
    return quote(found[0]) if len(found[0]) == 1 else found[0]


def base_path(node: Node, diagnostics: Diagnostics) -> str | None:
    """The path of the first of *node*'s `servers`, without a final slash; None if it has none.

    Variables take their defaults (OpenAPI 3.1, section 4.8.5).
    """
    servers = list(node.parts("servers"))
    url = _url(servers[0]) if servers else None
    if url is None:
        return None
    first, *others = servers
    path = _path(url)
    _note_others(path, others, diagnostics)
    if "{" in path or _NOT_IN_PATH.search(path):
        diagnostics.report(
            rules.BAD_SERVER,
            first.get("url") or first,
            f"the server URL {url!r:.80} has a variable without a default, or no usable path: "
            "it is passed over",
            "give each variable in it a default, and leave query and fragment out",
        )
        return None
    path = path.rstrip("/")
    return path if not path or path.startswith("/") else f"/{path}"


def _note_others(path: str, others: Sequence[Node], diagnostics: Diagnostics) -> None:
    for other in others:
        url = _url(other)
        if url and _path(url).rstrip("/") != path.rstrip("/"):
            diagnostics.report(
                rules.OTHER_SERVER,
                other.get("url") or other,
                f"the operations are not served under {url!r:.80}, but under {path or '/'!r:.80}",
                "mount the package once more, if they are to be found there too",
            )


def _url(server: Node) -> str | None:
    """The URL of a server, its variables replaced by their defaults."""
    url = server.string("url")
    if url is None:
        return None
    for name, value in _defaults(server).items():
        url = url.replace(f"{{{name}}}", value)
    return url


def _path(url: str) -> str:
    return _ORIGIN.sub("", url, count=1) if _ORIGIN.match(url) else url


def _defaults(server: Node) -> dict[str, str]:
    variables = server.get("variables")
    found = {}
    for name, variable in variables.items() if variables is not None else ():
        default = variable.string("default")
        if default is not None:
            found[name] = default
    return found


def _problem(template: str) -> str | None:
    names = parameter_names(template)
    literal = _PARAMETER.sub("", template)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if _SCHEME.match(template):
        return "has a scheme or a host, which belong to the servers"
    if "{" in literal or "}" in literal:
        return "has a brace without its partner"
    if _CONTROL.search(template):
        return "holds a control character"
    if "" in names:
        return "has a parameter without a name"
    if twice:
        return f"names the parameter {twice[0]!r:.80} twice"
    return None
