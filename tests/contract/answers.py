"""A stub of a whole API: each operation answers with values built from the generated models."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping
from functools import reduce
from itertools import cycle
from operator import or_
from types import NoneType, UnionType
from typing import Any, Protocol, Union, get_args, get_origin, get_type_hints

from counterfoil import (
    InvalidResponseError,
    JsonResource,
    Request,
    UnauthorizedError,
    set_headers,
)
from counterfoil.stub import (
    HeadersByName,
    Location,
    NoContent,
    NotModified,
    Reply,
    ResetContent,
    ResponseHeaders,
)
from counterfoil.validation import ResponseValidation
from counterfoil_codegen import ir
from polyfactory.factories.pydantic_factory import ModelFactory
from pydantic import BaseModel, ConfigDict, create_model

from tests.specs.generation import Generated
from tests.specs.mounted import Register

CREDENTIALS = "credentials"
HEADERS: Mapping[str, Mapping[str, str]] = {
    name: {"Content-Disposition": "attachment"}
    for name in (
        "getContent",
        "getContentAuthed",
        "getContentOverrideName",
        "getContentOverrideNameAuthed",
        "getContentThumbnail",
        "getContentThumbnailAuthed",
    )
}
"""What handlers set for themselves, as their operations require: headers are not generated."""

VARIANTS = 3
"""How many different values each reply of an operation takes."""


class Guard:
    """An authenticator that knows one secret, and nothing of schemes that no document declares."""

    def __init__(self, api: ir.Api) -> None:
        for scheme in api.schemes:
            known = scheme.kind is not ir.SchemeKind.UNDECLARED
            vars(self)[str(scheme.name)] = self._known if known else self._anybody

    async def _known(self, request: object, credentials: Secret) -> str:
        if not credentials.matches(CREDENTIALS):
            raise UnauthorizedError("Unknown token")
        return "somebody"

    async def _anybody(self, request: object, *_: object) -> str:
        return "anybody"


class Secret(Protocol):
    """What a client shows."""

    def matches(self, secret: str) -> bool: ...


class _Factory(ModelFactory[BaseModel]):
    __is_base_factory__ = True
    __allow_none_optionals__ = False

    @classmethod
    def get_provider_map(cls) -> dict[Any, Callable[[], Any]]:
        return {
            **super().get_provider_map(),
            object: dict,  # what fits where a model says less than its schema
            Location: lambda: Location("/elsewhere"),
        }


class _Open(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)


def answering(
    generated: Generated, report: Callable[[InvalidResponseError], None] | None = None
) -> JsonResource:
    """A resource whose every operation answers, one after the other, with all that it may.

    Each answer is held against the spec, and *report* is told of those that differ.
    """
    package = importlib.import_module(generated.real.package)
    register: Register = package.register
    handlers: dict[str, object] = {}
    if generated.api.schemes:
        handlers["authenticator"] = Guard(generated.api)
    for group in generated.api.groups:
        protocol = getattr(package, str(group.handler))
        methods = {
            str(one.name): _method(getattr(protocol, str(one.name)), HEADERS.get(one.id, {}))
            for one in group.operations
        }
        handlers[str(group.module)] = type(f"Full{group.handler}", (protocol,), methods)()
    root = JsonResource(validation=ResponseValidation(refuse=False, report=report))
    register(root, **handlers)
    return root


def _method(declared: Callable[..., object], headers: Mapping[str, str]) -> Callable[..., object]:
    answers: Iterator[object] | None = None

    async def method(handler: object, request: Request, *_: object, **__: object) -> object:
        set_headers(request, headers)
        nonlocal answers
        if answers is None:
            answers = cycle(list(replies(get_type_hints(declared, include_extras=True)["return"])))
        return next(answers)

    return method


def replies(annotation: object) -> Iterator[object]:
    """Values of all that *annotation*, of what a handler returns, is a union of."""
    is_union = get_origin(annotation) in (Union, UnionType)
    told = [one for one in get_args(annotation) if _is_reply(one)] if is_union else []
    if told:
        bare = [one for one in get_args(annotation) if not _is_reply(one)]
        for one in told:
            yield from _replies(one)
        if bare:
            yield from values(_union(bare))
    elif _is_reply(annotation):
        yield from _replies(annotation)
    else:
        yield from values(annotation)


def _is_reply(annotation: object) -> bool:
    made = get_origin(annotation) or annotation
    return isinstance(made, type) and issubclass(made, Reply)


def _replies(annotation: Any) -> Iterator[object]:
    reply = get_origin(annotation) or annotation
    bodiless = issubclass(reply, NoContent | NotModified | ResetContent)
    content, *declared = (NoneType, *get_args(annotation)) if bodiless else get_args(annotation)
    given = [reply.statuses.start] if hasattr(reply, "statuses") else []
    declared = [each for each in declared if each is not HeadersByName]
    for headers in map(_headers, declared) if declared else [{}]:
        if content is NoneType:
            yield reply(*given, **headers)
        else:
            for value in values(content):
                yield reply(*given, value, **headers)


def _headers(annotation: Any) -> dict[str, ResponseHeaders]:
    """The keyword of a reply that declares headers: each of them has a value."""
    is_union = get_origin(annotation) in (Union, UnionType)
    declared = get_args(annotation)[0] if is_union else annotation
    fields = get_type_hints(declared, localns={}, include_extras=True)
    built = {name: next(_told(hint)) for name, hint in fields.items()}
    return {"headers": declared(**built)}


def _told(annotation: Any) -> Iterator[object]:
    """Values of a header: texts that can be sent as they are."""
    bare = get_args(annotation)[0]
    return iter(["attachment"]) if str in (bare, *get_args(bare)) else values(bare)


def values(annotation: Any) -> Iterator[object]:
    """Values of the type *annotation*, the same ones in each run."""
    if annotation in (None, NoneType):
        yield None
        return
    model = create_model("Built", __base__=_Open, value=(_whole(annotation), ...))
    factory = _Factory.create_factory(model, __random_seed__=7)
    for _ in range(VARIANTS):
        yield vars(factory.build())["value"]


def _whole(annotation: Any) -> Any:
    """*annotation* without what is sent in pieces."""
    if get_origin(annotation) in (Union, UnionType):
        return _union(one for one in get_args(annotation) if get_origin(one) is not AsyncIterable)
    return annotation


def _union(annotations: Iterable[Any]) -> Any:
    return reduce(or_, annotations)
