"""Answers that are a sequence of items, each of them sent when it is there.

These are the sequential media types of OpenAPI 3.2 (section "Media Type Object"), but for those
whose items are no JSON and no events.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Final, TypeAlias

from pydantic_core import to_jsonable_python
from twisted.internet.defer import CancelledError, Deferred

from counterfoil._json.encoding import encode
from counterfoil._output.connection import is_over
from counterfoil._output.producers import close
from counterfoil._output.streams import respond_with_stream
from counterfoil._replies import Comment, Event
from counterfoil._types import Request

__all__ = ["Framing", "framing_of", "respond_with_items"]

Framing: TypeAlias = Callable[[object], bytes]
"""Makes an item into the bytes that stand for it; bytes are left as they are."""

_LINES: Final = frozenset(
    {
        "application/jsonl",
        "application/jsonlines",
        "application/ndjson",
        "application/x-jsonlines",
        "application/x-ndjson",
    }
)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def framing_of(media_type: str) -> Framing | None:
    """How the items of *media_type* are sent; None if it has no items."""
    essence = media_type.partition(";")[0].strip(" \t").lower()
    if essence == "text/event-stream":
        return _event
    if essence in _LINES:
        return _line
    is_record = essence == "application/json-seq" or essence.endswith("+json-seq")
    return _record if is_record else None


async def respond_with_items(
    request: Request,
    status: int,
    items: AsyncIterable[object],
    framing: Framing,
    content_type: str,
) -> None:
    """Answer with *items*, each asked for when the client has room for it.

    When the client leaves, what *items* waits for is cancelled, and a generator is closed. Raises
    what *items* raises: a part of the answer may have been sent then.
    """
    if not request.responseHeaders.hasHeader(b"Cache-Control"):
        request.responseHeaders.setRawHeaders(b"Cache-Control", [b"no-store"])
    if is_over(request) or request.method == b"HEAD":
        await close(items)
    pieces = _framed(items, framing)
    sending = Deferred.fromCoroutine(respond_with_stream(request, status, pieces, content_type))
    if not sending.called:
        request.notifyFinish().addErrback(lambda _: sending.cancel())
    try:
        await sending
    except CancelledError:
        if not is_over(request):
            raise


async def _framed(items: AsyncIterable[object], framing: Framing) -> AsyncIterator[bytes]:
    try:
        async for item in items:
            yield framing(item)
    finally:
        await close(items)


def _line(item: object) -> bytes:
    """A line of JSON (jsonlines.org)."""
    return item if isinstance(item, bytes) else _json(item) + b"\n"


def _record(item: object) -> bytes:
    """A text of a sequence (RFC 7464, section 2.2)."""
    return item if isinstance(item, bytes) else b"\x1e" + _json(item) + b"\n"


def _event(item: object) -> bytes:
    """An event, or a comment (WHATWG HTML, section 9.2.5). Raises `TypeError` for all else."""
    if isinstance(item, bytes):
        return item
    if isinstance(item, Comment):
        lines = [f": {line}" for line in _LINE_END.split(item.text)]
    elif isinstance(item, Event):
        lines = [
            f"{name}: {value}"
            for name in ("event", "id", "retry")
            if (value := getattr(item, name)) is not None
        ]
        lines += [f"data: {line}" for line in _LINE_END.split(_text(item.data))]
        if item.data is None:
            lines.pop()
    else:
        raise TypeError(f"what a stream of events holds is an Event, not {type(item).__name__}")
    return "\n".join([*lines, "", ""]).encode("utf-8")


def _text(data: object) -> str:
    if data is None or isinstance(data, str):
        return data or ""
    return _json(data).decode("utf-8")


def _json(item: object) -> bytes:
    return encode(to_jsonable_python(item))
