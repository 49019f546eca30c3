"""Percent-encoding and query strings."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from counterfoil._input.query import (
    MAX_PARAMETERS,
    TooManyParametersError,
    percent_decode,
    split_query,
)
from hypothesis import given
from hypothesis import strategies as st


@given(st.text())
def test_decoding_undoes_encoding(text: str) -> None:
    assert percent_decode(quote(text, safe="")) == text


def test_a42_escapes_are_decoded_once() -> None:
    assert percent_decode("%252F") == "%2F"
    assert percent_decode("a+b") == "a+b"


@pytest.mark.parametrize("text", ["%", "%2", "%zz", "a%", "%FE", "%FF", "%C3", "%ed%a0%80"])
def test_a43_what_is_not_utf_8_or_not_an_escape_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"escape|UTF-8") as caught:
        percent_decode(text)
    assert text not in str(caught.value)


@pytest.mark.parametrize("text", ["\u00e9", "%41\u00e9"])
def test_what_should_have_been_escaped_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="percent-encoded"):
        percent_decode(text)


def test_a130_only_an_ampersand_separates() -> None:
    assert split_query(b"a=1;b=2&c=3") == [("a", "1;b=2"), ("c", "3")]


def test_the_forms_of_a_parameter() -> None:
    query = b"a=1&&b&c=&d=x=y&e=a+b&"
    assert split_query(query) == [
        ("a", "1"),
        ("b", ""),
        ("c", ""),
        ("d", "x=y"),
        ("e", "a b"),
    ]


def test_a130_the_number_of_parameters_is_bounded() -> None:
    assert len(split_query(b"&".join([b"a=1"] * MAX_PARAMETERS))) == MAX_PARAMETERS
    with pytest.raises(TooManyParametersError, match="256"):
        split_query(b"&".join([b"a=1"] * (MAX_PARAMETERS + 1)))


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=10))
def test_any_parameters_come_back(pairs: list[tuple[str, str]]) -> None:
    query = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    read = [(percent_decode(n), percent_decode(v)) for n, v in split_query(query.encode())]
    assert read == pairs
