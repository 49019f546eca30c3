"""Answers with what it was given."""

from __future__ import annotations

from api import models
from counterfoil import Request


def _shown(*given: object) -> list[str]:
    return [str(each) for each in given]


class Styles:
    async def in_path(
        self,
        request: Request,
        simple: list[str],
        label: list[int],
        matrix: models.Colour,
        named: models.Colour,
    ) -> list[str]:
        return _shown(simple, label, matrix, named)

    async def in_query(
        self,
        request: Request,
        *,
        joined: list[str] | None,
        spaced: list[str] | None,
        piped: list[int] | None,
        filter_: models.Filter | None,
        colour: models.Colour | None,
        pairs: models.Colour | None,
        document: models.Filter | None,
        created: models.Range | int | None,
        depth: int | None,
        link: str | None,
    ) -> list[str]:
        given = (joined, spaced, piped, filter_, colour, pairs, document, created, depth, link)
        return _shown(*(each for each in given if each is not None))

    async def elsewhere(
        self,
        request: Request,
        *,
        x_tags: list[str] | None,
        x_colour: models.Colour | None,
        sizes: list[int] | None,
        shade: models.Colour | None,
    ) -> list[str]:
        return _shown(x_tags, x_colour, sizes, shade)


HANDLERS = {"styles": Styles()}
