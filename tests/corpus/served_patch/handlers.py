"""One notice, which can be changed in part (RFC 7396)."""

from __future__ import annotations

from api import models
from counterfoil import UNSET, Request


class Notices:
    def __init__(self) -> None:
        self._notice = models.Notice(title="Lost cat", pinned_by=None)

    async def read_notice(self, request: Request) -> models.Notice:
        return self._notice

    async def change_notice(self, request: Request, body: models.NoticeChange) -> models.Notice:
        if body.title is not None:
            self._notice.title = body.title
        if body.pinned_by is not UNSET:
            self._notice.pinned_by = body.pinned_by
        if body.text is not UNSET:
            self._notice.text = UNSET if body.text is None else body.text.strip()
        if body.place is not UNSET:
            self._notice.place = body.place
        return self._notice

    async def find_notices(
        self, request: Request, *, filter_: models.NoticeChange | None
    ) -> models.NoticeChange:
        return filter_ or models.NoticeChange(text=None)


HANDLERS = {"spec": Notices()}
