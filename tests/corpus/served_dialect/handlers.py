"""Answers that show which schema each reference led to."""

from __future__ import annotations

from api import models
from counterfoil import Request


class Notes:
    async def find_notes(self, request: Request, body: models.Wanted) -> list[models.Note]:
        return [models.Note(text=body.word, label=models.Label(words=[body.word]))]

    async def copy_note(self, request: Request, body: models.Label) -> models.LabelFull:
        return models.LabelFull(label=models.Label(words=["copied"], inner=body))

    async def get_word(self, request: Request, word: models.WantedWord) -> models.LabelWords:
        return [word, "other"]

    async def drop_word(self, request: Request, word: models.WantedWord) -> None:
        return None


HANDLERS = {"notes": Notes()}
