"""Path templates and the patterns made of them."""

from __future__ import annotations

import re
import time

import pytest
from counterfoil._routing.templates import template_of
from counterfoil.stub import path


def groups(pattern: re.Pattern[str], text: str) -> dict[str, str] | None:
    match = pattern.match(text)
    return None if match is None else match.groupdict()


def test_a_pattern_matches_whole_segments() -> None:
    pattern = path("/boards/{board_id}/notices/{noticeId}", "board_id", "notice_id")
    assert groups(pattern, "/boards/a%2Fb/notices/7") == {"board_id": "a%2Fb", "notice_id": "7"}
    for other in ("/boards/a/b/notices/7", "/boards/a/notices/7/", "x/boards/a/notices/7"):
        assert groups(pattern, other) is None


def test_a40_nothing_may_follow_not_even_a_line_feed() -> None:
    assert groups(path("/a/{x}"), "/a/b\n") == {"x": "b\n"}
    assert groups(path("/a"), "/a\n") is None


def test_a41_a_parameter_may_be_empty() -> None:
    assert groups(path("/state/{key}"), "/state/") == {"key": ""}
    assert groups(path("/state/{key}"), "/state") is None


@pytest.mark.parametrize(
    ("template", "text", "want"),
    [
        ("/{a}.json", "/x.json", {"a": "x"}),
        ("/{a}.json", "/x.json.json", {"a": "x.json"}),
        ("/{a}.json", "/x.jsonp", None),
        ("/{a}.json/b", "/x.json/b", {"a": "x"}),
        ("/compare/{a}...{b}", "/compare/main...topic", {"a": "main", "b": "topic"}),
        ("/compare/{a}...{b}", "/compare/v1....v2", {"a": "v1", "b": ".v2"}),
        ("/v{a}", "/v12", {"a": "12"}),
        ("/{a}-{b}.x", "/p-q-r.x", {"a": "p", "b": "q-r"}),
        ("/{a}.(x)", "/1.(x)", {"a": "1"}),
        ("/{a}{b}", "/x.json", {"a": "x", "b": ".json"}),
        ("/{a}{b}", "/x.y.json", {"a": "x.y", "b": ".json"}),
        ("/{a}{b}", "/x", None),
        ("/{a}{b}", "/.", {"a": "", "b": "."}),
        ("/{a}{b}{c}", "/x.y.z", {"a": "x", "b": ".y", "c": ".z"}),
        ("/{a}{b}{c}", "/x.y", None),
        ("/v{a}{b}:go/{c}", "/v1.json:go/x.y", {"a": "1", "b": ".json", "c": "x.y"}),
        ("/{a}{b}.gz", "/x.tar.gz", {"a": "x", "b": ".tar"}),
        ("/{a}{b}.gz", "/x.gz", None),
        ("/{a}{b}.gz", "/x.gz.gz", {"a": "x", "b": ".gz"}),
    ],
)
def test_parameters_inside_a_segment(template: str, text: str, want: dict[str, str] | None) -> None:
    assert groups(path(template), text) == want


def test_text_is_never_a_pattern() -> None:
    assert groups(path("/a.b+"), "/a.b+") == {}
    assert groups(path("/a.b+"), "/axbb") is None
    assert groups(path("/caf\u00e9"), "/caf%C3%A9") == {}


def test_b46_no_path_makes_a_pattern_slow() -> None:
    began = time.perf_counter()
    for template in ("/{a}-{b}-{c}-{d}.json", "/{a}{b}{c}.json"):
        for text in ("-", ".", ".a", ".json"):
            assert path(template).match("/" + text * 100_000 + "/") is None
    assert time.perf_counter() - began < 5


def test_the_template_travels_with_the_pattern() -> None:
    pattern = path("/boards/{board-id}.json", "board_id")
    template = template_of(pattern)
    assert template is not None
    assert template.template == "/boards/{board-id}.json"
    assert template.names == ("board_id",)
    assert template_of(re.compile("^/boards$")) is None


@pytest.mark.parametrize(
    ("template", "literal", "is_parameter"),
    [
        ("/", "", False),
        ("/a", "a", False),
        ("/{x}", None, True),
        ("/v{x}", None, False),
        ("/{x}v", None, False),
        ("/{x}-{y}", None, False),
    ],
)
def test_a_segment_is_text_or_a_parameter_or_mixed(
    template: str, literal: str | None, is_parameter: bool
) -> None:
    source = template_of(path(template))
    assert source is not None
    (segment,) = source.segments
    assert (segment.literal, segment.is_parameter) == (literal, is_parameter)


@pytest.mark.parametrize(
    ("template", "names", "complaint"),
    [
        ("boards", (), "the path template 'boards' does not begin with a slash"),
        ("/{a", (), "the path template '/{a' has an unmatched brace"),
        ("/{a}}b", (), "the path template '/{a}}b' has an unmatched brace"),
        ("/a}", (), "the path template '/a}' has an unmatched brace"),
        ("/{a}/{a}", (), "'/{a}/{a}' names a parameter twice"),
        ("/{a-b}", (), "the parameter 'a-b' of '/{a-b}' is not a Python name"),
        ("/{é}", (), "the parameter 'é' of '/{é}' is not a Python name"),
        ("/{}", (), "the parameter '' of '/{}' is not a Python name"),
        ("/{a}", ("a", "b"), "'/{a}' has 1 parameters, but 2 names were given"),
    ],
)
def test_what_is_no_template(template: str, names: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}$"):
        path(template, *names)


@pytest.mark.parametrize("escaped", ["%7Bb%7D", "%7bb%7d"])
def test_a_brace_that_is_escaped_is_a_text(escaped: str) -> None:
    pattern = path(f"/a{escaped}/{{c}}")
    match = pattern.fullmatch(f"/a{escaped}/x")
    assert match is not None
    assert match.groupdict() == {"c": "x"}
