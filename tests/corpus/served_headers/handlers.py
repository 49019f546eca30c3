"""Says in headers what the notes are, as the spec declares them."""

from __future__ import annotations

import datetime

from api import errors, models
from api.headers import (
    AddNoteResponse201Headers,
    HeadersResponse204Headers,
    ListNotesResponse200Headers,
    PutAnyResponse2XXHeaders,
    ReadAnyResponse2XXHeaders,
    ReadNoteResponse200Headers,
    ReadNoteResponse302Headers,
    ServiceUnavailableHeaders,
    TooManyClientErrorHeaders,
    TooManyDefaultHeaders,
    TooManyTooManyRequestsHeaders,
)
from counterfoil import (
    Created,
    Found,
    Location,
    NoContent,
    Ok,
    Request,
    Successful,
    add_cookies,
    cookie,
    set_headers,
)
from counterfoil.stub import NoHeaders

NOTE = models.Note(text="Hello")
PROBLEM = models.Problem(error="slow down")


class Notes:
    async def list_notes(
        self, request: Request, *, limit: int | None
    ) -> Ok[list[models.Note], ListNotesResponse200Headers]:
        match limit:
            case 0:
                raise errors.ServiceUnavailable
            case 1:
                raise errors.ServiceUnavailable(headers=ServiceUnavailableHeaders(retry_after=7))
            case 2:
                headers = TooManyTooManyRequestsHeaders(retry_after=60)
                raise errors.TooManyTooManyRequests(PROBLEM, headers=headers)
            case 3:
                return Ok([], headers=ListNotesResponse200Headers(x_total=0, link="<\r\nX: y>"))
            case 4:
                return Ok([NOTE], headers=ListNotesResponse200Headers(x_total=1))
            case 5:
                tags = ["tea, hot", "cake"]  # who reads them would see three
                return Ok([NOTE], headers=ListNotesResponse200Headers(x_total=1, x_tags=tags))
            case 6:
                return Ok(
                    [NOTE],
                    headers=ListNotesResponse200Headers(
                        x_total=1,
                        x_page=1,
                        x_matrix="1 2; 3 4",
                        x_deep="flat",
                        x_seen=models.Seen(by="ann", at=7),
                        x_free="a, b",
                        x_odd=[1, {"a": None}],
                        x_bare="bare",
                    ),
                )
        set_headers(request, {"X-Undeclared": "yes"})
        return Ok(
            [NOTE],
            headers=ListNotesResponse200Headers(
                x_total=12,
                link='</notes?limit=1>; rel="next"',
                x_tags=["a", "b"],
                x_quota=models.ListNotesResponse200XQuota(used=1, left=2),
                x_filter=models.Note(text="\u2026"),
                x_order="up",
                x_fresh=False,
                x_until=datetime.datetime(2030, 1, 2, tzinfo=datetime.UTC),
            ),
        )

    async def add_note(
        self, request: Request, body: models.Note
    ) -> models.Note | Created[models.Note, AddNoteResponse201Headers | NoHeaders]:
        match body.text:
            case "alone":
                return body
            case "bare":
                return Created(body)
            case "refused":
                raise errors.TooManyDefault(429, PROBLEM, headers=TooManyDefaultHeaders(retry_after=1))
            case "before":
                add_cookies(request, [cookie("first", "1")])
        cookies: list[bytes | str] = [cookie("sid", "31d4", max_age=60), "theme=dark"]
        return Created(body, headers=AddNoteResponse201Headers(location="/notes/1", set_cookie=cookies))

    async def read_note(
        self, request: Request, note: str
    ) -> (
        Ok[models.Note, ReadNoteResponse200Headers | NoHeaders]
        | Found[Location, ReadNoteResponse302Headers | NoHeaders]
    ):
        if note == "moved":
            moved = ReadNoteResponse302Headers(x_moved=datetime.date(2030, 1, 2))
            return Found(Location("/notes"), headers=moved)
        if note == "bare":
            return Ok(NOTE)
        return Ok(NOTE, headers=ReadNoteResponse200Headers(e_tag='"1"', body_="b", class_=1.5))

    async def read_any(
        self, request: Request, note: str
    ) -> (
        models.Note
        | Ok[models.Note, ReadAnyResponse2XXHeaders | NoHeaders]
        | Successful[models.Note, ReadAnyResponse2XXHeaders | NoHeaders]
    ):
        match note:
            case "bare":
                return NOTE
            case "ok":
                return Ok(NOTE, headers=ReadAnyResponse2XXHeaders(x_left=1))
            case "refused":
                few = TooManyClientErrorHeaders(retry_after=2)
                raise errors.TooManyClientError(420, PROBLEM, headers=few)
        return Successful(202, NOTE, headers=ReadAnyResponse2XXHeaders(x_left=2))

    async def put_any(
        self, request: Request, note: str
    ) -> Successful[models.Note, PutAnyResponse2XXHeaders]:
        return Successful(200, NOTE, headers=PutAnyResponse2XXHeaders(x_left=3))


class Headers:
    async def headers_(self, request: Request, note: str) -> NoContent[HeadersResponse204Headers]:
        return NoContent(headers=HeadersResponse204Headers(x_left=3))


HANDLERS = {"spec": Notes(), "headers_": Headers()}
