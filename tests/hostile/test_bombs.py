"""C12, C13: what is small in a spec and large, deep or endless once it is read.

Each is refused by name, or generated, within a third of the usual time and half of the memory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from counterfoil.contracts import Contract
from counterfoil_codegen import pipeline
from counterfoil_codegen.budget import USUAL
from counterfoil_codegen.target import Target

from tests.hostile.documents import Json

Make: TypeAlias = Callable[[Path], None]

ROOT: Final = Path(__file__).parent.parent.parent
TIGHT: Final = replace(USUAL, seconds=20, memory=512)
HEAD: Final = "openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: {}\n"
LONGEST: Final = 400
BARE: Final[dict[str, Json]] = {"openapi": "3.1.0", "info": {"title": "A", "version": "1"}}
DONE: Final[Json] = {"204": {"description": "Done"}}
NAMES: Final = ("password", "p\u0430ssword", "\u202edrowssap", "\u2066", "PASSWORD")


def yaml(text: str) -> Make:
    return lambda folder: _write(folder / "spec.yaml", text.encode())


def spec_json(text: str) -> Make:
    return lambda folder: _write(folder / "spec.json", text.encode("utf-8", "surrogatepass"))


def _write(file: Path, data: bytes) -> None:
    file.write_bytes(data)


def ref(name: object) -> Json:
    return {"$ref": f"#/components/schemas/S{name}"}


def api(schemas: dict[str, Json], *, request: bool = False) -> Make:
    """An API whose one operation answers with `S0`, or takes it too."""
    content: Json = {"application/json": {"schema": ref(0)}}
    operation: dict[str, Json] = {
        "operationId": "a",
        "responses": {"200": {"description": "It", "content": content}},
    }
    if request:
        operation["requestBody"] = {"content": content}
    document: Json = {
        "openapi": "3.1.0",
        "info": {"title": "A", "version": "1"},
        "paths": {"/a": {"post": operation}},
        "components": {"schemas": schemas},
    }
    return spec_json(json.dumps(document))


def chain(length: int, link: Callable[[int], Json], end: Json) -> dict[str, Json]:
    """Schemas of which each is made of the next."""
    return {f"S{n}": link(n + 1) for n in range(length)} | {f"S{length}": end}


THING: Final[Json] = {"type": "object", "properties": {"a": {"type": "string"}}}


def twice(keyword: str) -> dict[str, Json]:
    """Forty levels of two: a million millions, written out."""
    return chain(40, lambda n: {keyword: [ref(n), ref(n)]}, THING)


def _files(folder: Path) -> None:
    """A chain of `$ref` through a thousand files."""
    for number in range(1_000):
        (folder / f"f{number}.yaml").write_text(f"$ref: f{number + 1}.yaml\n")
    (folder / "f1000.yaml").write_text("type: string\n")
    api({"S0": {"$ref": "f0.yaml"}})(folder)


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "spec.yaml")


def _pipe_behind_a_reference(folder: Path) -> None:
    os.mkfifo(folder / "x.yaml")
    api({"S0": {"$ref": "x.yaml"}})(folder)


def _device(folder: Path) -> None:
    (folder / "x.yaml").symlink_to("/dev/zero")
    api({"S0": {"$ref": "x.yaml"}})(folder)


def _link_to_itself(folder: Path) -> None:
    (folder / "spec.yaml").symlink_to("spec.yaml")


def _sparse(folder: Path) -> None:
    with (folder / "spec.yaml").open("wb") as file:
        file.truncate(2**34)


REFUSED: Final[dict[str, tuple[str, Make]]] = {
    # YAML
    "aliases of aliases": (
        "CF144",
        yaml(
            HEAD
            + "x-0: &a0 [x, x, x]\n"
            + "".join(f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
        ),
    ),
    "a chain of aliases": (
        "CF143",
        yaml(
            HEAD
            + "x-0: &a0 [x]\n"
            + "".join(f"x-{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 10_000))
        ),
    ),
    "an alias in itself": ("CF127", yaml(HEAD + "x-a: &a [*a]\n")),
    "an anchor with an odd name": ("CF121", yaml(HEAD + "x-a: &\u202eabc v\n")),
    "merges of merges": (
        "CF125",
        yaml(
            HEAD
            + "x-0: &a0 {a: 1}\n"
            + "".join(f"x-{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 40))
        ),
    ),
    "a tag of Python": ("CF123", yaml(HEAD + "x-a: !!python/object/apply:os.system [id]\n")),
    "lists in YAML": ("CF143", yaml(HEAD + "x-a: " + "[" * 100_000 + "]" * 100_000)),
    "lists in YAML, open": ("CF143", yaml(HEAD + "x-a: " + "[" * 1_000_000)),
    "maps in YAML": ("CF143", yaml(HEAD + "x-a: " + "{a: " * 100_000 + "1" + "}" * 100_000)),
    "dashes": ("CF143", yaml(HEAD + "x-a:\n  " + "- " * 500_000 + "a\n")),
    "question marks": ("CF143", yaml(HEAD + "x-a:\n  " + "? " * 500_000 + "a\n")),
    "indentation": ("CF143", yaml(HEAD + "".join(" " * n + "x-a:\n" for n in range(3_000)))),
    "directives": ("CF122", yaml("%YAML 1.2\n" * 500_000 + HEAD)),
    "documents": ("CF124", yaml("---\n" * 500_000)),
    "comments": ("CF115", yaml("#" * 15_000_000)),
    "a number in YAML": ("CF146", yaml(HEAD + "x-a: " + "9" * 1_000_000)),
    "a hexadecimal number": ("CF146", yaml(HEAD + "x-a: 0x" + "f" * 1_000_000)),
    "infinity": ("CF145", yaml(HEAD + "x-a: [.inf]\n")),
    "no number": ("CF145", yaml(HEAD + "x-a: [.nan]\n")),
    "an exponent in YAML": ("CF145", yaml(HEAD + "x-a: 1e999999\n")),
    "a key many times": ("CF141", yaml(HEAD + "k: v\n" * 50_000)),
    # JSON
    "lists in JSON": ("CF143", spec_json('{"x-a": ' + "[" * 100_000 + "]" * 100_000 + "}")),
    "lists in JSON, open": ("CF143", spec_json('{"x-a": ' + "[" * 1_000_000)),
    "maps in JSON": ("CF143", spec_json('{"a":' * 100_000 + "1" + "}" * 100_000)),
    "a number in JSON": ("CF146", spec_json('{"x-a": ' + "9" * 1_000_000 + "}")),
    "an exponent in JSON": ("CF145", spec_json('{"x-a": 1e999999}')),
    "a long exponent": ("CF146", spec_json('{"x-a": 1e' + "9" * 1_000_000 + "}")),
    "NaN": ("CF145", spec_json('{"x-a": NaN}')),
    "Infinity": ("CF145", spec_json('{"x-a": -Infinity}')),
    "values": ("CF144", spec_json('{"x-a": [' + "1," * 1_000_001 + "1]}")),
    "NUL": ("CF113", spec_json('{"x-a": "\\u0000"}')),
    "half a pair": ("CF114", spec_json('{"x-\\ud800": 1}')),
    "half a pair, raw": ("CF111", spec_json('{"x-\ud800": 1}')),
    "faults": ("CF113", spec_json('{"x-a": [' + '"\\u0000",' * 100_000 + "1]}")),
    # References
    "a pointer of a million steps": ("CF157", api({"S0": {"$ref": "#" + "/a" * 1_000_000}})),
    "a chain of references": ("CF158", api(chain(300, ref, THING))),
    "files that lead to files": ("CF158", _files),
    "a reference to itself": ("CF158", api({"S0": ref(0)})),
    "a schema made of itself": ("CF214", api({"S0": {"allOf": [ref(0)]}})),
    "an escape out of the root": ("CF104", api({"S0": {"$ref": "..%2f..%2fetc/passwd"}})),
    "a device by its name": ("CF153", api({"S0": {"$ref": "/dev/zero"}})),
    "the network": ("CF152", api({"S0": {"$ref": "http://127.0.0.1:9/a"}})),
    # Schemas
    "nested schemas": (
        "CF143",
        spec_json('{"items": ' * 1_000 + "{}" + "}" * 1_000),
    ),
    "two alternatives, forty times, to be held to one": (
        "CF175",
        api(chain(40, lambda n: {"oneOf": [ref(n), ref(n)]}, {"not": {"const": 1}}), request=True),
    ),
    "two parts, forty times": ("CF175", api(twice("allOf"))),
    "two alternatives, forty times": ("CF175", api(twice("oneOf"))),
    "what is excluded from what is excluded": (
        "CF176",
        api(chain(3_000, lambda n: {"not": ref(n)}, THING), request=True),
    ),
    # Files
    "a pipe": ("CF102", _pipe),
    "a pipe behind a reference": ("CF102", _pipe_behind_a_reference),
    "a device behind a link": ("CF104", _device),
    "a link to itself": ("CF102", _link_to_itself),
    "a file of 16 GiB": ("CF103", _sparse),
}
TAKEN: Final[dict[str, Make]] = {
    "two items, forty times": api(twice("prefixItems")),
    "two properties, forty times": api(
        chain(40, lambda n: {"type": "object", "properties": {"a": ref(n), "b": ref(n)}}, THING),
        request=True,
    ),
    "a list or a list of lists, forty times": api(
        chain(
            40,
            lambda n: {"type": "array", "items": {"anyOf": [ref(n), {"items": ref(n)}]}},
            {"type": "string"},
        )
    ),
    "a path of a million odd characters": spec_json(
        json.dumps({**BARE, "paths": {"/" + "#" * 1_000_000: {"get": {"responses": DONE}}}})
    ),
    "a long text": api({"S0": {"type": "string", "description": "x" * 5_000_000}}),
    "many values": api({"S0": {"enum": [f"v{n}" for n in range(20_000)]}}),
    "two thousand alternatives": api(
        {
            "S0": {"oneOf": [ref(n) for n in range(1, 2_001)]},
            **{
                f"S{n}": {"type": "object", "properties": {f"p{n}": {"type": "string"}}}
                for n in range(1, 2_001)
            },
        },
        request=True,
    ),
    "a pattern that backtracks": api(
        {"S0": {"type": "string", "pattern": "^(a+)+$", "default": "a" * 5_000 + "!"}}
    ),
    "patterns that nest and repeat": api(
        {
            "S0": {"type": "string", "pattern": "(" * 50_000 + ")" * 50_000},
            "S1": {"type": "string", "pattern": "a{1000}{1000}{1000}"},
        }
    ),
    "names that look alike": api(
        {
            "S0": {
                "type": "object",
                "properties": {
                    name: {"type": "string"}
                    for name in (
                        "password",
                        "p\u0430ssword",
                        "\u202edrowssap",
                        "\u2066",
                        "PASSWORD",
                    )
                },
            }
        }
    ),
    "what YAML 1.1 reads otherwise": yaml(
        HEAD + "x-a: [0x10, 0o17, 017, 1:30:00, -0, +1, 1_000, 0b11, no, 2001-12-14, 1e-999]\n"
    ),
}


def found(folder: Path) -> list[str]:
    """The rules of what is wrong with the document in *folder*."""
    (spec,) = folder.glob("spec.*")
    reading = pipeline.read(
        Target("api", (spec,), folder / "out", folder, folder, budget=TIGHT), frozenset()
    )
    built = pipeline.build(reading)
    for one in reading.diagnostics:
        assert len(one.message) <= LONGEST
        assert len(one.help) <= LONGEST
    errors = [one.rule.id for one in reading.diagnostics if one.severity.value == "error"]
    assert (built is None) == bool(errors)
    return errors


@pytest.mark.parametrize("name", REFUSED)
def test_c12_c13_what_would_grow_is_refused(name: str, tmp_path: Path) -> None:
    rule, make = REFUSED[name]
    make(tmp_path)
    errors = found(tmp_path)
    assert rule in errors
    assert not {"CF173", "CF174"} & {*errors}


@pytest.mark.parametrize("name", TAKEN)
def test_c12_what_only_looks_large_is_generated(name: str, tmp_path: Path) -> None:
    TAKEN[name](tmp_path)
    assert found(tmp_path) == []


def test_c12_a_million_faults_are_a_short_list(tmp_path: Path) -> None:
    """What is written is bounded, too: fifty thousand faults of one rule are a hundred."""
    yaml(HEAD + "k: v\n" * 50_000)(tmp_path)
    arguments = ["generate", "spec.yaml", "--package", "api", "--output", "out"]
    done = subprocess.run(
        [sys.executable, "-m", "counterfoil_codegen", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "more of CF141" in done.stderr
    assert len(done.stderr) < 50_000


def test_b61_what_is_wrong_with_nested_alternatives_is_told_at_once() -> None:
    """The validator lists the faults of alternatives within alternatives, were it let: 2**30."""
    branch: Json = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/S"}, "b": {"type": "null"}},
    }
    chosen: Json = {"if": {"oneOf": [branch, branch]}, "else": {"oneOf": [False]}}
    contract = Contract(json.dumps({"S": {"allOf": [chosen]}}), "S")
    value: Json = {"b": 1}
    for _ in range(30):
        value = {"a": value}
    (problem,) = contract.problems(value, "body")
    assert problem.location == "body"
    assert "exactly one of the alternatives" in problem.text


def test_b61_contracts_of_requests_have_that_form(tmp_path: Path) -> None:
    schemas: dict[str, Json] = {"S0": {"oneOf": [ref(1), {"not": ref(1)}]}, "S1": THING}
    api(schemas, request=True)(tmp_path)
    spec = tmp_path / "spec.json"
    reading = pipeline.read(Target("api", (spec,), tmp_path, tmp_path, tmp_path), frozenset())
    built = pipeline.build(reading)
    assert built is not None
    text = built.files["_contracts.py"].decode()
    assert '"else": {"oneOf": [false]}' in text
