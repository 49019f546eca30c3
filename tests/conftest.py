"""Fixtures and options for every test."""

from __future__ import annotations

import pytest

from tests.serving import running_reactor, serve

__all__ = ["golden", "pytest_addoption", "running_reactor", "serve", "soak"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--golden", action="store_true", help="rewrite what the corpus wants with what came"
    )
    parser.addoption("--soak", action="store_true", help="do each fault a thousand times over")


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config) -> bool:
    """Whether golden files are to be rewritten."""
    return pytestconfig.getoption("golden") is True


@pytest.fixture(scope="session")
def soak(pytestconfig: pytest.Config) -> bool:
    """Whether faults are to be done for long."""
    return pytestconfig.getoption("soak") is True
