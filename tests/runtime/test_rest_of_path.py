"""A parameter of the path that takes the rest of it."""

from __future__ import annotations

import re
import time

import pytest
from counterfoil import JsonResource
from counterfoil.stub import Request, path
from counterfoil.testing import TestClient


def client(*templates: str) -> TestClient:
    resource = JsonResource()
    for template in templates:

        def answer(request: Request, template: str = template, **given: str) -> tuple[int, object]:
            return 200, [template, given]

        rest = "ref" if "{ref}" in template else None
        resource.register_paths("GET", [path(template, rest=rest)], answer, template)
    return TestClient(resource)


CLIENT = client("/c/{ref}", "/c/{ref}/status", "/c/{ref}/{kind}/x", "/c/all", "/c/{one}/y")


@pytest.mark.parametrize(
    ("target", "template", "given"),
    [
        ("/c/a", "/c/{ref}", {"ref": "a"}),
        ("/c/a/b/c", "/c/{ref}", {"ref": "a/b/c"}),
        ("/c/a%2Fb/c%20d", "/c/{ref}", {"ref": "a/b/c d"}),
        ("/c/", "/c/{ref}", {"ref": ""}),
        ("/c/a/b/status", "/c/{ref}/status", {"ref": "a/b"}),
        ("/c/a/b%2Fstatus", "/c/{ref}", {"ref": "a/b/status"}),
        ("/c/a/b/c/x", "/c/{ref}/{kind}/x", {"ref": "a/b", "kind": "c"}),
        ("/c/all", "/c/all", {}),
        ("/c/all/b", "/c/{ref}", {"ref": "all/b"}),
        ("/c/a/y", "/c/{one}/y", {"one": "a"}),
        ("/c/a/b/y", "/c/{ref}", {"ref": "a/b/y"}),
    ],
)
def test_the_rest_is_taken_last(target: str, template: str, given: dict[str, str]) -> None:
    assert CLIENT.get(target).json() == [template, given]


@pytest.mark.parametrize(
    "target", ["/c/a/../b", "/c/a/%2e%2e/b", "/c/a%2F..", "/c/a/%zz", "/c/%FF"]
)
def test_a43_what_no_path_should_hold_is_refused(target: str) -> None:
    response = CLIENT.get(target)
    assert response.status == 400
    assert b"path.ref: Input" in response.body


def test_no_rest_is_no_match() -> None:
    assert CLIENT.get("/c").status == 404


def test_a_host_that_knows_only_patterns_finds_the_same() -> None:
    pattern = path("/c/{ref}/status", rest="ref").pattern
    found = re.compile(str(pattern)).match("/c/a/b/status")
    assert found is not None
    assert found["ref"] == "a/b"


def test_a_rest_is_a_whole_segment() -> None:
    for rest in ("ref", "other"):
        with pytest.raises(ValueError, match="is no whole segment"):
            path("/c/{ref}.json", rest=rest)


def test_a_long_path_takes_a_short_time() -> None:
    start = time.perf_counter()
    assert CLIENT.get("/c" + "/status" * 2000 + "/z").status == 200
    assert time.perf_counter() - start < 0.5
