"""Resources of the tests' own that are asked about a body before it comes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from counterfoil import BodyPlan, CodedError, Cors, Request, SiteRequest
from counterfoil._output.rendering import JsonRenderer
from counterfoil._output.writers import respond_with_json
from twisted.internet.defer import Deferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

__all__ = ["Taker"]

ORIGIN = "https://example.org"


class Taker(Resource):
    """Answers with what its callback makes of a request, called as *plan* says."""

    isLeaf = True

    def __init__(
        self,
        callback: Callable[[SiteRequest], Awaitable[object]],
        plan: BodyPlan | Exception | None = None,
    ) -> None:
        Resource.__init__(self)
        self.callback = callback
        self.plan = plan
        self.planned: list[tuple[bytes, bytes, bytes, bytes | None]] = []
        self.refused: list[CodedError] = []
        self.renderer = JsonRenderer(canonical=True)

    def plan_body(self, request: Request) -> BodyPlan:
        length = request.getHeader(b"Content-Length")
        self.planned.append((request.method, request.uri, request.path, length))
        if isinstance(self.plan, Exception):
            raise self.plan
        return BodyPlan() if self.plan is None else self.plan

    def refuse(self, request: Request, error: CodedError) -> None:
        self.refused.append(error)
        Cors(origins=(ORIGIN,)).set_headers(request)
        self.renderer.fail(request, error)

    @override
    def render(self, request: Request) -> int:
        assert isinstance(request, SiteRequest)
        request.render_deferred = Deferred.fromCoroutine(self._answer(request))
        return NOT_DONE_YET

    async def _answer(self, request: SiteRequest) -> None:
        with request.processing():
            try:
                value = await self.callback(request)
            except CodedError as error:
                self.refuse(request, error)
            except ConnectionError:
                pass
            else:
                respond_with_json(request, 200, value)
