"""Says which class a form has."""

from __future__ import annotations

from api import forms
from counterfoil import Request


class Documents:
    async def add_picture(self, request: Request, body: forms.AddPictureForm) -> str:
        return f"picture {body.file.media_type} {body.about.title}"

    async def add_paper(self, request: Request, body: forms.AddPaperForm) -> str:
        return f"paper {body.file.media_type} {body.about.title}"

    async def add_file(self, request: Request, body: forms.DocumentForm) -> str:
        return f"file {body.file.media_type} {body.about.title}"

    async def add_note(self, request: Request, body: forms.AddNoteForm) -> str:
        return f"note {body.a} {body.b}"


HANDLERS = {"spec": Documents()}
