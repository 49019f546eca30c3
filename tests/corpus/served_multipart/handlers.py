"""Says what came in a form."""

from __future__ import annotations

from api import forms, models
from counterfoil import Request
from counterfoil.stub import Binary, Upload


class Photos:
    async def add_photo(self, request: Request, body: forms.AddPhotoForm) -> dict[str, object]:
        more = [await told(each) for each in body.more or ()]
        return {
            "photo": await told(body.photo),
            "caption": body.caption,
            "year": body.year,
            "tags": body.tags,
            "place": body.place,
            "places": body.places,
            "table": body.table,
            "from": body.from_,
            "more": more,
        }

    async def put_either(
        self, request: Request, body: models.Place | forms.UploadForm | None
    ) -> str:
        if isinstance(body, forms.UploadForm):
            return f"{body.title}: {body.file.filename}"
        return "nothing" if body is None else body.name

    async def copy_file(self, request: Request, body: forms.UploadForm) -> Binary:
        return body.file.pieces()

    async def post_odd(self, request: Request, body: bytes | None) -> None:
        return None


async def told(upload: Upload) -> list[object]:
    content = await upload.read()
    return [upload.filename, upload.media_type, upload.size, content.decode()]


HANDLERS = {"spec": Photos()}
