"""The renderer of pages: of operations that answer with HTML, and of hand-written pages."""

from __future__ import annotations

from collections.abc import Awaitable

from twisted.python.failure import Failure

from counterfoil._output.html import (
    ErrorPage,
    respond_with_html_bytes,
    return_html_error,
)
from counterfoil._output.rendering import JsonRenderer
from counterfoil._replies import HeaderValues
from counterfoil._types import Request

__all__ = ["HtmlRenderer"]


class HtmlRenderer:
    """Answers are HTML; errors are pages, but for those declared as JSON."""

    def __init__(self, json: JsonRenderer, error_page: ErrorPage) -> None:
        self._json = json
        self._error_page = error_page

    def send(self, request: Request, status: int, value: object) -> None:
        """Answer with *value*, the bytes of a page. Raises `TypeError` for anything else."""
        if not isinstance(value, bytes):
            raise TypeError(f"a page must be bytes, not {type(value).__name__}")
        respond_with_html_bytes(request, status, value)

    def send_model(
        self,
        request: Request,
        status: int,
        body: object,
        media_type: str,
        headers: HeaderValues | None,
    ) -> Awaitable[None] | None:
        """Answer with a *body* that is declared as JSON."""
        return self._json.send_model(request, status, body, media_type, headers)

    def fail(self, request: Request, error: BaseException) -> None:
        """Answer with the error page for *error*, or with the redirect that it is."""
        return_html_error(Failure(error), request, self._error_page)
