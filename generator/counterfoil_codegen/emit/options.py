"""The decorators by which an operation asks more of the server than to be called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.emit import security
from counterfoil_codegen.fragments import Constant, Expression, Identifier
from counterfoil_codegen.reserved import SHARED_CORS

CORS: Final = Identifier(SHARED_CORS)
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2

_Keywords = list[tuple[Identifier, Constant | Expression]]


def options(operation: ir.Operation, shared: ir.Cors | None) -> Iterator[Expression]:
    """What has something to say of `limits(...)`, `lifecycle(...)`, `takes_headers(...)`, ...

    The policy *shared* is told by its constant.
    """
    asked = operation.options
    limits = {"timeout": asked.timeout, "max_body": asked.max_body}
    told = [(Identifier(key), Constant(one)) for key, one in limits.items() if one is not None]
    if told:
        yield _call("limits", keywords=told)
    dates = list(_lifecycle(asked))
    if dates:
        yield _call("lifecycle", keywords=dates)
    headers = dict.fromkeys((*header_names(operation), *security.headers(operation.security)))
    if headers:
        yield _call("takes_headers", map(Constant, headers))
    if operation.exposed:
        yield _call("exposes_headers", map(Constant, operation.exposed))
    if asked.cors is not None:
        policy = Expression.name(CORS) if asked.cors == shared else cors_call(asked.cors)
        yield _call("cross_origin", [policy])


def _lifecycle(asked: ir.Options) -> Iterator[tuple[Identifier, Constant]]:
    for key, milestone in (("deprecation", asked.deprecation), ("sunset", asked.sunset)):
        if milestone is not None and milestone.date:
            yield Identifier(key), Constant(milestone.date)
            if milestone.link is not None:
                yield Identifier(f"{key}_link"), Constant(milestone.link)


def header_names(operation: ir.Operation) -> tuple[str, ...]:
    """The headers that an operation reads. What is no header's name, no client can send."""
    names = [one.wire_name for one in operation.parameters if one.location is ir.Location.HEADER]
    return tuple(name for name in dict.fromkeys(names) if _TOKEN.fullmatch(name))


def shared_cors(operations: Sequence[ir.Operation]) -> ir.Cors | None:
    """The policy that most of *operations* have, if it is that of several."""
    policies = [one.options.cors for one in operations if one.options.cors is not None]
    for policy, count in Counter(policies).most_common(1):
        return policy if count > 1 else None
    return None


def cors_call(cors: ir.Cors) -> Expression:
    """`Cors(origins=("https://example.org",), max_age=600)`."""
    keywords: _Keywords = [
        (Identifier(key), Expression.several(*map(Constant, values)))
        for key, values in (
            ("origins", cors.origins),
            ("methods", cors.methods),
            ("request_headers", cors.request_headers),
            ("exposed_headers", cors.exposed_headers),
        )
        if values is not None
    ]
    if cors.max_age is not None:
        keywords.append((Identifier("max_age"), Constant(cors.max_age)))
    if cors.credentials:
        keywords.append((Identifier("credentials"), Constant(True)))
    return _call("Cors", keywords=keywords)


def _call(
    function: str,
    arguments: Iterable[Constant | Expression] = (),
    keywords: Iterable[tuple[Identifier, Constant | Expression]] = (),
) -> Expression:
    return Expression.call(Expression.name(Identifier(function)), arguments, keywords)
