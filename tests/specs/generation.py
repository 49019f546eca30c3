"""Generates the real specs, once for a session, as a user would."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from counterfoil_codegen import ir
from counterfoil_codegen.cli import main
from counterfoil_codegen.pipeline import read
from counterfoil_codegen.target import Target

from tests.specs.catalogue import SPECS, RealApi


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
    code = main(["generate", str(spec), "--package", real.package, "--output", str(folder)])
    assert code == 0, real.spec
    target = Target(real.package, (spec,), folder, SPECS, SPECS)
    lowered = read(target, frozenset()).lowered
    assert lowered is not None
    return Generated(real, folder / real.package, lowered.api)
