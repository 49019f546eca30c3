"""Which patterns are enforced: what one may cost a server is bounded by its size (SECURITY.md)."""

from __future__ import annotations

import math

import pytest
from counterfoil_codegen.pattern_extent import extent
from counterfoil_codegen.patterns import matches, pattern_problem

INFINITE = math.inf


@pytest.mark.parametrize(
    ("pattern", "places", "longest", "is_anchored"),
    [
        ("", 1, 0, False),
        ("a", 2, 1, False),
        ("^abc$", 6, 3, True),
        (r"\Aab\z", 5, 2, True),
        ("a{3}", 4, 3, False),
        ("a{3}?b??", 5, 4, False),
        ("a{3,}", 4, INFINITE, False),
        ("a{ 2 , 5 }", 6, 5, False),
        ("a{,5}", 6, 5, False),
        ("a{0}", 1, 0, False),
        ("x{2}{3}{4}", 25, 24, False),
        ("^(a{0,200}){0,100}$", 20_103, 20_000, True),
        ("(){1000}{1000}", 1_000_001, 0, False),
        ("^(?:a|bc)*$", 7, INFINITE, True),
        ("(?i)a", 3, 1, False),
        ("(?i:ab){2}", 7, 4, False),
        ("(?P<n>ab){3}(?<m>c)", 12, 7, False),
        ("(?x)a b # (", INFINITE, INFINITE, False),
        # What begins with the text: every alternative, and without a chance to leave it out.
        ("^a|^b", 5, 1, True),
        ("^a|b", 4, 1, False),
        ("a|", 2, 1, False),
        ("(^a)", 4, 1, False),
        ("^*a", 3, 1, False),
        ("^{0,1}a", 3, 1, False),
        # Classes and escapes are one place, whatever signs are in them.
        ("[]a-z[:alpha:][^]x]]{2,3}", 4, 3, False),
        (r"[\]\[(]{5}[a&&[^b]]", 7, 6, False),
        (r"\p{L}{3}\pL\x{41}\x41\u0041\(\{2\}", 12, 11, False),
        (r"\bab\B\b{start}", 6, 2, False),
    ],
)
def test_what_a_pattern_comes_to(
    pattern: str, places: float, longest: float, is_anchored: bool
) -> None:
    found, begins = extent(pattern)
    assert (found.places, found.longest, begins) == (places, longest, is_anchored)


@pytest.mark.parametrize(
    "pattern",
    ["^(a{0,200}){0,100}$", "[ab]*a[ab]{1000}", "((a{0,40}){0,40}b)*", "(a|b)" * 400,
     "^a{9999}$", "(?x)a # [", "a?" * 1_001],
)  # fmt: skip
def test_a_pattern_that_would_take_seconds_is_not_enforced(pattern: str) -> None:
    problem = pattern_problem(pattern)
    assert problem is not None
    assert "1,000 places" in problem


@pytest.mark.parametrize(
    "pattern",
    ["^[a-z0-9-]{1,4096}$", "a{900}", "^(?:[a-z0-9]{1,63}[.]){1,8}[a-z]{2,63}$",
     "^(" + "|".join(f"Region/Town{number}" for number in range(600)) + ")$"],
)  # fmt: skip
def test_a_pattern_whose_texts_are_short_may_be_longer(pattern: str) -> None:
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "word"), [("(?=a)", "looks around"), (r"(a)\1", "compile"), ("(", "compile")]
)
def test_what_the_engine_does_not_take(pattern: str, word: str) -> None:
    assert word in (pattern_problem(pattern) or "")


def test_a_text_that_would_take_minutes_is_not_tried() -> None:
    assert matches("a[ab]{900}b", "a" * 901 + "b")
    assert not matches("a[ab]{900}b", "ab" * 1_000_000)
