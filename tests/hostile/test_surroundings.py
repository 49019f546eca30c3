"""What a hostile spec can make the generator do to the machine: nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from counterfoil_codegen.models import generate
from ruff import find_ruff_bin

from tests.generator.hostile_texts import HOSTILE_TEXTS
from tests.hostile.documents import Channel, Json, changed, channels, document
from tests.hostile.inspection import files_of

ROOT: Final = Path(__file__).parent.parent.parent
NAMES: Final = {
    "up": "../../escaped",
    "absolute": "/escaped",
    "home": "~/escaped",
    "device": "/dev/full",
    "url": "http://127.0.0.1:9/escaped.json#/a",
    "file url": "file:///etc/passwd",
    "dots": "....//....//escaped",
    "reserved": "CON",
    "dunder": "__init__",
    "script": "$(touch escaped)`touch escaped`",
    "call": HOSTILE_TEXTS["call"],
}


@pytest.mark.parametrize("name", NAMES)
def test_c10_c13_nothing_is_written_elsewhere_and_no_socket_is_opened(
    name: str, tmp_path: Path
) -> None:
    """An audit hook hears all that the interpreter does, with the text in every place at once."""
    base = document()
    free = [one for one in channels(base) if _is_free(one)]
    (tmp_path / "project").mkdir()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    spec = tmp_path / "project" / "spec.json"
    spec.write_text(changed(base, {one: f"{NAMES[name]}{n}" for n, one in enumerate(free)}))
    arguments = ["generate", "spec.json", "--package", "api", "--output", "out"]
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.listener", *arguments],
        cwd=spec.parent,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(tmp_path), "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
    )
    heard: list[tuple[str, str]] = json.loads(done.stdout.splitlines()[-1])
    out = str(spec.parent / "out")
    for what, where in heard:
        assert what in ("write", "run"), (what, where)
        if what == "write":
            assert where.startswith((out, str(temporary), "/dev/null")) or "__pycache__" in where, (
                where
            )
        else:
            assert where == f"{find_ruff_bin()} format"
    written = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert all(str(path).startswith(out) for path in written)
    assert done.returncode == 0, [line for line in done.stderr.splitlines() if "error" in line]
    assert written


def _is_free(channel: Channel) -> bool:
    """Where any text is taken: what people read, and names."""
    last = channel.pointer[-1]
    named = (
        "description",
        "summary",
        "title",
        "default",
        "operationId",
        "x-own",
        "name",
        "example",
    )
    return (
        not channel.is_key
        and last in named
        and not {"servers", "securitySchemes"} & {*channel.pointer}
    )


def test_c6_extensions_and_unknown_keywords_never_reach_the_model_generator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever datamodel-code-generator may make of a keyword, it sees these alone."""
    seen: list[Json] = []

    def listen(document: Json, **_: object) -> str:
        seen.append(document)
        raise RuntimeError("heard enough")

    monkeypatch.setattr(generate, "generate", listen)
    extensions: dict[str, Json] = dict.fromkeys(EXTENSIONS, "os.system")
    base = document()
    components = base["components"]
    assert isinstance(components, dict)
    schemas = components["schemas"]
    assert isinstance(schemas, dict)
    schemas["Thing0"] = {**_mapping(schemas["Thing0"]), **extensions}
    _mapping(_mapping(schemas["Thing0"])["properties"])["name"] = {"type": "string", **extensions}
    with pytest.raises(RuntimeError, match="heard enough"):
        files_of(changed(base, {}), tmp_path)
    (bundle,) = seen
    assert set(keywords(bundle)) <= KNOWN
    assert "os.system" not in json.dumps(bundle)


def _mapping(value: Json) -> dict[str, Json]:
    assert isinstance(value, dict)
    return value


def keywords(bundle: Json) -> list[str]:
    """Every key of the schemas in *bundle*."""
    schemas = _mapping(_mapping(_mapping(bundle)["components"])["schemas"])
    found: list[str] = []
    waiting: list[Json] = list(schemas.values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            found += value
            properties = value.get("properties")
            waiting += _mapping(properties).values() if properties is not None else ()
            waiting += [each for key, each in value.items() if key != "properties"]
    return found


KNOWN: Final = {
    *("$ref", "type", "enum", "anyOf", "items", "additionalProperties", "propertyNames"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"),
    *("minLength", "maxLength", "pattern", "minItems", "maxItems", "minProperties"),
    *("maxProperties", "properties", "required"),
}
EXTENSIONS: Final = (
    *("x-python-type", "x-python-import", "x-enum-varnames", "x-enumNames", "x-enum-descriptions"),
    *("customTypePath", "customBasePath", "customAnnotations", "x-enum-field-as-literal"),
    *("x-is-base-class", "x-is-classvar", "default_factory", "x-default-factory", "x-decorators"),
    *("x-field-extra", "typeName", "x-unknown", "unknown", "$comment", "examples", "$schema"),
)
