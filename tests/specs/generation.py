"""Generates the real specs, once for a session, as a user would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from counterfoil_codegen import ir
from counterfoil_codegen.cli import main
from counterfoil_codegen.pipeline import read
from counterfoil_codegen.target import Target

from tests.specs.catalogue import REAL_APIS, SPECS, RealApi
from tests.tracing import untraced


@dataclass(frozen=True, slots=True)
class Generated:
    """A generated package, and what it was generated from."""

    real: RealApi
    folder: Path
    api: ir.Api

    @property
    def operations(self) -> tuple[tuple[ir.Group, ir.Operation], ...]:
        return tuple((group, one) for group in self.api.groups for one in group.operations)


def generate(real: RealApi, folder: Path) -> Generated:
    """Generate *real* into *folder* by the command, and read what it holds."""
    spec = SPECS / real.spec
    with untraced():
        code = main(["generate", str(spec), "--package", real.package, "--output", str(folder)])
        assert code == 0, real.spec
        target = Target(real.package, (spec,), folder, SPECS, SPECS)
        lowered = read(target, frozenset()).lowered
    assert lowered is not None
    return Generated(real, folder / real.package, lowered.api)


class GeneratedApis(Mapping[str, Generated]):
    """The real APIs by their packages, each generated into *folder* when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._real = {real.package: real for real in REAL_APIS}
        self._made: dict[str, Generated] = {}

    def __getitem__(self, package: str) -> Generated:
        if package not in self._made:
            self._made[package] = generate(self._real[package], self._folder)
        return self._made[package]

    def __iter__(self) -> Iterator[str]:
        return iter(self._real)

    def __len__(self) -> int:
        return len(self._real)
