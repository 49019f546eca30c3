"""Counterfoil, as a user runs it: a generated package, a handler, the site as it is."""

from __future__ import annotations

import logging

import measured
from counterfoil import AccessLog, JsonResource, Request, Site
from measured import models
from twisted.logger import ILogObserver, STDLibLogObserver, globalLogBeginner

from benchmarks.serving.launch import serve_on_twisted
from benchmarks.serving.workloads import GREETING, LARGE


class Measured:
    """Implements `measured.MeasuredHandler`."""

    def __init__(self) -> None:
        self._large = models.Notices.model_validate(LARGE)

    async def get_hello(self, request: Request) -> models.Greeting:
        return models.Greeting(message=GREETING["message"])

    async def list_items(
        self, request: Request, user: int, *, limit: int, tag: list[str]
    ) -> models.Selection:
        return models.Selection(user=user, limit=limit, tags=tag)

    async def post_notice(self, request: Request, body: models.Notice) -> models.Notice:
        return body

    async def get_large(self, request: Request) -> models.Notices:
        return self._large


def serve() -> None:
    """Serve until the process ends. Its log goes to stderr, as in the worked example."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    globalLogBeginner.beginLoggingTo([ILogObserver(STDLibLogObserver())], redirectStandardIO=False)
    root = JsonResource()
    measured.register(root, measured=Measured())
    serve_on_twisted(Site(root, access_log=AccessLog()))
