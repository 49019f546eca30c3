"""What the tests of real specs share."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.specs.catalogue import MISSING, REAL_APIS, SPECS
from tests.specs.generation import Generated, generate


@pytest.fixture(scope="session")
def real_apis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Generated]]:
    """Every real API, generated, and importable."""
    if not SPECS.is_dir():
        pytest.skip(MISSING)
    folder: Path = tmp_path_factory.mktemp("real")
    sys.path.insert(0, str(folder))
    try:
        yield {real.package: generate(real, folder) for real in REAL_APIS}
    finally:
        sys.path.remove(str(folder))
