"""Fixtures and options for every test."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import tracing
from tests.serving import running_reactor, serve

__all__ = [
    "does_without",
    "golden",
    "pytest_addoption",
    "pytest_collection_finish",
    "pytest_runtest_makereport",
    "running_reactor",
    "serve",
    "soak",
    "untraced",
]

# How long an example takes, or finding one, says how busy the machine is.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--golden", action="store_true", help="rewrite what the corpus wants with what came"
    )
    parser.addoption(
        "--without-fast", action="store_true", help="do without what counterfoil[fast] brings"
    )
    parser.addoption("--soak", action="store_true", help="do each fault a thousand times over")


def pytest_collection_finish() -> None:
    """What is there before the first test stays: what tests leave behind is looked for elsewhere.

    Every test that serves collects garbage at its end. To go through all modules and thousands of
    tests each time takes far longer than most of the tests.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config) -> bool:
    """Whether golden files are to be rewritten."""
    return pytestconfig.getoption("golden") is True


@pytest.fixture(scope="session")
def soak(pytestconfig: pytest.Config) -> bool:
    """Whether faults are to be done for long."""
    return pytestconfig.getoption("soak") is True


@pytest.fixture(autouse=True, scope="session")
def does_without(pytestconfig: pytest.Config) -> Iterator[None]:
    """Sites do as they do where httptools and orjson are not installed, if that was asked for."""
    if pytestconfig.getoption("without_fast") is not True:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("counterfoil._server.site.head_reader", lambda: None)
        patch.setattr("counterfoil._output.rendering.small_text", lambda _: None)
        patch.setattr("counterfoil._json.conversion.small_texts", lambda _: None)
        patch.setattr("counterfoil._json.encoding.flat_text", lambda _: None)
        yield


@pytest.fixture
def untraced() -> Iterator[None]:
    """Nothing measures coverage meanwhile."""
    with tracing.untraced():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test logs may hold half a surrogate pair, which no process can tell another."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report
