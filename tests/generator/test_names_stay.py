"""Names are valid, differ, and stay: what is renamed, added or removed renames nothing else."""

from __future__ import annotations

import json
import keyword
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from counterfoil_codegen.budget import USUAL
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import JsonValue, Loader
from counterfoil_codegen.lower import Lowered, lower_api
from counterfoil_codegen.models.names import field_names
from counterfoil_codegen.naming import class_name, snake, told_apart, upper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PAGE = Path(__file__).parents[2] / "docs" / "names.md"

Names: TypeAlias = Mapping[tuple[str, ...], str]
"""What a thing of the spec is called, by its kind and its spelling."""

ODD = [
    *("from", "None", "match", "list", "self", "request", "body", "models", "headers", "forms"),
    *("getThing", "get_thing", "get-thing", "GetThing", "GETTHING", "get thing", "getthing"),
    *("2fa", "x2fa", "X2fa", "_2fa", "+1", "-1", "plus1", "__class__", "class", "class_", "Class"),
    *("日本", "日本語", "Übermut", "ubermut", "naïve", "ﬁ", "fi", "İ", "ß", "ss", "a\u0301", "á"),
    *(
        "$filter",
        "filter",
        "a.b",
        "a/b",
        "a{b",
        "",
        " ",
        "\u202e",
        "é",
        "È",
        "Ok",
        "Input",
        "Error",
    ),
    *("accepted", "principal", "Path", "Query", "str", "dict", "copy", "json", "schema", "l", "O"),
]
TEXTS = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["C"]), max_size=8)
SPELLINGS = st.lists(TEXTS, min_size=1, max_size=6, unique=True)


@dataclass(frozen=True)
class Thing:
    """An operation: its id, its tag, and its query parameters."""

    id: str
    tag: str
    parameters: tuple[str, ...]


THINGS = st.lists(
    st.builds(Thing, TEXTS.filter(bool), TEXTS, SPELLINGS.map(tuple)),
    min_size=1,
    max_size=5,
    unique_by=lambda thing: thing.id,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(THINGS, SPELLINGS.map(lambda names: [name for name in names if name]), st.randoms())
def test_what_is_removed_renames_nothing_else(
    things: list[Thing], schemas: list[str], chance: random.Random
) -> None:
    before = named(things, schemas)
    valid(before)
    less, fewer = list(things), list(schemas)
    index = chance.randrange(len(less) + len(fewer))
    if index < len(less):
        del less[index]
    else:
        del fewer[index - len(less)]
    chance.shuffle(less)
    chance.shuffle(fewer)
    after = named(less, fewer)
    related = {plain(key) for key in before.keys() - after.keys()}
    for key, name in after.items():
        if plain(key) not in related:
            assert before[key] == name, key


@given(SPELLINGS, st.integers(0, 5), st.randoms())
def test_properties_and_their_names(names: list[str], index: int, chance: random.Random) -> None:
    found = field_names(names)
    assert len(set(found.values())) == len(names)
    for name in found.values():
        assert name.isidentifier()
        assert name.isascii()
        assert not keyword.iskeyword(name)
    removed = names.pop(index % len(names))
    chance.shuffle(names)
    for wire_name, name in field_names(names).items():
        if snake(wire_name) != snake(removed):
            assert found[wire_name] == name


def valid(names: Names) -> None:
    """Each name can be written, and within its scope none stands twice."""
    for name in names.values():
        assert name.isidentifier()
        assert name.isascii()
        assert not keyword.iskeyword(name)
    for kind in {key[:-1] for key in names}:
        scope = [name for key, name in names.items() if key[:-1] == kind]
        assert len(scope) == len(set(scope)), (kind, scope)


def plain(key: tuple[str, ...]) -> tuple[str, ...]:
    """What would be the name of a thing if it were the only one; those of one are related."""
    kind, *scope, spelling = key
    named_by = {"schema": class_name, "class": class_name, "path": upper}.get(kind, snake)
    # Two tags may be one module, or have one stem: their operations are then in one scope.
    return kind, *(str(snake(each)) for each in scope), str(named_by(spelling)).lower().strip("_")


def named(things: list[Thing], schemas: list[str]) -> Names:
    """The names of all that a document of these *things* and *schemas* has."""
    lowered = lower(document(things, schemas))
    found: dict[tuple[str, ...], str] = {}
    by_id = {thing.id: thing for thing in things}
    for group in lowered.api.groups:
        for operation in group.operations:
            thing = by_id[operation.id]
            found["module", thing.tag] = str(group.module)
            found["operation", str(group.module), operation.id] = str(operation.name)
            found["class", str(group.module), operation.id] = str(operation.input)
            for parameter in operation.parameters:
                place = ("parameter", operation.id, parameter.wire_name)
                found[place] = str(parameter.name)
    for name, node in lowered.places.items():
        if node.pointer[:-1] == ("components", "schemas"):
            found["schema", node.pointer[-1]] = name
    # Tags that are spelled alike share a module, and so a name.
    modules = {key: name for key, name in found.items() if key[0] == "module"}
    kept = {name: key for key, name in sorted(modules.items(), reverse=True)}
    return {key: name for key, name in found.items() if key[0] != "module" or kept[name] == key}


def document(things: list[Thing], schemas: list[str]) -> JsonValue:
    paths: dict[str, JsonValue] = {}
    for thing in things:
        parameters: list[JsonValue] = [
            {"name": name, "in": "query", "schema": {"type": "string"}}
            for name in thing.parameters
            if name
        ]
        operation: JsonValue = {
            "operationId": thing.id,
            "tags": [thing.tag],
            "parameters": parameters,
            "responses": {"204": {"description": "x"}},
        }
        paths[f"/{thing.id.encode('utf-8').hex()}"] = {"get": operation}
    listed: dict[str, JsonValue] = {
        name: {"type": "object", "properties": {"a": {"type": "string"}}} for name in schemas
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Case", "version": "1"},
        "paths": paths,
        "components": {"schemas": listed},
    }


def lower(spec: JsonValue) -> Lowered:
    with TemporaryDirectory() as folder:
        file = Path(folder, "spec.json")
        file.write_text(json.dumps(spec), encoding="utf-8")
        diagnostics = Diagnostics()
        loader = Loader(Path(folder), diagnostics)
        root = loader.load(file)
        assert root is not None, list(diagnostics)
        lowered = lower_api(
            [root], loader, diagnostics, package="case", sources=("spec.json",), budget=USUAL
        )
    assert lowered is not None, [f"{each.message}" for each in diagnostics]
    return lowered


def test_the_page_of_names_is_right() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("<!-- names -->")[2].partition("\n\n-")[0]
    rows = re.findall(r"^\| `(.+?)` \| `(.+?)` \| `(.+?)` \|$", text, re.MULTILINE)
    assert len(rows) == 14
    for spelling, as_snake, as_class in rows:
        assert (str(snake(spelling)), str(class_name(spelling))) == (as_snake, as_class)
    apart = told_apart([("get_thing", "get_thing"), ("getThing", "get_thing")])
    assert apart[0] == "get_thing"
    assert f"`{apart[1]}`" in PAGE.read_text(encoding="utf-8")
