"""A Klein app that has our resource on a branch of its tree, beside a route of its own."""

from __future__ import annotations

from collections.abc import Callable

from counterfoil import HttpServer, JsonResource
from klein import Klein
from twisted.web.server import Request, Site


def site(register: Callable[[HttpServer], None]) -> Site:
    """Serves what *register* registers, beside a page of Klein's own."""
    notices = JsonResource()
    register(notices)

    def branch(_: Request) -> JsonResource:
        return notices

    def front_page(_: Request) -> str:
        return "the front page"

    app = Klein()
    app.route("/")(front_page)
    app.route("/boards/", branch=True)(branch)
    app.route("/search")(branch)
    return Site(app.resource())
