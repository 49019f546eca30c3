"""What the spec says of one operation, and an answer held against it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Mapping
from typing import Final, TypeAlias

from pydantic_core import to_jsonable_python

from counterfoil._errors import DeclaredError
from counterfoil._input.media_types import fits_any
from counterfoil._output.producers import close
from counterfoil._replies import Comment, Event, HeaderValues, Location, Reply
from counterfoil._servlets.representations import Representation
from counterfoil._types import Request
from counterfoil._validation.breaches import SchemaCheck
from counterfoil._validation.described import DescribedOperation, DescribedResponse
from counterfoil._validation.headers import missing, readings, sent_headers

__all__ = ["OperationCheck", "Tell"]

Tell: TypeAlias = Callable[[int, list[str]], None]
"""Takes the status of an answer, and what is wrong with it, if anything is."""

_WITHOUT_CONTENT: Final = frozenset({204, 205, 304})  # RFC 9110, 15.3.5, 15.3.6, 15.4.5
_FORM_AT: Final = {"events": 1, "data": 0}
"""Which step of a path to the data of an event says whether it is taken as text or as JSON."""


class OperationCheck:
    """Holds the answers of one operation against its description."""

    def __init__(self, spec: DescribedOperation) -> None:
        self._spec = spec
        self.name = spec.name
        self._schemas: dict[str, SchemaCheck] = {}

    def reply(self, request: Request, reply: Reply[object], form: Representation) -> Iterator[str]:
        """What is wrong with a *reply* that is written as *form*, but for its items."""
        response = self._spec.response(reply.status)
        if response is None:
            yield self._undeclared(reply.status)
            return
        yield from self._headers(request, response, reply.headers, reply.body)
        if reply.has_content and not isinstance(reply.body, Location):
            yield from self._content(request, response, reply, form)
        elif response.get("content") and not isinstance(reply.body, Location):
            yield f"it has no content: expected {_listed(response)}"

    def error(self, request: Request, error: DeclaredError) -> Iterator[str]:
        """What is wrong with a declared *error*."""
        response = self._spec.response(error.status)
        if response is None:
            yield self._undeclared(error.status)
            return
        yield from self._headers(request, response, error.headers, None)
        if error.body is None or not response.get("content"):
            return  # it is answered in the shape that all errors have
        form = Representation(error.media_type)
        yield from self._body(response, form, error.body)

    def items(
        self, status: int, items: AsyncIterable[object], form: Representation, tell: Tell
    ) -> AsyncIterable[object]:
        """*items*, each of which is held against its schema before it is sent."""
        response = self._spec.response(status)
        held = {} if response is None else response.get("content", {}).get(form.offered, {})
        for kind, name in held.items():
            if name is not None and kind != "value":
                return _checked(items, self._schema(name), kind, lambda found: tell(status, found))
        return items

    def _undeclared(self, status: int) -> str:
        return f"the status {status} is not declared: expected {', '.join(self._spec.statuses())}"

    def _headers(
        self,
        request: Request,
        response: DescribedResponse,
        given: HeaderValues | None,
        body: object,
    ) -> Iterator[str]:
        declared = response.get("headers", {})
        sent = sent_headers(request, given, body) if declared else {}
        for name, header in declared.items():
            if header.get("required") and missing(name, sent):
                yield f"header {name}: it is required, and is not sent"
            schema = header.get("schema")
            if schema is None or name.lower() not in sent:
                continue
            check, text = self._schema(schema), ", ".join(sent[name.lower()])
            if not any(check.takes(each) for each in readings(text, header)):
                yield f"header {name}: expected {check}, found a text of {len(text)} characters"

    def _content(
        self,
        request: Request,
        response: DescribedResponse,
        reply: Reply[object],
        form: Representation,
    ) -> Iterator[str]:
        if reply.status in _WITHOUT_CONTENT or not response.get("content"):
            yield f"it has content: a {reply.status} is declared without"
            return
        if not _can_be(reply.body, form, response["content"].get(form.offered, {})):
            yield f"a {type(reply.body).__name__} is not sent as {form.offered}"
            return
        if form.is_range:
            sent_as = form.content_type(request, reply.body)
            if not fits_any(sent_as, [form.offered]):
                yield f"the media type {sent_as!r:.80} is none of {form.offered}"
        yield from self._body(response, form, reply.body)

    def _body(
        self, response: DescribedResponse, form: Representation, body: object
    ) -> Iterator[str]:
        content = response.get("content", {})
        if form.offered not in content:
            yield f"the media type {form.offered} is not declared: expected {_listed(response)}"
            return
        name = content[form.offered].get("value")
        if name is None or isinstance(body, bytes | AsyncIterable):
            return
        value = to_jsonable_python(body) if form.is_json else body
        yield from self._schema(name).breaches(value, "$")

    def _schema(self, name: str) -> SchemaCheck:
        known = self._schemas.get(name)
        if known is None:
            known = self._schemas[name] = SchemaCheck(self._spec.schema(name))
        return known


def _can_be(body: object, form: Representation, held: Mapping[str, str | None]) -> bool:
    """Whether *body* is of a type that is sent as *form*, of which *held* is looked at."""
    if form.is_json:
        return not isinstance(body, bytes | AsyncIterable)
    if held and "value" not in held:
        return isinstance(body, AsyncIterable)
    return isinstance(body, bytes | str | AsyncIterable)


def _listed(response: DescribedResponse) -> str:
    return " or ".join(response.get("content", {}))


async def _checked(
    items: AsyncIterable[object], check: SchemaCheck, kind: str, tell: Callable[[list[str]], None]
) -> AsyncIterator[object]:
    number = 0
    try:
        async for item in items:
            if not isinstance(item, bytes | Comment):  # bytes are framed already
                place = f"item {number}: $"
                tell(list(check.breaches(_value(item, kind), place, _FORM_AT.get(kind))))
            number += 1
            yield item
    finally:
        await close(items)


def _value(item: object, kind: str) -> object:
    """What of an *item* is held against its schema."""
    if not isinstance(item, Event):
        return to_jsonable_python(item)
    value = to_jsonable_python(item.data)
    text = value if isinstance(value, str) else json.dumps(value)
    data = None if value is None else {"text": text, "json": value}
    if kind == "data":
        return {} if data is None else data
    fields = {"data": data, "event": item.event, "id": item.id, "retry": item.retry}
    return to_jsonable_python({name: each for name, each in fields.items() if each is not None})
