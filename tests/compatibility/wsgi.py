"""An application of WSGI."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import BinaryIO, cast

__all__ = ["LARGE", "application"]

LARGE = b"0123456789abcdef" * 65536 * 4

Start = Callable[[str, list[tuple[str, str]]], Callable[[bytes], object]]


def application(environ: dict[str, object], start: Start) -> Iterable[bytes]:
    """Answers as its path says."""
    body = cast("BinaryIO", environ["wsgi.input"])
    match environ["PATH_INFO"]:
        case "/environ":
            start("200 OK", [("Content-Type", "text/plain")])
            names = (
                "REQUEST_METHOD", "SCRIPT_NAME", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH",
                "SERVER_PROTOCOL", "REMOTE_ADDR", "HTTP_X_ONE", "wsgi.url_scheme",
            )  # fmt: skip
            return [repr([environ.get(name) for name in names]).encode()]
        case "/echo":
            start("201 Created", [("X-Thread", threading.current_thread().name)])
            return iter(lambda: body.read(65536), b"")
        case "/lines":
            start("200 OK", [])
            return [b"%d" % len(body.readlines()), b" ", body.read()]
        case "/large":
            start("200 OK", [("Content-Length", str(len(LARGE)))])
            return (LARGE[at : at + 65536] for at in range(0, len(LARGE), 65536))
        case "/written":
            write = start("200 OK", [])
            write(b"written ")
            return [b"returned"]
        case "/broken":
            raise LookupError("a detail")
        case _:
            start("404 Not Found", [])
            return []
