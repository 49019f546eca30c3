"""The router, also against a naive one."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

import pytest
from counterfoil._routing.router import Router
from counterfoil._routing.templates import Segment, template_of
from counterfoil.stub import path
from hypothesis import given
from hypothesis import strategies as st


def router(*templates: str, method: str = "GET") -> Router[str]:
    made: Router[str] = Router()
    for template in templates:
        made.add(method, path(template), template)
    return made


def found(made: Router[str], text: str, method: str = "GET") -> str | None:
    answer = made.find(method, text)
    return None if answer is None else answer[0]


def parameters(made: Router[str], text: str) -> Mapping[str, str | None]:
    answer = made.find("GET", text)
    assert answer is not None
    return answer[1]


def test_text_comes_before_mixed_before_a_parameter() -> None:
    made = router("/a/{x}", "/a/{x}.json", "/a/{x}.tar.json", "/a/me")
    assert found(made, "/a/me") == "/a/me"
    assert found(made, "/a/b.json") == "/a/{x}.json"
    assert found(made, "/a/b.tar.json") == "/a/{x}.tar.json"
    assert found(made, "/a/b") == "/a/{x}"
    assert parameters(made, "/a/b.tar.json") == {"x": "b"}


@pytest.mark.parametrize("templates", [("/a/v{x}", "/a/v"), ("/a/v", "/a/v{x}")])
def test_text_comes_before_what_is_as_long_without_its_parameter(
    templates: tuple[str, str],
) -> None:
    made = router(*templates)
    assert found(made, "/a/v") == "/a/v"
    assert found(made, "/a/v1") == "/a/v{x}"


def test_a38_of_equals_the_first_registered_wins() -> None:
    assert found(router("/{a}-x", "/x-{a}"), "/x-x") == "/{a}-x"
    assert found(router("/x-{a}", "/{a}-x"), "/x-x") == "/x-{a}"


def test_a_choice_that_leads_nowhere_is_taken_back() -> None:
    made = router("/a/me/b", "/a/{x}/c", "/{y}/me/d")
    assert found(made, "/a/me/c") == "/a/{x}/c"
    assert found(made, "/a/me/d") == "/{y}/me/d"
    assert parameters(made, "/a/me/d") == {"y": "a"}
    assert found(made, "/a/me/e") is None


def test_a_better_match_without_the_method_does_not_hide_one_that_has_it() -> None:
    made = router("/users/me")
    made.add("DELETE", path("/users/{id}"), "delete")
    assert found(made, "/users/me", "DELETE") == "delete"
    assert made.look_up("PATCH", "/users/me") == frozenset({"GET", "HEAD", "DELETE"})
    assert made.look_up("PATCH", "/users/you") == frozenset({"DELETE"})
    assert made.look_up("PATCH", "/nobody") == frozenset()


def test_a47_get_answers_head_unless_head_is_registered() -> None:
    made = router("/a")
    assert found(made, "/a", "HEAD") == "/a"
    made.add("HEAD", path("/a"), "head")
    assert found(made, "/a", "HEAD") == "head"
    made.add("HEAD", path("/b"), "head first")
    made.add("GET", path("/b"), "then get")
    assert found(made, "/b", "HEAD") == "head first"


@pytest.mark.parametrize("again", ["/a/{x}", "/a/{y}"])
def test_a39_a_pattern_is_registered_once_for_a_method(again: str) -> None:
    made = router("/a/{x}")
    made.add("PUT", path("/a/{z}"), "put")
    with pytest.raises(ValueError, match=r"GET /a/\{.\} is registered twice"):
        made.add("GET", path(again), "again")


def test_a39_holds_for_foreign_patterns_too() -> None:
    made: Router[str] = Router()
    made.add("GET", re.compile("^/a$"), "one")
    made.add("PUT", re.compile("^/a$"), "two")
    with pytest.raises(ValueError, match="twice"):
        made.add("GET", re.compile("^/a$"), "three")


def test_a35_a_method_is_a_token() -> None:
    with pytest.raises(ValueError, match="'get' is not a method: they are tokens in capitals"):
        Router[str]().add("get", path("/a"), "a")
    with pytest.raises(ValueError, match="not a method"):
        router("/a", method="GET /b")


def test_foreign_patterns_come_after_templates_in_order() -> None:
    made: Router[str] = Router()
    made.add("GET", re.compile("/(?P<x>[ab])"), "first")
    made.add("GET", re.compile("/(?P<x>[bc])(?P<y>!)?"), "second")
    made.add("GET", path("/b"), "template")
    assert found(made, "/a") == "first"
    assert found(made, "/b") == "template"
    assert found(made, "/c") == "second"
    assert parameters(made, "/c") == {"x": "c", "y": None}
    made.add("POST", re.compile("/(.)"), "unnamed")
    assert made.find("POST", "/a") == ("unnamed", {}, "OPTIONS, POST")


def test_a40_foreign_patterns_match_the_whole_path() -> None:
    made: Router[str] = Router()
    made.add("GET", re.compile("^/a"), "prefix")
    made.add("GET", re.compile("^/b$"), "dollar")
    assert found(made, "/a") == "prefix"
    assert found(made, "/ab") is None
    assert found(made, "/b\n") is None


def test_b44_slashes_and_parameters_of_segments_are_part_of_the_path() -> None:
    made = router("/a", "/a/", "//a", "/a;x=1")
    for text in ("/a", "/a/", "//a", "/a;x=1"):
        assert found(made, text) == text
    for text in ("a", "/a//", "/a;x", "", "http://host/a"):
        assert found(made, text) is None


def test_no_path_makes_a_look_up_explode() -> None:
    made: Router[str] = Router()
    for shape in range(2**10):
        segments = ["a" if shape >> bit & 1 else f"{{p{bit}}}" for bit in range(10)]
        made.add("GET", path("/" + "/".join(segments)), str(shape))
    began = time.perf_counter()
    assert found(made, "/a" * 9 + "/b/b") is None
    assert found(made, "/a" * 5000) is None
    assert time.perf_counter() - began < 1


SEGMENTS = st.sampled_from(["a", "b", "ab", "", "{0}", "{0}.j", "x{0}", "{0}-{1}", "a{0}"])
TEXTS = st.sampled_from(["a", "b", "ab", "", "c", "a.j", "xa", "x.j", "a-b", "x-.j", "-"])


def spell(segments: list[str]) -> str:
    return "".join(
        "/" + segment.replace("{0}", f"{{p{index}}}").replace("{1}", f"{{q{index}}}")
        for index, segment in enumerate(segments)
    )


TEMPLATES = st.lists(
    st.tuples(st.sampled_from(["GET", "PUT", "HEAD"]), st.lists(SEGMENTS, min_size=1, max_size=4)),
    max_size=12,
    unique_by=lambda each: (each[0], spell(each[1])),
)
PATHS = st.lists(TEXTS, min_size=1, max_size=4).map(lambda parts: "".join(f"/{p}" for p in parts))


def rank(template: str) -> list[tuple[int, int]]:
    """What is better compares as less: text, then mixed with the most text, then a parameter."""
    parsed = template_of(path(template))
    assert parsed is not None
    return [segment_rank(segment) for segment in parsed.segments]


def segment_rank(segment: Segment) -> tuple[int, int]:
    if segment.literal is not None:
        return 0, 0
    return (2, 0) if segment.is_parameter else (1, -len("".join(segment.texts)))


def naive(routes: list[tuple[str, str]], method: str, text: str) -> set[str]:
    """The templates that may answer: of those that match, any that none other is better than."""
    usable = [
        template
        for registered, template in routes
        if path(template).fullmatch(text)
        and (registered == method or (registered, method) == ("GET", "HEAD"))
    ]
    best = min(map(rank, usable), default=None)
    return {template for template in usable if rank(template) == best}


@given(TEMPLATES, PATHS, st.sampled_from(["GET", "PUT", "HEAD", "POST"]))
def test_the_router_finds_what_a_linear_search_finds(
    routes: list[tuple[str, list[str]]], text: str, method: str
) -> None:
    made: Router[str] = Router()
    spelled = [(registered, spell(segments)) for registered, segments in routes]
    for registered, template in spelled:
        made.add(registered, path(template), template)

    answer = made.find(method, text)
    wanted = naive(spelled, method, text)
    if answer is None:
        assert not wanted
    else:
        target, values, _ = answer
        match = path(target).fullmatch(text)
        assert match is not None
        assert target in wanted
        assert values == match.groupdict()

    methods = ("GET", "PUT", "HEAD", "POST")
    allowed = frozenset(name for name in methods if naive(spelled, name, text))
    assert made.look_up("PATCH", text) == allowed
