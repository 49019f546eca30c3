"""`x-counterfoil`: what its values come to, and that the runtime takes what the reader lets by."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from counterfoil import Cors, lifecycle
from counterfoil_codegen import ir
from counterfoil_codegen.budget import USUAL
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import JsonValue, Loader
from counterfoil_codegen.lower import lower_api
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("50ms", 0.05),
        ("72 ms", 0.072),
        ("0.1s", 0.1),
        ("1.5m", 90.0),
        ("2h", 7200.0),
        (30, 30.0),
        (0.25, 0.25),
    ],
)
def test_timeouts(given: JsonValue, seconds: float) -> None:
    assert options({"timeout": given}).timeout == seconds


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ("7B", 7),
        ("2kB", 2000),
        ("3 MB", 3_000_000),
        ("1GB", 10**9),
        ("2KiB", 2048),
        ("10MiB", 10 * 2**20),
        ("1GiB", 2**30),
        (1, 1),
    ],
)
def test_sizes(given: JsonValue, count: int) -> None:
    assert options({"max-body": given}).max_body == count


def test_an_operation_wins_over_its_document() -> None:
    shared: dict[str, JsonValue] = {
        "timeout": 1,
        "max-body": 2,
        "cors": {"origins": ["https://a.example"], "credentials": True},
    }
    policy = ir.Cors(origins=("https://a.example",), credentials=True)
    assert options({}, shared) == ir.Options(False, 1.0, 2, policy)
    own = options({"cancellable": True, "cors": False}, shared)
    assert own == ir.Options(True, 1.0, 2, ir.Cors(origins=()))
    own = options({"timeout": 3, "max-body": 4, "cors": {"max-age": "5m"}}, shared)
    assert own == ir.Options(False, 3.0, 4, ir.Cors(max_age=300))


def test_a_lifecycle_is_told_for_all_and_for_each() -> None:
    shared: dict[str, JsonValue] = {
        "deprecation": "2026-01-01",
        "sunset": {"date": "2027-01-01t00:00:00z", "link": "/versions"},
    }
    new, old = ir.Milestone("2026-01-01"), ir.Milestone("2027-01-01T00:00:00Z", "/versions")
    assert options({}, shared) == ir.Options(deprecation=new, sunset=old)
    own = options({"deprecation": False, "sunset": "2028-01-01"}, shared)
    assert own == ir.Options(deprecation=ir.Milestone(), sunset=ir.Milestone("2028-01-01"))
    with pytest.raises(RefusedError):
        options({"deprecation": "2027-01-02"}, shared)


DATES = st.one_of(
    st.text(max_size=12),
    st.dates().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda date: date.isoformat()),
    st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}([tT][0-9:.]{8,12}([zZ]|[+-][0-9:]{5}))?\Z"),
)
LINKS = st.one_of(st.text(max_size=8), st.from_regex(r"\A[!-~]{1,8}\Z"))


@given(DATES, DATES, LINKS)
def test_what_is_let_by_is_a_lifecycle_of_the_runtime(
    deprecation: str, sunset: str, link: str
) -> None:
    try:
        found = options({"deprecation": deprecation, "sunset": {"date": sunset, "link": link}})
    except RefusedError:
        with pytest.raises(ValueError, match=r"."):
            lifecycle(deprecation=deprecation, sunset=sunset, sunset_link=link)
        return
    assert found.deprecation is not None
    assert found.sunset is not None
    assert found.sunset.link == link
    lifecycle(deprecation=found.deprecation.date, sunset=found.sunset.date, sunset_link=link)


ORIGINS = st.one_of(
    st.text(max_size=20),
    st.from_regex(r"\A[a-z]{1,5}://[a-zA-Z0-9.:\[\]*/@é-]{1,12}\Z"),
)


@given(st.lists(ORIGINS, max_size=3), st.booleans())
def test_b68_what_is_let_by_is_a_policy_of_the_runtime(
    origins: list[str], credentials: bool
) -> None:
    cors: JsonValue = {"origins": [*origins], "credentials": credentials}
    try:
        found = options({"cors": cors}).cors
    except RefusedError:
        return
    assert found is not None
    assert found.origins is not None
    assert "null" not in found.origins
    assert Cors(origins=found.origins, credentials=found.credentials).origins == tuple(origins)


class RefusedError(Exception):
    """The spec was refused."""


def options(own: JsonValue, shared: JsonValue | None = None) -> ir.Options:
    """What a spec says of its only operation."""
    operation: JsonValue = {"responses": {"204": {"description": ""}}, "x-counterfoil": own}
    spec: dict[str, JsonValue] = {
        "openapi": "3.1.0",
        "info": {"title": "Case", "version": "1"},
        "paths": {"/": {"get": operation}},
    }
    if shared is not None:
        spec["x-counterfoil"] = shared
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "spec.json"
        place.write_text(json.dumps(spec), encoding="utf-8")
        diagnostics = Diagnostics()
        loader = Loader(Path(folder), diagnostics)
        root = loader.load(place)
        if root is None:
            raise RefusedError
        lowered = lower_api(
            [root], loader, diagnostics, package="api", sources=("spec.json",), budget=USUAL
        )
    if lowered is None:
        raise RefusedError
    return lowered.api.groups[0].operations[0].options
