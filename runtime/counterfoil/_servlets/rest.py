"""Servlets that are written by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from counterfoil._types import HttpServer

__all__ = ["RestServlet"]

_METHODS = ("GET", "HEAD", "QUERY", "PUT", "POST", "PATCH", "DELETE")


class RestServlet:
    """The methods of one path: subclass it, set `PATTERNS`, and write `on_GET`, `on_PUT` ...

    The methods are those of `ServletCallback`, for GET, HEAD, QUERY, PUT, POST, PATCH and DELETE:
    called with the request and, by name, the parameters of the path. They return a status and an
    object.
    """

    PATTERNS: ClassVar[Sequence[re.Pattern[str]]]

    def register(self, http_server: HttpServer) -> None:
        """Register each `on_` method that there is, under the name of the class.

        Raises `TypeError` for a class without `PATTERNS` or without methods: it would answer
        nothing.
        """
        name = type(self).__name__
        patterns = getattr(self, "PATTERNS", ())
        if not patterns:
            raise TypeError(f"{name} has no PATTERNS")
        callbacks = {method: getattr(self, f"on_{method}", None) for method in _METHODS}
        if not any(callbacks.values()):
            raise TypeError(f"{name} has no method such as on_GET")
        for method, callback in callbacks.items():
            if callback is not None:
                http_server.register_paths(method, patterns, callback, name)
