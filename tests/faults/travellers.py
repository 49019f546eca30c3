"""A site whose handlers, of every kind, go on a journey."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final, cast

from counterfoil import (
    DirectServeHtmlResource,
    JsonResource,
    Ok,
    Reply,
    Request,
    Site,
    SiteRequest,
)
from counterfoil.metrics import Metrics
from counterfoil.stub import answers, at_head, cancellable, path
from prometheus_client import CollectorRegistry
from twisted.web.resource import IResource, Resource

from tests.faults.journey import Journey
from tests.runtime.test_lifecycle import Answer
from tests.serving import Serve, Server

__all__ = ["Handlers", "Served"]

LARGE: Final = {"items": [{"number": number, "text": "x" * 50} for number in range(5000)]}


class Handlers:
    """Handlers of every kind, each of which goes on the journey that is set here."""

    def __init__(self) -> None:
        self.journey = Journey()

    async def travel(self, request: Request) -> None:
        self.journey.begin(request)
        with self.journey.scope("handler"):
            await self.journey.travel()

    async def json(self, request: Request) -> Answer:
        await self.travel(request)
        return 200, {}

    @cancellable
    async def hasty_json(self, request: Request) -> Answer:
        return await self.json(request)

    @answers(Ok)
    async def operation(self, request: Request, **_: str) -> Reply[object]:
        await self.travel(request)
        return Ok({})

    @cancellable
    @answers(Ok)
    async def hasty_operation(self, request: Request, **_: str) -> Reply[object]:
        await self.travel(request)
        return Ok({})

    @answers(Ok, media_type="text/html")
    async def html_operation(self, request: Request, **_: str) -> Reply[object]:
        await self.travel(request)
        return Ok("<p>")

    @cancellable
    @answers(Ok, media_type="text/html")
    async def hasty_html_operation(self, request: Request, **_: str) -> Reply[object]:
        await self.travel(request)
        return Ok("<p>")

    @answers(Ok, media_type="application/octet-stream")
    async def stream(self, request: Request, **_: str) -> Reply[object]:
        return await self.streamed(request)

    @cancellable
    @answers(Ok, media_type="application/octet-stream")
    async def hasty_stream(self, request: Request, **_: str) -> Reply[object]:
        return await self.streamed(request)

    async def streamed(self, request: Request) -> Reply[object]:
        self.journey.begin(request)
        await self.journey.stay("before the head")
        return Ok(pieces(self.journey))

    @at_head
    async def upload(self, request: Request) -> Answer:
        return await self.uploaded(request)

    @at_head
    @cancellable
    async def hasty_upload(self, request: Request) -> Answer:
        return await self.uploaded(request)

    async def uploaded(self, request: Request) -> Answer:
        assert isinstance(request, SiteRequest)
        assert request.body_stream is not None
        self.journey.begin(request)
        await self.journey.stay("before reading")
        with self.journey.scope("reading"):
            async for _ in request.body_stream:
                self.journey.arrived.set()
        return 200, {}

    def large(self, request: Request) -> Answer:
        self.journey.begin(request)
        self.journey.arrived.set()
        return 200, LARGE

    @cancellable
    def hasty_large(self, request: Request) -> Answer:
        return self.large(request)


async def pieces(journey: Journey) -> AsyncIterator[bytes]:
    with journey.scope("stream"):
        await journey.stay("before the first piece")
        yield b"x"
        await journey.stay("mid body")
        yield b"x"
        while True:
            journey.points.append("a piece")
            yield b"x" * 65536


class Page(DirectServeHtmlResource):
    def __init__(self, handlers: Handlers) -> None:
        self._given = handlers
        super().__init__()

    async def _async_render_GET(self, request: Request) -> tuple[int, bytes]:
        await self._given.travel(request)
        return 200, b"<p>"


class HastyPage(Page):
    @cancellable
    async def _async_render_GET(self, request: Request) -> tuple[int, bytes]:
        return await super()._async_render_GET(request)


class Served:
    """A site with every handler, and what there is to see of it."""

    def __init__(self, serve: Serve) -> None:
        self.handlers = Handlers()
        self._registry = CollectorRegistry()
        self.site = Site(self._root(), observers=[Metrics(self._registry)])
        self.server: Server = serve(self.site)

    def _root(self) -> Resource:
        root, api = Resource(), JsonResource()
        for hasty in ("", "hasty_"):
            for kind in ("json", "operation", "html_operation", "stream", "large"):
                target = path(f"/{hasty}{kind}")
                api.register_paths("GET", [target], getattr(self.handlers, hasty + kind), kind)
                root.putChild(f"{hasty}{kind}".encode(), cast("IResource", api))
            upload = getattr(self.handlers, f"{hasty}upload")
            api.register_paths("POST", [path(f"/{hasty}upload")], upload, "upload")
            root.putChild(f"{hasty}upload".encode(), cast("IResource", api))
        root.putChild(b"html", cast("IResource", Page(self.handlers)))
        root.putChild(b"hasty_html", cast("IResource", HastyPage(self.handlers)))
        return root

    def in_flight(self) -> float:
        return sum(
            sample.value
            for family in self._registry.collect()
            if family.name == "counterfoil_requests_in_flight"
            for sample in family.samples
        )
