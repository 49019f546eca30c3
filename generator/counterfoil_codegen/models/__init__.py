"""Pydantic models for the components of an API, one module for each tag.

schemas -> prepare -> share -> generate -> translate -> definitions -> split -> source

`prepare` decides what becomes a class, its fields, their names and defaults. `share` finds what
types these have, each once; `generate` has datamodel-code-generator make them; `translate` reads
its text into a small tree of types; `source` writes the modules from that tree, and from fragments
only.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from counterfoil_codegen import ir
from counterfoil_codegen.fragments import Identifier
from counterfoil_codegen.models import split
from counterfoil_codegen.models.definitions import Definition, define
from counterfoil_codegen.models.generate import generate_types
from counterfoil_codegen.models.prepare import prepare
from counterfoil_codegen.models.problems import Kind, ModelError, Problem, Report
from counterfoil_codegen.models.schema import JsonSchema
from counterfoil_codegen.models.share import share
from counterfoil_codegen.models.source import module_source
from counterfoil_codegen.models.translate import translate

__all__ = ["JsonSchema", "Kind", "ModelError", "Problem", "build_models"]


def _ignore(_problem: Problem) -> None:
    """Tell nobody."""


def build_models(
    schemas: Mapping[str, JsonSchema],
    users: Mapping[str, AbstractSet[str]],
    report: Report = _ignore,
) -> tuple[ir.ModelModule, ...]:
    """The modules of models, by name.

    Args:
        schemas: components by name: JSON Schema 2020-12 that refers to `#/components/schemas/Name`
            only. The names are Python class names. Objects with properties are components.
        users: the modules that use a component themselves, by its name.
        report: told, in a stable order, of what the models do not express.

    Raises:
        ModelError: *schemas* is not what is said above, or the model generator gave something that
            it was not asked for.
    """
    if not schemas:
        return ()
    prepared = prepare(schemas, report)
    shared = share(prepared.document)
    translated = shared.spread(translate(generate_types(shared.document)))
    definitions = define(prepared, translated)
    uses = {name: definition.uses for name, definition in definitions.items()}
    homes = split.assign_modules(uses, users)
    return tuple(_module(name, definitions, homes) for name in sorted(set(homes.values())))


def _module(
    module: str, definitions: Mapping[str, Definition], homes: Mapping[str, str]
) -> ir.ModelModule:
    own = {name: definitions[name].uses for name, home in homes.items() if home == module}
    knots = [[definitions[name] for name in knot] for knot in split.order(own)]
    elsewhere = {name: home for name, home in homes.items() if home != module}
    source = module_source(knots, elsewhere, frozenset(definitions))
    return ir.ModelModule(Identifier(module), tuple(map(Identifier, sorted(own))), source)
