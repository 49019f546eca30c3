"""What every test of the generator has."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def unmeasured(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> None:
    """Nothing traces it for `--cov`, the coverage of the runtime; for `coverage run`, all does."""
    if pytestconfig.getoption("cov_source", default=None):
        request.getfixturevalue("untraced")
