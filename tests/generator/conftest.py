"""What every test of the generator has."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def unmeasured(untraced: None) -> None:
    """The coverage that is measured is that of the runtime."""
