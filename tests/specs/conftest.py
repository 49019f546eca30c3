"""What the tests of real specs share."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.specs.catalogue import MISSING, SPECS
from tests.specs.generation import Generated, GeneratedApis


@pytest.fixture(scope="session")
def real_apis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Generated]]:
    """Every real API, generated when it is first asked for, and importable."""
    if not SPECS.is_dir():
        pytest.skip(MISSING)
    folder: Path = tmp_path_factory.mktemp("real")
    sys.path.insert(0, str(folder))
    try:
        yield GeneratedApis(folder)
    finally:
        sys.path.remove(str(folder))
