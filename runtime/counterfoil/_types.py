"""The types that the parts of the runtime, and generated code, agree on."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol, TypeAlias

from twisted.web.resource import IResource, Resource
from twisted.web.server import Request

__all__ = ["Answer", "AnyResource", "HttpServer", "Request", "ResponseWriter", "ServletCallback"]

AnyResource: TypeAlias = Resource | IResource
"""A resource. Type checkers do not see that Twisted's own class provides its interface."""

Answer: TypeAlias = tuple[int, object]
"""A status, and an object that the JSON encoder takes."""

ServletCallback: TypeAlias = Callable[..., Awaitable[Answer | None]]
"""What is called with the request and, by name, the path's parameters.

None instead of an answer says that the callback writes to the request itself.
"""


class HttpServer(Protocol):
    """Anything that routes can be registered on. It is all that generated code asks of a host."""

    def register_paths(
        self,
        method: str,
        path_patterns: Iterable[re.Pattern[str]],
        callback: ServletCallback,
        servlet_classname: str,
    ) -> None:
        """Call *callback* for requests of *method* whose undecoded path a pattern matches.

        The named groups are passed by name, percent-decoded once, as UTF-8.
        *servlet_classname* names the route in logs and metrics.
        """


class ResponseWriter(Protocol):
    """The part of a Twisted request that writes. Twisted leaves it without types."""

    def write(self, data: bytes, /) -> object:
        """Send *data* as part of the body; the head goes before the first of it."""

    def finish(self) -> object:
        """End the response."""
