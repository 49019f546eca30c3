"""A finding stands where its fault does, however the spec is written.

Each case of the corpus whose spec is one YAML file is written anew: as JSON, with its paths behind
the aliases of YAML, and with its paths at the end of a chain of `$ref` through other files. The
same is found each time, at the same place. (Faults of the text itself are the readers' own tests.)
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from counterfoil_codegen.cli import main
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import JsonValue, Loader, Node, Pointer

CORPUS: Final = Path(__file__).parent.parent / "corpus"
Place: TypeAlias = tuple[str, str, Pointer]  # parts/parts.yaml, key, (items, 0)
Files: TypeAlias = dict[str, str]
Enter: TypeAlias = Callable[[str], Path]


@dataclass(frozen=True, slots=True)
class Written:
    """A spec in files, `spec.*` first, and where in them what was in the paths of it is now."""

    files: Files
    moved: Callable[[Place], Place] = lambda place: place


def as_json(spec: dict[str, JsonValue]) -> Written:
    return Written(
        {"spec.json": json.dumps(spec, indent=1)}, lambda place: ("spec.json", *place[1:])
    )


def behind_aliases(spec: dict[str, JsonValue]) -> Written:
    """Each path item is an alias, of an anchor at the end of the document."""
    items = paths(spec)
    anchors: JsonValue = [f"&{index}" for index in range(len(items))]
    aliases: JsonValue = {path: f"*{index}" for index, path in enumerate(items)}
    text = json.dumps({"x-anchors": anchors, **spec, "paths": aliases}, indent=1)
    for index, item in enumerate(items.values()):
        text = text.replace(f'"&{index}"', f"&a{index} {json.dumps(item, indent=1)}")
        text = text.replace(f'"*{index}"', f"*a{index} ")
    return Written({"spec.yaml": text})


def in_files(spec: dict[str, JsonValue]) -> Written:
    """Each path item is at the end of a chain: spec.yaml, chain.json, parts.yaml."""
    items = paths(spec)
    order = list(items)
    chained: JsonValue = [{"$ref": f"parts/parts.yaml#/items/{i}"} for i in range(len(order))]
    parts: JsonValue = {"items": [elsewhere(item) for item in items.values()]}
    led: JsonValue = {path: {"$ref": f"chain.json#/{i}"} for i, path in enumerate(order)}

    def moved(place: Place) -> Place:
        name, kind, pointer = place
        match pointer:
            case ("paths", path, *rest) if path in order and (rest or kind == "value"):
                return "parts/parts.yaml", kind, ("items", str(order.index(path)), *rest)
        return name, kind, pointer

    return Written(
        {
            "spec.yaml": json.dumps({**spec, "paths": led}, indent=1),
            "chain.json": json.dumps(chained),
            "parts/parts.yaml": json.dumps(parts, indent=1),
        },
        moved,
    )


def paths(spec: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    found = spec.get("paths")
    return {**found} if isinstance(found, dict) else {}


def elsewhere(value: JsonValue) -> JsonValue:
    """*value* for another file: what referred to its own document refers to the spec."""
    if isinstance(value, list):
        return [elsewhere(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: f"../spec.yaml{each}"
        if key == "$ref" and isinstance(each, str) and each.startswith("#")
        else elsewhere(each)
        for key, each in value.items()
    }


def cases() -> list[Path]:
    """The cases of one file in which something is found, but not in how its text is written."""
    return [
        case
        for case in sorted(CORPUS.iterdir())
        if [one.name for one in case.iterdir() if one.name != "want"] == ["spec.yaml"]
        and "[CF" in (case / "want" / "output.txt").read_text()
        and is_well_written(case)
    ]


def is_well_written(case: Path) -> bool:
    diagnostics = Diagnostics()
    root = Loader(case, diagnostics).load(Path("spec.yaml"))
    return root is not None and isinstance(root.value, dict) and not list(diagnostics)


@pytest.fixture
def enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Enter:
    """Makes a folder, and goes there."""

    def entered(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.chdir(folder)
        return folder

    return entered


@pytest.mark.parametrize("write", [as_json, behind_aliases, in_files], ids=lambda one: one.__name__)
@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_same_is_found_at_the_same_place(
    case: Path,
    write: Callable[[dict[str, JsonValue]], Written],
    enter: Enter,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wanted = found({"spec.yaml": (case / "spec.yaml").read_text()}, enter("first"), capsys)
    root = Loader(Path.cwd(), Diagnostics()).load(Path("spec.yaml"))
    assert root is not None
    assert isinstance(root.value, dict)
    written = write(root.value)

    again = found(written.files, enter("again"), capsys)

    assert wanted
    assert sorted(rule for rule, _ in again) == sorted(rule for rule, _ in wanted)
    left = list(again)
    for rule, places in wanted:
        moved = {written.moved(place) for place in places}
        same = [one for one in left if one[0] == rule and moved & one[1]]
        assert same, (rule, moved, left)
        left.remove(same[0])


def found(
    files: Files, folder: Path, capsys: pytest.CaptureFixture[str]
) -> list[tuple[str, frozenset[Place]]]:
    """What is found in *files*: each rule, with what stands at its line and column."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    spec = next(iter(files))
    main(["generate", spec, "--package", "api", "--output", "out", "--format", "json"])
    standing: defaultdict[tuple[str, int, int], set[Place]] = defaultdict(set)
    loader = Loader(folder, Diagnostics())
    for name in files:
        root = loader.load(Path(name))
        if root is not None:
            index(root, standing)
    told = json.loads(capsys.readouterr().out)
    return [
        (one["rule"], frozenset(standing[one["file"], one["line"], one["column"]])) for one in told
    ]


def index(node: Node, standing: Mapping[tuple[str, int, int], set[Place]]) -> None:
    """Put all that stands at or below *node* into *standing*, by its line and column."""
    name = node.document.name
    for kind, span in (("value", node.span), ("key", node.key_span)):
        standing[name, span.line, span.column].add((name, kind, node.pointer))
    for _, each in node.items():
        index(each, standing)
    for each in node.elements():
        index(each, standing)
