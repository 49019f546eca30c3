"""Security: the schemes that operations require, and how they require them.

OpenAPI 3.1, sections 4.8.27 (Security Scheme Object) and 4.8.30 (Security Requirement Object).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Identifier
from counterfoil_codegen.lower.context import Context
from counterfoil_codegen.lower.keys import SECURITY_SCHEME, check_keys
from counterfoil_codegen.lower.operations import Mounted
from counterfoil_codegen.naming import snake, told_apart, upper
from counterfoil_codegen.reserved import RESERVED_CONSTANT_NAMES
from counterfoil_codegen.rules import api as rules

_KEYS: Final = {
    "header": ir.SchemeKind.HEADER_KEY,
    "query": ir.SchemeKind.QUERY_KEY,
    "cookie": ir.SchemeKind.COOKIE_KEY,
}
_HTTP: Final = {"bearer": ir.SchemeKind.BEARER, "basic": ir.SchemeKind.BASIC}
_TYPES: Final = ("apiKey", "http", "mutualTLS", "oauth2", "openIdConnect")
_WITH_SCOPES: Final = ("oauth2", "openIdConnect")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2


@dataclass(frozen=True, slots=True)
class Security:
    """What an API asks of those who send requests."""

    schemes: tuple[ir.SecurityScheme, ...]  # by name
    of_operations: Mapping[str, ir.Security]  # by id; none for one that anybody may call


@dataclass(frozen=True, slots=True)
class _Scheme:
    """A scheme as it is declared."""

    node: Node
    kind: ir.SchemeKind
    argument: str | None


@dataclass(frozen=True, slots=True)
class _Requirement:
    """Schemes by name, all of which are required, each with its scopes."""

    scopes: Mapping[str, tuple[str, ...]]


def read_security(context: Context, mounted: Sequence[Mounted]) -> Security:
    """Read the security requirements of operations, and the schemes that they name."""
    reader = _Reader(context)
    found = {one.id: tuple(reader.requirements(one)) for one in mounted}
    required = {id_: requirements for id_, requirements in found.items() if requirements}
    every = [one for requirements in required.values() for one in requirements]
    names = _names(context, reader.schemes)
    schemes = {
        name: _finish(name, names[name], scheme, every)
        for name, scheme in sorted(reader.schemes.items())
    }
    secured = {id_: _security(found, schemes) for id_, found in required.items()}
    return Security(
        tuple(schemes.values()), {id_: one for id_, one in secured.items() if one.alternatives}
    )


class _Reader:
    """Reads requirements, and collects the schemes that they name."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.schemes: dict[str, _Scheme] = {}

    def requirements(self, mounted: Mounted) -> Iterator[_Requirement]:
        """What an operation requires: its own list, even if it is empty, or else its document's."""
        has_own = mounted.node.sequence("security") is not None
        owner = mounted.node if has_own else mounted.root
        listed = owner.sequence("security")
        for node in listed.elements() if listed is not None else ():
            if not isinstance(node.value, dict):
                node.expected("a mapping")
                continue
            named = {name: self._scopes(mounted, name, each) for name, each in node.items()}
            yield _Requirement(named)

    def _scopes(self, mounted: Mounted, name: str, node: Node) -> tuple[str, ...]:
        scheme = self._scheme(mounted, name, node)
        if node.value is None:
            self._report_null(name, node)
        elif not isinstance(node.value, list):
            node.expected("a list")
        scopes = [element for element in node.elements() if isinstance(element.value, str)]
        for element in node.elements():
            if not isinstance(element.value, str):
                element.expected("a string")
        if scheme is not None:
            self._check_scopes(mounted, name, scheme, scopes)
        return tuple(dict.fromkeys(str(scope.value) for scope in scopes))

    def _scheme(self, mounted: Mounted, name: str, node: Node) -> _Scheme | None:
        place = _declared(mounted.root, name) or _declared(mounted.node.document.root, name)
        if place is None:
            self._report_unknown(mounted.root, name, node)
            scheme = _Scheme(node, ir.SchemeKind.UNDECLARED, name)
        else:
            target = self._context.loader.resolve(place)
            if target is None:
                return None
            scheme = self._read(target, name)
        other = self.schemes.setdefault(name, scheme)
        if (other.kind, other.argument) != (scheme.kind, scheme.argument):
            self._context.diagnostics.report(
                rules.SCHEME_CLASH,
                (place or node).key_span,
                f"the security scheme {name!r:.80} is another one at {other.node.span}",
                "rename one of them, or generate the documents as packages of their own",
            )
        return other

    def _report_null(self, name: str, node: Node) -> None:
        self._context.diagnostics.report(
            rules.NULL_VALUE,
            node,
            f"{name!r:.80} is null, where a list belongs: it is required, without scopes",
            "write []",
        )

    def _report_unknown(self, root: Node, name: str, node: Node) -> None:
        schemes = _schemes(root)
        names = [key for key, _ in schemes.items()] if schemes is not None else []
        self._context.diagnostics.report(
            rules.UNKNOWN_SCHEME,
            node.key_span,
            f"no security scheme is called {name!r:.80}: "
            "the authenticator has to find its credentials",
            f"there is {', '.join(f'{known!r:.80}' for known in names[:3])}"
            if names
            else "declare it in components/securitySchemes",
        )

    def _read(self, node: Node, name: str) -> _Scheme:
        check_keys(node, SECURITY_SCHEME, self._context.diagnostics)
        match node.string("type"):
            case "oauth2" | "openIdConnect":
                return _Scheme(node, ir.SchemeKind.BEARER, None)
            case "mutualTLS":
                return _Scheme(node, ir.SchemeKind.CERTIFICATE, None)
            case "http":
                return self._read_http(node, name)
            case "apiKey":
                return self._read_key(node, name)
        types = ", ".join(_TYPES)
        return self._odd(node, name, "has no type that OpenAPI knows", f"write one of {types}")

    def _read_http(self, node: Node, name: str) -> _Scheme:
        scheme = node.string("scheme")
        if scheme is None or not _TOKEN.fullmatch(scheme):
            return self._odd(node, name, "names no HTTP scheme", "write scheme: bearer")
        kind = _HTTP.get(scheme.lower())
        if kind is not None:
            return _Scheme(node, kind, None)
        return _Scheme(node, ir.SchemeKind.HTTP, scheme)

    def _read_key(self, node: Node, name: str) -> _Scheme:
        kind, key = _KEYS.get(node.string("in") or ""), node.string("name")
        in_query = kind is ir.SchemeKind.QUERY_KEY
        if kind is None or not key or not (in_query or _TOKEN.fullmatch(key)):
            cure = "write {type: apiKey, in: header, name: X-Key}; in is header, query or cookie"
            return self._odd(node, name, "does not say where its key is", cure)
        return _Scheme(node, kind, key)

    def _odd(self, node: Node, name: str, what: str, cure: str) -> _Scheme:
        """A scheme that is required all the same: the authenticator lets in whom it will."""
        self._context.diagnostics.report(
            rules.BAD_SECURITY_SCHEME,
            node,
            f"the security scheme {name!r:.80} {what}: "
            "the authenticator has to find its credentials",
            cure,
        )
        return _Scheme(node, ir.SchemeKind.UNDECLARED, name)

    def _check_scopes(
        self, mounted: Mounted, name: str, scheme: _Scheme, scopes: Sequence[Node]
    ) -> None:
        if scheme.kind is ir.SchemeKind.UNDECLARED:
            return
        type_ = scheme.node.string("type")
        if scopes and type_ not in _WITH_SCOPES and _is_3_0(mounted.root):
            self._context.diagnostics.report(
                rules.ROLES,
                scopes[0],
                f"the scheme {name!r:.80} is of type {type_}, for which OpenAPI 3.0 has "
                "no scopes; they are required as roles, as in 3.1",
                "remove them, or write openapi: 3.1.0",
            )
        known = _declared_scopes(scheme.node) if type_ == "oauth2" else None
        for scope in scopes:
            if known is not None and scope.value not in known:
                self._context.diagnostics.report(
                    rules.UNKNOWN_SCOPE,
                    scope,
                    f"no flow of {name!r:.80} declares the scope {scope.value!r:.80}",
                    "declare it, or correct its name",
                )


def _schemes(root: Node) -> Node | None:
    components = root.part("components")
    return components.part("securitySchemes") if components is not None else None


def _declared(root: Node, name: str) -> Node | None:
    schemes = _schemes(root)
    return schemes.get(name) if schemes is not None else None


def _declared_scopes(scheme: Node) -> frozenset[str]:
    flows = scheme.get("flows")
    declared = [flow.get("scopes") for _, flow in flows.items()] if flows is not None else []
    return frozenset(
        name for scopes in declared if scopes is not None for name, _ in scopes.items()
    )


def _is_3_0(root: Node) -> bool:
    version = root.get("openapi")
    return version is not None and str(version.value).startswith("3.0")


def _finish(
    name: str, python_name: Identifier, scheme: _Scheme, every: Iterable[_Requirement]
) -> ir.SecurityScheme:
    using = [one for one in every if name in one.scopes]
    constant = upper(str(python_name))
    if str(constant) in RESERVED_CONSTANT_NAMES:
        constant = Identifier(f"{constant}_")
    return ir.SecurityScheme(
        id=name,
        name=python_name,
        constant=constant,
        kind=scheme.kind,
        argument=scheme.argument,
        scoped=any(one.scopes[name] for one in using),
        follows=any(next(iter(one.scopes)) != name for one in using),
        doc=_doc(scheme),
    )


def _security(
    requirements: Iterable[_Requirement], schemes: Mapping[str, ir.SecurityScheme]
) -> ir.Security:
    """An operation's security; an empty requirement among others makes it optional."""
    alternatives = [
        tuple(
            ir.RequiredScheme(schemes[name], scopes)
            for name, scopes in one.scopes.items()
            if name in schemes  # or else there is an error
        )
        for one in requirements
    ]
    given = dict.fromkeys(one for one in alternatives if one)
    return ir.Security(tuple(given), optional=not all(alternatives))


def _names(context: Context, declared: Mapping[str, _Scheme]) -> dict[str, Identifier]:
    wanted = [(name, str(snake(name))) for name in sorted(declared)]
    names = told_apart(wanted)
    for (spelling, plain), name in zip(wanted, names, strict=True):
        if name != plain:
            context.diagnostics.report(
                rules.NAME_CLASH,
                declared[spelling].node.key_span,
                f"the security scheme {spelling!r:.80} is not the only one that becomes {plain}: "
                f"it is called {name}",
                "rename one of them",
            )
    return {spelling: Identifier(name) for (spelling, _), name in zip(wanted, names, strict=True)}


def _doc(scheme: _Scheme) -> str:
    declared = scheme.kind is not ir.SchemeKind.UNDECLARED
    return (scheme.node.string("description") if declared else None) or ""
