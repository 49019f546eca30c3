"""Counts what comes."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

from api import errors, models
from counterfoil import BodyStream, Request


class Intake:
    async def add_lines(self, request: Request, body: AsyncIterator[models.EntryRequest]) -> int:
        count = 0
        async for entry in body:
            if entry.text == "there":
                raise errors.ConflictEntry(models.Entry(text=entry.text, id=1))
            count += 1
        return count

    async def add_either(
        self,
        request: Request,
        body: models.EntryRequest | AsyncIterator[models.EntryRequest] | None,
    ) -> int:
        if body is None:
            return -1
        return 1 if isinstance(body, models.EntryRequest) else len([entry async for entry in body])

    async def echo_numbers(
        self, request: Request, body: AsyncIterator[int], *, plus: int
    ) -> AsyncIterable[int]:
        async def numbers() -> AsyncIterator[int]:
            async for number in body:
                yield number + plus

        return numbers()

    async def add_inline(
        self, request: Request, body: AsyncIterator[models.AddInlineRequestItem]
    ) -> None:
        async for item in body:
            item.name.encode()

    async def add_distinct(self, request: Request, body: AsyncIterator[list[int]]) -> int:
        return len([numbers async for numbers in body])

    async def add_pieces(self, request: Request, body: BodyStream) -> int:
        return len(await body.read())


HANDLERS = {"spec": Intake()}
