"""Fixtures and options for every test."""

from __future__ import annotations

import pytest

from tests.serving import running_reactor, serve

__all__ = ["golden", "pytest_addoption", "running_reactor", "serve"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--golden", action="store_true", help="rewrite what the corpus wants with what came"
    )


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config) -> bool:
    """Whether golden files are to be rewritten."""
    return pytestconfig.getoption("golden") is True
