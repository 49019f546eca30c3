"""Waits for what never comes."""

from __future__ import annotations

from counterfoil import Request
from counterfoil.stub import Text
from twisted.internet.defer import Deferred


class Limits:
    async def wait(self, request: Request) -> None:
        await Deferred()

    async def wait_for_long(self, request: Request) -> Text:
        never: Deferred[str] = Deferred()
        return await never

    async def comes_in_time(self, request: Request) -> None:
        return None

    async def as_the_document_says(self, request: Request) -> None:
        return None


HANDLERS = {"spec": Limits()}
