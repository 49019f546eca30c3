"""Resources as users of twisted.web write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, cast

from twisted.web.resource import IResource, Resource
from twisted.web.server import Request
from typing_extensions import override

__all__ = ["PIECE", "PIECES", "Page", "Pull", "Push", "Render", "tree"]

Render: TypeAlias = Callable[[Request], bytes | int]

PIECE = b"0123456789abcdef" * 4096
"""What the producers write at a time."""

PIECES = 256
"""How often they do: 16 MB, more than sockets on the loopback hold."""


class Page(Resource):
    """A leaf that a function renders, for every method."""

    isLeaf = True

    def __init__(self, render: Render) -> None:
        Resource.__init__(self)
        self._render = render

    @override
    def render(self, request: Request) -> bytes | int:
        return self._render(request)


def tree(**pages: Resource | IResource | Render) -> Resource:
    """A tree with *pages* below its root."""
    root = Resource()
    for name, page in pages.items():
        # Twisted's interfaces are not written for type checkers.
        is_resource = IResource.providedBy(page)
        root.putChild(name.encode(), IResource(page if is_resource else Page(cast("Render", page))))
    return root


class _Producer:
    """Writes `PIECES` pieces to a request, and notes what it was told."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.left = PIECES
        self.told: list[str] = []

    def produce(self) -> None:
        """Write one piece, or end."""
        self.left -= 1
        self.request.write(PIECE)
        if not self.left:
            self.request.unregisterProducer()
            self.request.finish()

    def stopProducing(self) -> None:
        """The client has left."""
        self.told.append("stop")
        self.left = 0


class Push(_Producer):
    """Writes until it is told to pause (`IPushProducer`)."""

    _paused = False

    def start(self) -> None:
        """Begin."""
        self.request.registerProducer(self, True)
        self.run()

    def resumeProducing(self) -> None:
        """There is room."""
        self.told.append("resume")
        self._paused = False
        self.run()

    def pauseProducing(self) -> None:
        """There is none."""
        self.told.append("pause")
        self._paused = True

    def run(self) -> None:
        """Write what may be written."""
        while self.left and not self._paused:
            self.produce()


class Pull(_Producer):
    """Writes a piece whenever it is asked for one (`IPullProducer`)."""

    def start(self) -> None:
        """Begin."""
        self.request.registerProducer(self, False)

    def resumeProducing(self) -> None:
        """A piece is wanted."""
        if self.left:
            self.produce()
