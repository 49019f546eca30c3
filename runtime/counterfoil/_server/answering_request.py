"""A request whose answer leaves in one go, where it can, and whose body may be in one piece."""

from __future__ import annotations

import time
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO, cast

from twisted.web.http import NO_BODY_CODES
from twisted.web.server import Request
from typing_extensions import override

from counterfoil._errors import ClientDisconnectedError
from counterfoil._input.body_stream import BodyStream
from counterfoil._output.headers import phrase_of
from counterfoil._output.prepared import PreparedLines
from counterfoil._server.timed_request import TimedRequest

__all__ = ["AnsweringRequest"]


class AnsweringRequest(TimedRequest):
    """A request of a site, as far as its content and that of its answer."""

    __slots__ = ("_content", "whole_body")

    counterfoil_uploads: object = None
    """What `close_uploads` is to close."""

    body_stream: BodyStream | None = None
    """The body as it arrives, where the resource asked for that; `content` is empty then."""

    whole_body: bytes | None
    """The body, if it came in one piece."""

    _content: BinaryIO | None

    @property
    def content(self) -> BinaryIO | None:
        """The body, as a file."""
        if self._content is None and self.whole_body is not None:
            self._content = BytesIO(self.whole_body)
        return self._content

    @content.setter
    def content(self, content: BinaryIO | None) -> None:
        self._content = content

    @content.deleter
    def content(self) -> None:
        self._content = self.whole_body = None

    def _file(self) -> BinaryIO:
        return cast("BinaryIO", self.content)  # it was made with the head

    def read_body(self) -> bytes:
        """The whole body."""
        if self.whole_body is not None and self._content is None:
            return self.whole_body
        self._file().seek(0)
        return self._file().read()

    @override
    def write(self, data: bytes) -> None:
        """Send *data* as a part of the body, and the head before the first of it."""
        Request.write(self, data)
        self.connection.flush_head()

    def answer(
        self, status: int, body: bytes, content: PreparedLines, defaults: PreparedLines
    ) -> bool:
        """Answer with *body*, which *content* describes; *defaults* are set where nothing else is.

        What `set_status`, `describe_content` and `send_whole` do in turn. False, and nothing is
        done, if it is for them to do.
        """
        if self._over or self._disconnected or status in NO_BODY_CODES or not self._is_plain():
            return False
        self.code = status
        self.code_message = phrase_of(status)
        self.given.describe_content(content, len(body), defaults)
        self._send_whole(body)
        return True

    def send_whole(self, body: bytes) -> bool:
        """Send the head and *body*, which is all of it, and end the answer.

        What `write` and `finish` do, at a fifth of their price. False if it is for them to do: what
        they know of cookies, entity tags, HEAD and encodings is not known here.
        """
        if not self._is_plain() or self.code in NO_BODY_CODES:
            return False
        self._send_whole(body)
        return True

    def _is_plain(self) -> bool:
        """Whether an answer is nothing but a head and a body."""
        if self.method == b"HEAD" or self._inFakeHead or self.startedWriting or self._cookies:
            return False
        return self.etag is None and self.lastModified is None and self._encoder is None

    def _send_whole(self, body: bytes) -> None:
        now = time.monotonic()
        self.startedWriting = self.finished = 1
        self.sentLength = len(body)
        self.connection.send_whole(self, body)
        if self.producer:
            Request._cleanup(self)
        else:
            self._close()
        if self._processing and self._expired is None and self.body_stream is None:
            self._over, self._complete, self._ended_at = True, True, now  # as `_end` does
        else:
            self._end(now, complete=True)

    def _close(self) -> None:
        """What Twisted's `_cleanup` does, without what was never made."""
        self.channel.requestDone(self)
        del self.channel
        content, self._content, self.whole_body = self._content, None, None
        if content is not None:
            with suppress(OSError):
                content.close()
        waiting, self._notifications = self._notifications, None
        for each in waiting or ():
            each.callback(None)

    @override
    def finish(self) -> None:
        """The answer is complete."""
        now = time.monotonic()
        Request.finish(self)
        self._end(now, complete=True)

    def hand_over(self) -> None:
        """For the connection: another protocol has it (RFC 9110, section 15.2.2)."""
        self.code = 101
        self._end(time.monotonic(), complete=True)

    @override
    def _end(self, now: float, *, complete: bool) -> None:
        TimedRequest._end(self, now, complete=complete)
        if self.body_stream is not None:  # nobody takes the rest of it any more
            self.body_stream.end(ClientDisconnectedError("the request is over"))
