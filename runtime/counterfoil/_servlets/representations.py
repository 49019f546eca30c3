"""How the body of a reply is written: by the media type that is declared for it."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Sequence

from pydantic_core import to_jsonable_python

from counterfoil._input.accept import preferred
from counterfoil._input.media_types import is_json
from counterfoil._json.encoding import encode
from counterfoil._output.headers import set_headers
from counterfoil._output.html import set_clickjacking_protection_headers
from counterfoil._output.rendering import Renderer
from counterfoil._output.sequences import framing_of, respond_with_items
from counterfoil._output.streams import respond_with_stream
from counterfoil._output.writers import write_response
from counterfoil._replies import Location, Reply
from counterfoil._types import Request

__all__ = ["Alternatives", "Content", "Representation"]


class Content:
    """The media types of one of the replies of an operation, where they differ or are several.

    Of several the request chooses one by its Accept, of those that the body can be sent as; the
    first is preferred.
    """

    def __init__(self, reply: type[Reply[object]], media_type: str, *others: str) -> None:
        self.reply = reply
        self.media_types = (media_type, *others)


class Representation:
    """What is sent as one media type.

    A range (`image/*`, RFC 9110, section 12.5.1) is no type of a content: the handler sets
    `Content-Type`, or else it is `application/octet-stream`, and `text/plain` for `text/*`.
    """

    def __init__(self, media_type: str) -> None:
        self.offered = media_type
        self.is_range = media_type.partition(";")[0].strip().endswith("/*")
        if self.is_range:
            is_text = media_type.lower().startswith("text/")
            media_type = "text/plain" if is_text else "application/octet-stream"
        self.media_type = media_type
        self.is_plain = media_type == "application/json"
        self.is_json = is_json(media_type)
        self._framing = framing_of(media_type)
        self.is_sequence = self._framing is not None
        self.is_html = media_type.partition(";")[0].strip().lower() == "text/html"

    def can_be(self, body: object) -> bool:
        """Whether *body* is of a type that is sent as this."""
        if isinstance(body, AsyncIterable):
            return not self.is_json
        if isinstance(body, bytes) or not self.is_json:
            return isinstance(body, bytes | str) and not self.is_json and not self.is_sequence
        return True

    def hands_on(self, reply: Reply[object]) -> bool:
        """Whether a host that is not ours may write *reply*: it is plain JSON."""
        return self.is_plain and reply.has_content and not isinstance(reply.body, Location)

    def send(
        self, request: Request, reply: Reply[object], renderer: Renderer
    ) -> Awaitable[None] | None:
        """Answer with a checked *reply*; what is returned must be awaited. Raises as `write`."""
        if self.is_json and reply.has_content and not isinstance(reply.body, Location):
            return renderer.send_model(
                request, reply.status, reply.body, self.media_type, reply.headers
            )
        return self.write(request, reply)

    async def write(self, request: Request, reply: Reply[object]) -> None:
        """Write *reply*, which is no JSON that a host writes.

        Raises `ValueError` or `TypeError` for a body that cannot be sent as what is declared.
        """
        body = reply.body
        if reply.headers is not None:
            set_headers(request, reply.headers)
        if isinstance(body, Location):
            set_headers(request, {"Location": body})
            write_response(request, reply.status, b"", None)
            return
        if self.is_html:
            set_clickjacking_protection_headers(request)
        if isinstance(body, AsyncIterable) and not self.is_json:
            streamed_as = self.content_type(request, body)
            if self._framing is not None:
                await respond_with_items(request, reply.status, body, self._framing, streamed_as)
                return
            await respond_with_stream(request, reply.status, body, streamed_as)
            return
        content = self._encoded(body) if reply.has_content else b""
        content_type = self.content_type(request, body) if reply.has_content else None
        write_response(request, reply.status, content, content_type)

    def write_body(self, request: Request, status: int, body: object) -> None:
        """Answer with *body*, which is whole. Raises as `write`."""
        write_response(request, status, self._encoded(body), self.content_type(request, body))

    def _encoded(self, body: object) -> bytes:
        if self.is_json:
            return encode(to_jsonable_python(body))
        if isinstance(body, bytes):
            return body
        if isinstance(body, str):
            return body.encode("utf-8")
        raise TypeError(f"a body of {self.media_type} must be bytes, not {type(body).__name__}")

    def content_type(self, request: Request, body: object) -> str:
        """The declared media type; what is encoded here, or made in pieces of text, is UTF-8."""
        media_type: str = self.media_type
        given = (
            request.responseHeaders.getRawHeaders(b"Content-Type", []) if self.is_range else None
        )
        if given:
            media_type = given[0].decode("latin-1")
        encoded = isinstance(body, str) and not self.is_json
        pieces = isinstance(body, AsyncIterable) and media_type.lower().startswith("text/")
        return _in_utf_8(media_type) if encoded or pieces else media_type


class Alternatives:
    """What a body is sent as where there are several media types."""

    def __init__(self, forms: Sequence[Representation]) -> None:
        self._forms = {form.offered: form for form in forms}

    def chosen(self, request: Request, body: object) -> Representation:
        """The one that *request* likes best, of those that *body* can be sent as.

        If it likes none of these, it is the first of them: a handler may disregard what is accepted
        (RFC 9110, section 12.4.1). Raises `TypeError` if the body can be sent as none.
        """
        fitting = tuple(offered for offered, form in self._forms.items() if form.can_be(body))
        if not fitting:
            listed = " nor ".join(self._forms)
            raise TypeError(f"a {type(body).__name__} is sent neither as {listed}")
        return self._forms[preferred(request, fitting) or fitting[0]]


def _in_utf_8(media_type: str) -> str:
    parameters = [each.strip() for each in media_type.split(";")]
    kept = [each for each in parameters if not each.lower().startswith("charset=")]
    return "; ".join([*kept, "charset=utf-8"])
