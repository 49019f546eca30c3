"""Headers that a spec declares: classes of them, and what becomes of their values."""

from __future__ import annotations

import datetime
from typing import Annotated, ClassVar

import pytest
from counterfoil.stub import (
    ApiErrorWithHeaders,
    ClientStatusErrorWithHeaders,
    Ok,
    ResponseHeader,
    ResponseHeaders,
    ServerStatusErrorWithHeaders,
    SetCookie,
    StatusErrorWithHeaders,
)


class Declared(ResponseHeaders):
    """What a response declares."""

    total: Annotated[int, ResponseHeader("X-Total")]
    tags: Annotated[list[str] | None, ResponseHeader("X-Tags")] = None
    quota: Annotated[dict[str, int | str] | None, ResponseHeader("X-Quota")] = None
    exploded: Annotated[dict[str, str] | None, ResponseHeader("X-Exploded", explode=True)] = None
    document: Annotated[object, ResponseHeader("X-Document", is_json=True)] = None
    when: Annotated[datetime.datetime | None, ResponseHeader("X-When")] = None
    rate: Annotated[float | None, ResponseHeader("X-Rate")] = None
    cookies: Annotated[SetCookie | None, ResponseHeader("Set-Cookie")] = None


class Slow(ApiErrorWithHeaders[None, Declared]):
    """Of one status, without a body."""

    status: ClassVar[int] = 429


class Any(StatusErrorWithHeaders[str, Declared]):
    """Of any status."""


class Client(ClientStatusErrorWithHeaders[None, Declared]):
    """Of a range."""


class Server(ServerStatusErrorWithHeaders[None, Declared]):
    """Of another."""


def sent(headers: Declared) -> dict[str, object]:
    return dict(Ok(1, headers=headers).headers or {})


def test_values_are_sent_in_the_style_simple() -> None:
    declared = Declared(
        total=1,
        tags=["a b", "ü", ""],
        quota={"used": 1, "of": "day"},
        exploded={"used": "=1", "of": "day"},
        document={"a": [1, None], "b": "\N{EURO SIGN}\r\n"},
        when=datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
        rate=0.5,
        cookies=[b"a=b", "c=d"],
    )
    assert sent(declared) == {
        "X-Total": "1",
        "X-Tags": "a b,ü,",
        "X-Quota": "used,1,of,day",
        "X-Exploded": "used==1,of=day",
        "X-Document": '{"a":[1,null],"b":"\\u20ac\\r\\n"}',
        "X-When": "2026-01-02T03:04:05Z",
        "X-Rate": "0.5",
        "Set-Cookie": ["a=b", "c=d"],
    }
    assert sent(Declared(total=0, cookies="a=b")) == {"X-Total": "0", "Set-Cookie": ["a=b"]}


@pytest.mark.parametrize(
    "declared",
    [
        Declared(total=1, tags=["a,b"]),
        Declared(total=1, quota={"a,b": 1}),
        Declared(total=1, quota={"a": "1,2"}),
        Declared(total=1, exploded={"a=b": "1"}),
        Declared(total=1, exploded={"a": "1,b=2"}),
    ],
)
def test_what_would_be_read_as_more_is_refused(declared: Declared) -> None:
    with pytest.raises(ValueError, match="holds what parts the values of a header"):
        sent(declared)


def test_what_the_class_lacks_and_what_it_needs() -> None:
    untyped: type[ResponseHeaders] = Declared
    with pytest.raises(TypeError, match="Declared has no 'more'"):
        untyped(total=1, more=2)
    with pytest.raises(TypeError, match="Declared needs its 'total'"):
        untyped(tags=[])
    with pytest.raises(TypeError, match="nests no deeper"):
        Ok(1, headers=untyped(total=[[1]]))


def test_errors_are_raised_with_the_headers_that_they_need() -> None:
    headers = Declared(total=2)
    assert Slow(headers=headers).headers == {"X-Total": "2"}
    assert Any(418, "tea", headers=headers).body == "tea"
    assert Client(404, headers=headers).status == 404
    assert Server(599, headers=headers).headers == {"X-Total": "2"}
    for kind, status in [(Client, 500), (Server, 404)]:
        with pytest.raises(ValueError, match=f"not for {status}"):
            kind(status, headers=headers)
    raising: type[Exception] = Slow
    with pytest.raises(TypeError, match="headers"):
        raising()
