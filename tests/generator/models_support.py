"""Builds models from schemas, imports them, and tries values on them."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from counterfoil_codegen import ir
from counterfoil_codegen.models import Kind, Problem, build_models
from pydantic import TypeAdapter, ValidationError

Schemas = Mapping[str, Mapping[str, object] | bool]

STRING: Final[dict[str, object]] = {"type": "string"}
INTEGER: Final[dict[str, object]] = {"type": "integer"}
NULL: Final[dict[str, object]] = {"type": "null"}

_numbers = itertools.count()


def ref(name: str) -> dict[str, object]:
    return {"$ref": f"#/components/schemas/{name}"}


def record(*required: str, **properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": list(required)}


def array(items: object, **bounds: object) -> dict[str, object]:
    return {"type": "array", "items": items, **bounds}


@dataclass(frozen=True)
class Models:
    """The imported models of some schemas."""

    modules: tuple[ir.ModelModule, ...]
    problems: tuple[Problem, ...]
    names: Mapping[str, type[object]]  # or aliases, which `TypeAdapter` takes as well

    @property
    def source(self) -> str:
        return "\n".join(module.source for module in self.modules)

    @property
    def kinds(self) -> list[Kind]:
        return [problem.kind for problem in self.problems]

    def adapter(self, name: str) -> TypeAdapter[object]:
        return TypeAdapter(self.names[name])

    def load(self, name: str, json: str) -> object:
        """What a JSON text is as a *name*."""
        return self.adapter(name).validate_json(json)

    def refuses(self, name: str, json: str) -> bool:
        try:
            self.load(name, json)
        except ValidationError:
            return True
        return False

    def round_trip(self, name: str, json: str) -> str:
        adapter = self.adapter(name)
        return adapter.dump_json(adapter.validate_json(json)).decode()

    def make(self, name: str, **values: object) -> object:
        """Call the class *name*."""
        return self.names[name](**values)


def models_of(
    schemas: Schemas,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    users: Mapping[str, frozenset[str]] | None = None,
) -> Models:
    """Build, write and import."""
    problems: list[Problem] = []
    modules = build_models(schemas, users or {}, problems.append)
    package = f"models_{next(_numbers)}"
    (folder / package).mkdir()
    (folder / package / "__init__.py").touch()
    for module in modules:
        (folder / package / f"{module.module}.py").write_text(module.source, encoding="utf-8")
    names: dict[str, type[object]] = {}
    with _importable(folder, monkeypatch):
        for module in modules:
            imported = importlib.import_module(f"{package}.{module.module}")
            names |= {str(name): getattr(imported, str(name)) for name in module.names}
    return Models(modules, tuple(problems), names)


@contextmanager
def _importable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield
