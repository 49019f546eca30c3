"""Resources that answer every preflight request of the tree below them."""

from __future__ import annotations

from collections.abc import Iterable

from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from counterfoil._output.cors import Cors
from counterfoil._output.headers import set_headers
from counterfoil._output.writers import write_response
from counterfoil._resources.arrival import arrived
from counterfoil._resources.json_resource import JsonResource
from counterfoil._resources.redirect import RootRedirect
from counterfoil._resources.unrecognized import UnrecognizedRequestResource
from counterfoil._types import AnyResource, Request

__all__ = ["OptionsResource", "RootOptionsRedirectResource"]


class OptionsResource(Resource):
    """Answers OPTIONS on any path here and below with a 204 and the headers of `Cors`.

    All other methods go to its children; what is none of them is a 404 in JSON. A `JsonResource`
    below it is left to answer by itself: it knows the methods and headers of its routes.
    """

    def __init__(self, *, cors: Cors | None = None) -> None:
        Resource.__init__(self)
        self._cors = Cors() if cors is None else cors

    @override
    def getChildWithDefault(self, path: bytes, request: Request) -> IResource | Resource:
        """This resource for OPTIONS; else what was put at *path*."""
        if request.method == b"OPTIONS" and not self._has_own(path, request.postpath or ()):
            return self
        found: IResource | Resource = Resource.getChildWithDefault(self, path, request)
        return found

    @override
    def getChild(self, path: bytes, request: Request) -> IResource | Resource:
        """A 404: *path* is of no child."""
        return UnrecognizedRequestResource(cors=self._cors)

    @override
    def render(self, request: Request) -> int:
        """Answer *request*."""
        if request.method != b"OPTIONS":
            return self._page(request).render(request)
        arrived(request, self)
        self._cors.set_headers(request)
        set_headers(request, {"Access-Control-Max-Age": str(self._cors.max_age)})
        write_response(request, 204, b"", None)
        return NOT_DONE_YET

    def _page(self, request: Request) -> UnrecognizedRequestResource | RootRedirect:
        """What stands at the very place where this resource is mounted."""
        return UnrecognizedRequestResource(cors=self._cors)

    def _has_own(self, path: bytes, rest: Iterable[bytes]) -> bool:
        """Whether what was put at a path answers OPTIONS by itself."""
        found: AnyResource | None = self
        for segment in (path, *rest):
            if not isinstance(found, Resource) or found.isLeaf:
                break
            found = found.children.get(segment)
        return isinstance(found, JsonResource)


class RootOptionsRedirectResource(OptionsResource):
    """Answers OPTIONS as `OptionsResource` does, and GET and HEAD of `/` as `RootRedirect` does."""

    def __init__(self, path: str, *, cors: Cors | None = None) -> None:
        """Raises `ValueError` for a *path* that `RootRedirect` refuses."""
        super().__init__(cors=cors)
        self._redirect = RootRedirect(path)

    @override
    def getChild(self, path: bytes, request: Request) -> IResource | Resource:
        """The redirect for `/`; a 404 for all that was not put here as a child."""
        if path or request.postpath:
            return super().getChild(path, request)
        return self._redirect

    @override
    def _page(self, request: Request) -> UnrecognizedRequestResource | RootRedirect:
        return self._redirect
