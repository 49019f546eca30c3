"""Headers that a handler sets on its request."""

from __future__ import annotations

import re

from counterfoil import JsonResource, Request, set_headers
from counterfoil.testing import TestClient


def answering(headers: dict[str, str | list[str]]) -> TestClient:
    """A resource whose one answer bears *headers*."""

    async def answer(request: Request) -> tuple[int, object]:
        set_headers(request, headers)
        return 200, {}

    root = JsonResource()
    root.register_paths("GET", [re.compile("/x")], answer, "x")
    return TestClient(root)


def test_headers_are_sent() -> None:
    response = answering({"Link": "</next>; rel=next", "Vary": ["A", "B"]}).get("/x")
    assert response.headers["link"] == "</next>; rel=next"
    assert response.headers["vary"] == "A, B"


def test_a_header_that_could_forge_another_is_a_500_and_is_not_sent() -> None:
    """A83."""
    response = answering({"Link": "a\r\nSet-Cookie: b=c"}).get("/x")
    assert response.status == 500
    assert "set-cookie" not in response.headers
    assert "link" not in response.headers
