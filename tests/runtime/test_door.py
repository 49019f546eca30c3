"""The door and the small parts behind it: replies, errors, models, lazy packages, the flag."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import counterfoil
import pytest
from counterfoil import Codes, Event, is_cancellable, stub
from counterfoil.stub import (
    Absent,
    ApiError,
    Created,
    Model,
    NoContent,
    Ok,
    Reply,
    StatusError,
    cancellable,
    lazy,
)
from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python


def test_the_door_is_what_it_says() -> None:
    assert sorted(stub.__all__, key=lambda name: (not name.isupper(), name)) == stub.__all__
    assert all(hasattr(stub, name) for name in stub.__all__)
    assert all(hasattr(counterfoil, name) for name in counterfoil.__all__)


STATUSES = {
    "Ok": 200,
    "Created": 201,
    "Accepted": 202,
    "NonAuthoritativeInformation": 203,
    "NoContent": 204,
    "ResetContent": 205,
    "PartialContent": 206,
    "MultiStatus": 207,
    "AlreadyReported": 208,
    "ImUsed": 226,
    "MultipleChoices": 300,
    "MovedPermanently": 301,
    "Found": 302,
    "SeeOther": 303,
    "NotModified": 304,
    "UseProxy": 305,
    "TemporaryRedirect": 307,
    "PermanentRedirect": 308,
}


def test_every_status_has_its_reply() -> None:
    classes = {
        name: value
        for name, value in vars(stub).items()
        if isinstance(value, type)
        and issubclass(value, Reply)
        and value is not Reply
        and name not in {"Redirected", "Successful"}
    }
    assert {name: value().status for name, value in classes.items()} == STATUSES
    for name, value in classes.items():
        assert value().body is None, name


def test_a_reply_may_be_made_with_the_type_of_its_body() -> None:
    assert Ok[int](1) == Ok(1)
    assert Event[int, None](1) == Event(1)


def test_replies_are_values() -> None:
    assert Ok(1) == Ok(1)
    assert Ok(1) != Ok(2)
    other: object = Created(1)
    assert Ok(1) != other
    assert hash(Ok(1)) == hash(Ok(1))
    assert "1" in repr(Ok(1))
    assert NoContent() == NoContent()
    with pytest.raises(AttributeError):
        Ok.__setattr__(Ok(1), "body", 2)


class Missing(ApiError[str]):
    """With a body."""

    status = 404


class Gone(ApiError[None]):
    """Without one."""

    status = 410


class ReallyGone(Gone):
    """As its parent."""


class Fault(StatusError[str]):
    """Any error."""


def test_errors_say_what_they_are() -> None:
    assert str(Missing("x")) == "404: 'x'"
    assert str(Fault(500, "x")) == "500: 'x'"
    assert Gone().body is ReallyGone().body is None
    assert Missing("x", headers={"A": "b"}).headers == {"A": "b"}


def test_a_body_that_is_declared_cannot_be_left_out() -> None:
    with pytest.raises(TypeError, match="Missing needs the body"):
        Missing()
    with pytest.raises(TypeError, match="Fault needs the body"):
        Fault(400)


@pytest.mark.parametrize("status", [200, 399, 600, 0])
def test_a_status_outside_the_range_is_refused(status: int) -> None:
    with pytest.raises(ValueError, match="declared for 400 to 599"):
        Fault(status, "x")


def test_codes_are_text() -> None:
    assert f"{Codes.NOT_JSON}" == "M_NOT_JSON"


class Notice(Model):
    txn_id: Annotated[str, Field(alias="txnId")]
    colour: Absent[Annotated[str, Field(max_length=5)]] = None
    note: str | None = None
    weight: float = 0.0
    others: Absent[list[Notice]] = None


def from_json(text: str) -> Notice:
    adapter = TypeAdapter(Notice)
    adapter.rebuild()
    return adapter.validate_json(text, strict=True, by_alias=True, by_name=False)


def test_absent_properties_are_left_out() -> None:
    notice = Notice(txn_id="1", others=[Notice(txn_id="2", colour="red")])
    want = {
        "txnId": "1",
        "note": None,
        "weight": 0.0,
        "others": [{"txnId": "2", "colour": "red", "note": None, "weight": 0.0}],
    }
    assert to_jsonable_python(notice) == notice.model_dump(mode="json") == want
    assert from_json(notice.model_dump_json()) == notice


def test_absent_properties_may_be_none_in_python_only() -> None:
    assert Notice(txn_id="1", colour=None).colour is None
    assert from_json('{"txnId": "1", "note": null}').note is None
    with pytest.raises(ValidationError, match="colour"):
        from_json('{"txnId": "1", "colour": null}')


@pytest.mark.parametrize(
    "text",
    [
        '{"txn_id": "1"}',
        '{"txnId": 1}',
        '{"txnId": "1", "colour": "purple"}',
        '{"txnId": "1", "weight": "1"}',
    ],
)
def test_json_is_held_to_the_aliases_and_the_types(text: str) -> None:
    with pytest.raises(ValidationError):
        from_json(text)


def test_infinity_is_no_number_of_a_model() -> None:
    with pytest.raises(ValidationError):
        Notice(txn_id="1", weight=float("inf"))


class Odd(Model):
    """`Absent` of what may be anything is no more than optional."""

    value: Absent[object] = None
    nothing: Absent[None] = None


def test_absent_of_anything() -> None:
    assert to_jsonable_python(Odd()) == {}
    assert to_jsonable_python(Odd(value=1)) == {"value": 1}


def test_a119_the_mark_is_a_flag_and_no_more() -> None:
    def plain() -> None: ...

    @cancellable
    def marked() -> None: ...

    @functools.wraps(marked)
    def wrapper() -> None: ...

    class Holder:
        @cancellable
        def method(self) -> None: ...

    assert not is_cancellable(plain)
    assert is_cancellable(marked)
    assert is_cancellable(wrapper)
    assert is_cancellable(functools.partial(marked))
    assert is_cancellable(functools.partial(Holder().method))
    assert not is_cancellable(functools.partial(plain))


def test_a119_hosts_of_other_kinds_see_the_mark_by_its_name() -> None:
    @cancellable
    def marked() -> None: ...

    assert vars(marked) == {"cancellable": True}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = "lazy_package"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from counterfoil.stub import lazy\n"
        "__getattr__ = lazy(__name__, {'_a': ['A', 'B'], '_b': ['C']})\n"
    )
    (folder / "_a.py").write_text("A = 1\nB = object()\n")
    (folder / "_b.py").write_text("raise RuntimeError('imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_a_lazy_package_imports_what_is_used(package: str) -> None:
    module = __import__(package)
    assert f"{package}._a" not in sys.modules
    assert "B" not in vars(module)
    assert module.A == 1
    assert vars(module)["B"] is module.B
    with pytest.raises(RuntimeError, match="imported"):
        _ = module.C
    with pytest.raises(AttributeError, match=r"module 'lazy_package' has no attribute 'D'"):
        _ = module.D


def test_lazy_itself() -> None:
    with pytest.raises(AttributeError):
        lazy("nowhere", {})("name")


def test_importing_the_door_starts_no_reactor() -> None:
    code = "import counterfoil.stub, sys; assert 'twisted.internet.reactor' not in sys.modules"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, env=environment)


def test_a_reply_of_a_range_has_the_status_that_it_is_made_with() -> None:
    assert stub.Successful(299, "x").status == 299
    assert stub.Successful(204).has_content is False
    assert stub.Redirected(399, "x") == stub.Redirected(399, "x")
    with pytest.raises(ValueError, match="Successful is declared for 200 to 299, not for 300"):
        stub.Successful(300, "x")
    with pytest.raises(ValueError, match="status 304 has no body"):
        stub.Redirected(304, "x")
