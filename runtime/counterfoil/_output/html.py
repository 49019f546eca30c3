"""Pages, and the page that an error is.

The page of an error says its status and its message, and nothing else of the request: what a client
sent is in no page that it did not escape.
"""

from __future__ import annotations

import logging
from html import escape
from typing import TYPE_CHECKING

from twisted.python.failure import Failure

from counterfoil._describe import describe, printable
from counterfoil._errors import (
    CodedError,
    CodeMessageException,
    RedirectException,
    checked_location,
)
from counterfoil._output.connection import abort, is_over
from counterfoil._output.cookies import add_cookies
from counterfoil._output.headers import set_headers, set_status, withdraw_headers
from counterfoil._output.rendering import INTERNAL, logged, raised_by, servlet_of
from counterfoil._output.writers import write_response
from counterfoil._types import Request

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = [
    "ErrorPage",
    "respond_with_error_page",
    "respond_with_html",
    "respond_with_html_bytes",
    "return_html_error",
    "set_clickjacking_protection_headers",
    "set_corp_headers",
]

logger = logging.getLogger("counterfoil.server")

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Error {code}</title>
</head>
<body>
<p>{msg}</p>
</body>
</html>
"""


class ErrorPage:
    """The page that errors are answered with; *template* can replace it.

    A `str` is formatted with `{code}` and `{msg}`, of which the latter is escaped; braces that mean
    themselves are doubled, as for `str.format`. A template of jinja2 (the extra `html`) is rendered
    with `code` and `msg`.

    Raises `ValueError` for a `str` with other fields, and for a jinja2 template whose environment
    does not escape: what a message quotes would become a part of the page.
    """

    def __init__(self, template: str | Template = _PAGE) -> None:
        if isinstance(template, str):
            _check_fields(template)
        elif not _escapes(template):
            raise ValueError("the template's environment must be made with autoescape=True")
        self._template = template

    def render(self, code: int, msg: str) -> bytes:
        """The page in UTF-8. Raises what a jinja2 template raises."""
        template = self._template
        if isinstance(template, str):
            page = template.format(code=int(code), msg=escape(msg))
        else:
            page = template.render(code=int(code), msg=msg)
        return page.encode("utf-8", "replace")


def _check_fields(template: str) -> None:
    try:
        template.format(code=500, msg="")
    except (AttributeError, LookupError, ValueError) as error:
        raise ValueError(
            "a template has the fields {code} and {msg}; braces that mean themselves are doubled"
        ) from error


def _escapes(template: Template) -> bool:
    escapes = template.environment.autoescape
    return escapes(template.name) if callable(escapes) else escapes


_DEFAULT_PAGE = ErrorPage()


def respond_with_html(request: Request, code: int, html: str) -> None:
    """Answer with the page *html*, in UTF-8.

    Raises `ValueError` if it holds half of a surrogate pair, and as `respond_with_html_bytes` does.
    """
    respond_with_html_bytes(request, code, html.encode("utf-8"))


def respond_with_html_bytes(request: Request, code: int, html_bytes: bytes) -> None:
    """Answer with a page in UTF-8, which no other page may frame.

    If the client has left it is logged, and nothing is sent. The status is set in any case.

    Raises `TypeError` for what is not `bytes`, and `ValueError` for what is no final status.
    """
    if not isinstance(html_bytes, bytes):
        raise TypeError(f"a page must be bytes, not {type(html_bytes).__name__}")
    if not is_over(request):
        set_clickjacking_protection_headers(request)
    write_response(request, code, html_bytes, b"text/html; charset=utf-8")


def set_clickjacking_protection_headers(request: Request) -> None:
    """Forbid all pages to frame this one (RFC 7034; Content Security Policy, `frame-ancestors`).

    They replace headers of the same names that were set before.
    """
    headers = request.responseHeaders
    headers.setRawHeaders(b"X-Frame-Options", [b"DENY"])
    headers.setRawHeaders(b"Content-Security-Policy", [b"frame-ancestors 'none';"])


def set_corp_headers(request: Request) -> None:
    """Let pages of other origins embed the answer (the Fetch standard, section 3.7)."""
    request.responseHeaders.setRawHeaders(b"Cross-Origin-Resource-Policy", [b"cross-origin"])


def return_html_error(
    f: Failure, request: Request, error_template: ErrorPage | str | Template = _DEFAULT_PAGE
) -> None:
    """Answer *request* for a handler that failed, with a page, and log why.

    A `CodeMessageException` is answered with its status and message, a `RedirectException` sends
    the client on, a cancellation is a 499, and everything else a 500 that says nothing. If a part
    of an answer has been sent the connection is cut. A page that cannot be rendered, or a template
    that `ErrorPage` refuses, is logged, and answered by a 500 with the default page.
    """
    error = _logged_for_page(request, raised_by(f))
    if request.startedWriting:
        abort(request)
    elif is_over(request):
        set_status(request, error.code)
    else:
        _respond(request, error_template, error)


def respond_with_error_page(request: Request, page: ErrorPage, error: CodeMessageException) -> None:
    """Answer *error* with its status, headers and message, without a word in the log.

    Raises `ValueError`, and what *page* raises, and then has written nothing.
    """
    body = page.render(error.code, error.msg)
    set_status(request, error.code)
    if error.headers is not None:
        set_headers(request, error.headers)
    if isinstance(error, RedirectException):
        location = checked_location(error.location)
        add_cookies(request, error.cookies)
        request.responseHeaders.setRawHeaders(b"Location", [location])
    else:
        _forbid_caching(request)
    respond_with_html_bytes(request, error.code, body)


def _respond(
    request: Request, template: ErrorPage | str | Template, error: CodeMessageException
) -> None:
    withdraw_headers(request)
    try:
        page = template if isinstance(template, ErrorPage) else ErrorPage(template)
        respond_with_error_page(request, page, error)
    except Exception:
        logger.exception("%s: %s failed to refuse", describe(request), servlet_of(request))
        withdraw_headers(request)
        respond_with_error_page(request, _DEFAULT_PAGE, INTERNAL)


def _forbid_caching(request: Request) -> None:
    if not request.responseHeaders.hasHeader(b"Cache-Control"):
        cache = [b"no-cache, no-store, must-revalidate"]
        request.responseHeaders.setRawHeaders(b"Cache-Control", cache)


def _logged_for_page(request: Request, error: BaseException) -> CodeMessageException:
    """What a client may see of *error*; the rest goes to the log."""
    if isinstance(error, RedirectException):
        target = printable(error.location)
        logger.info("%s: %s redirect to %s", describe(request), servlet_of(request), target)
        return error
    if isinstance(error, CodeMessageException) and not isinstance(error, CodedError):
        logger.error("%s: %s failed", describe(request), servlet_of(request), exc_info=error)
        return error
    return logged(request, error)
