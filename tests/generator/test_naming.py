"""Python names for spec names."""

from __future__ import annotations

import keyword

import pytest
from counterfoil_codegen.naming import class_name, pascal, snake, upper
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "as_snake", "as_pascal"),
    [
        ("listNotices", "list_notices", "ListNotices"),
        ("HTTPError", "http_error", "HTTPError"),
        ("repos/list-for-org", "repos_list_for_org", "ReposListForOrg"),
        ("2fa", "x_2fa", "X2fa"),
        ("from", "from_", "From"),
        ("match", "match_", "Match"),
        ("list", "list_", "List"),
        ("oauth2", "oauth2", "Oauth2"),
        ("getV3", "get_v3", "GetV3"),
        ("roomIDs", "room_ids", "RoomIDs"),
        ("m.room.member", "m_room_member", "MRoomMember"),
        ("StartTime<", "start_time_lt", "StartTimeLt"),
        ("StartTime>", "start_time_gt", "StartTimeGt"),
        ("+1", "plus1", "Plus1"),
        ("-1", "minus1", "Minus1"),
        ("__class__", "class_", "Class"),
        ("Übermut", "ubermut", "Ubermut"),
        ("日本", "x_cf2abf0c", "XCf2abf0c"),
    ],
)
def test_names(text: str, as_snake: str, as_pascal: str) -> None:
    assert str(snake(text)) == as_snake
    assert pascal(text) == as_pascal


def test_a_class_is_not_called_as_a_builtin() -> None:
    assert str(class_name("None")) == "None_"
    assert str(class_name("Warning")) == "Warning_"


def test_a_constant_is_upper_case() -> None:
    assert str(upper("/boards/{board_id}/notices")) == "BOARDS_BOARD_ID_NOTICES"


def test_reserved_names_are_avoided() -> None:
    assert str(snake("request", {"request"})) == "request_"


@given(st.text(max_size=300))
def test_any_text_has_a_name(text: str) -> None:
    for name in (str(snake(text)), str(class_name(text)), str(upper(text))):
        assert name.isidentifier()
        assert name.isascii()
        assert not keyword.iskeyword(name)
        assert not name.startswith("_")
        assert len(name) <= 90
