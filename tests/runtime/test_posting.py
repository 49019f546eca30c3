"""Forms, and typed answers, of the in-memory client."""

from __future__ import annotations

from typing import Annotated

import pytest
from counterfoil import JsonResource, NoHeaders, Ok, Request
from counterfoil.stub import (
    Body,
    FormPart,
    Input,
    Model,
    MultipartForm,
    Reply,
    Upload,
    answers,
    at_head,
    path,
    receive,
)
from counterfoil.testing import TestClient
from pydantic import Field, ValidationError


class Place(Model):
    zip: str


class Guest(Model):
    name: Annotated[str, Field(min_length=2)]
    age: int
    is_member: Annotated[bool, Field(alias="isMember")]
    tag: list[str]
    place: Place


class Photos(MultipartForm):
    title: Annotated[str, FormPart()]
    place: Annotated[Place, FormPart(is_json=True)]
    is_new: Annotated[bool, FormPart("isNew")]
    files: Annotated[list[Upload], FormPart()]


class GuestInput(Input):
    body: Annotated[Guest, Body(media_type="application/x-www-form-urlencoded")]


class PhotosInput(Input):
    body: Annotated[Photos, Body(media_type="multipart/form-data")]


class Servlet:
    @at_head
    @answers(Ok)
    async def guest(self, request: Request, **path: str) -> Reply[object]:
        return Ok((await receive(request, GuestInput, path)).body)

    @at_head
    @answers(Ok)
    async def photos(self, request: Request, **path: str) -> Reply[object]:
        form = (await receive(request, PhotosInput, path)).body
        files = [[one.filename, one.media_type, (await one.read()).hex()] for one in form.files]
        return Ok([form.title, form.place.zip, form.is_new, files])


@pytest.fixture
def client() -> TestClient:
    root = JsonResource()
    root.register_paths("POST", [path("/guests")], Servlet().guest, "Guest")
    root.register_paths("PUT", [path("/photos")], Servlet().photos, "Photos")
    return TestClient(root)


def test_a_form_of_fields(client: TestClient) -> None:
    added = client.post(
        "/guests",
        form={"name": "Ä & Ö", "age": 7, "isMember": True, "tag": ["a", "b"], "place[zip]": "1"},
    )
    assert added.parsed(Guest) == Guest(
        name="Ä & Ö", age=7, is_member=True, tag=["a", "b"], place=Place(zip="1")
    )


def test_a_form_in_parts(client: TestClient) -> None:
    files = [
        Upload.of(b"\r\n--counterfoil-test--\r\n", 'a"b.png', "image/png"),
        Upload.of(b"\x00"),
    ]
    for _ in range(2):  # a file is sent from its beginning each time
        kept = client.put(
            "/photos",
            form={"title": "Ä", "place": Place(zip="1"), "isNew": False, "files": files},
        )
        content = files[0].file.read().hex()  # and is left there
        sent = [['a"b.png', "image/png", content], ["files", "application/octet-stream", "00"]]
        assert kept.json() == ["Ä", "1", False, sent]


def test_a_form_in_parts_without_a_file(client: TestClient) -> None:
    told = {"Content-Type": "multipart/form-data"}
    refused = client.put("/photos", form={"title": "a"}, headers=told)
    assert b"body.place: Part required; body.isNew: Part required" in refused.body
    assert client.put("/photos", form={"title": "a"}).status == 415


def test_json_says_that_it_is(client: TestClient) -> None:
    """As with every client: an operation that takes a form alone does not read it as one."""
    assert client.post("/guests", json={"name": "Ann"}).status == 415


def test_every_fault_of_a_form_at_once(client: TestClient) -> None:
    refused = client.post("/guests", form={"name": "x", "age": ["1", "2"], "isMember": "maybe"})
    assert refused.json() == {
        "errcode": "M_BAD_JSON",
        "error": "body.age: Field must be given once; "
        "body.name: String should have at least 2 characters; "
        "body.isMember: Input should be a valid boolean; "
        "body.tag: Field required; body.place: Field required",
    }


def test_what_is_no_object_is_told_without_our_names(client: TestClient) -> None:
    refused = client.post("/guests", form={"place": "1"})
    assert b"body.place: Input should be an object" in refused.body


def test_an_answer_of_another_type(client: TestClient) -> None:
    with pytest.raises(ValidationError):
        client.post("/guests", form={}).parsed(Place)


def test_what_skeletons_name_is_the_applications_too() -> None:
    assert issubclass(NoHeaders, dict)
