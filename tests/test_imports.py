"""One direction of imports (docs/adr/0001-house.md), read from the source of every module."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final, TypeAlias

import pytest

Imports: TypeAlias = Mapping[str, frozenset[str]]
"""The modules, and what each of them imports: absolute names."""

ROOT: Final = Path(__file__).parent.parent
TREES: Final = {
    "runtime": ROOT / "runtime" / "counterfoil",
    "generator": ROOT / "generator" / "counterfoil_codegen",
    **{path.name: path for path in (ROOT / "generated").iterdir() if path.is_dir()},
}

# From the bottom up: what a module imports stands in a line above its own. A line's modules do not
# know of each other. A new module or folder has to be given its line here.
RUNTIME: Final = [
    ["_cancel", "_context", "_cpu", "_describe", "_json", "_lazy", "_replies", "_types"],
    ["_errors"],
    ["_logs", "_threads", "_watchdog"],
    ["_input", "_output", "_routing"],
    ["_options", "_posting"],
    ["_sending", "_server", "_servlets"],
    ["_resources", "_validation"],
    ["client", "contracts", "metrics", "servlet", "stub", "testing", "tracing", "validation"],
    ["_serving"],
]
GENERATOR: Final = [
    ["pattern_extent"],
    [
        "diagnostics",
        "import_order",
        "bounds",
        "ordinary",
        "patterns",
        "python_names",
        "reserved",
        "toolchain",
        "wrapping",
    ],
    ["entries", "fragments", "malformed", "refusal", "reporting", "rules"],
    ["budget", "config_table", "ir", "naming"],
    ["target"],
    ["config", "document", "emit", "models", "output"],
    ["existing", "model_findings", "schemas", "skeletons"],
    ["lower"],
    ["pipeline"],
    ["verbs"],
    ["cli"],
]

NETWORK: Final = frozenset(
    {"aiohttp", "asyncio", "ftplib", "http.client", "http.server", "httpx", "requests", "smtplib"}
    | {"socket", "socketserver", "ssl", "twisted", "urllib.request", "urllib3", "xmlrpc"}
)


@cache
def imports_of(tree: str) -> Imports:
    folder = TREES[tree]
    sources = {module_name(folder, path): path for path in folder.rglob("*.py")}
    return {name: frozenset(imported(name, path, sources.keys())) for name, path in sources.items()}


def module_name(folder: Path, path: Path) -> str:
    parts = path.relative_to(folder.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(name: str, path: Path, modules: Collection[str]) -> Iterator[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, [parent(package, node.level), node.module]))
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield base if base in modules and full not in modules else full


def parent(package: str, level: int) -> str:
    """What the dots of a relative import stand for."""
    return "" if level == 0 else ".".join(package.split(".")[: len(package.split(".")) - level + 1])


def under(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def pieces(tree: str) -> Iterator[tuple[str, str, str]]:
    """Each import within a tree: the module, its piece, and the piece it imports."""
    package = TREES[tree].name
    for name, imports in imports_of(tree).items():
        for other in imports:
            if under(other, package) and other != package and name != package:
                here, there = name.split(".")[1], other.split(".")[1]
                if here != there:
                    yield name, here, there


@pytest.mark.parametrize(("tree", "layers"), [("runtime", RUNTIME), ("generator", GENERATOR)])
def test_imports_point_one_way(tree: str, layers: list[list[str]]) -> None:
    height = {piece: number for number, layer in enumerate(layers) for piece in layer}
    known = {name.split(".")[1] for name in imports_of(tree) if "." in name} - {"__main__"}
    assert known ^ height.keys() == set(), "each module stands in one layer of this test"
    wrong = [
        f"{name} imports {there}"
        for name, here, there in pieces(tree)
        if here != "__main__" and height[here] <= height[there]
    ]
    assert not wrong


@pytest.mark.parametrize("tree", TREES)
def test_no_module_imports_itself_by_a_detour(tree: str) -> None:
    modules = imports_of(tree)
    graph = {name: imports & modules.keys() - {name} for name, imports in modules.items()}
    # A package that gathers names from its own modules is not a detour of theirs.
    inner = {
        name: {other for other in others if not name.startswith(f"{other}.")}
        for name, others in graph.items()
    }
    try:
        TopologicalSorter(inner).prepare()
    except CycleError as error:
        pytest.fail(f"a cycle: {error.args[1]}")


def test_runtime_and_generator_do_not_know_each_other() -> None:
    for tree, stranger in [("runtime", "counterfoil_codegen"), ("generator", "counterfoil")]:
        assert not [
            name
            for name, imports in imports_of(tree).items()
            if any(under(other, stranger) for other in imports)
        ]


@pytest.mark.parametrize(
    ("piece", "out_of_reach"),
    [
        ("emit", "document"),
        ("emit", "lower"),
        ("emit", "output"),
        ("ir", "document"),
        ("models", "document"),
        ("document", "lower"),
    ],
)
def test_out_of_reach(piece: str, out_of_reach: str) -> None:
    """When a template runs, the spec is out of reach."""
    assert (piece, out_of_reach) not in {(here, there) for _, here, there in pieces("generator")}


def test_nothing_imports_the_command() -> None:
    assert {here for _, here, there in pieces("generator") if there == "cli"} <= {"__main__"}


def test_the_generator_has_no_network() -> None:
    """C13. `datamodel-code-generator` is told by its options; here there is nothing to tell."""
    for name, imports in imports_of("generator").items():
        assert not [other for other in imports if under(other, *NETWORK)], name


def test_one_package_calls_the_generator_of_models() -> None:
    users = {
        name.split(".")[1]
        for name, imports in imports_of("generator").items()
        if any(under(other, "datamodel_code_generator") for other in imports)
    }
    assert users == {"models"}


@pytest.mark.parametrize("tree", TREES.keys() - {"runtime", "generator"})
def test_generated_code_has_one_door_to_the_runtime(tree: str) -> None:
    allowed = {
        "counterfoil.contracts",
        "counterfoil.stub",
        "pydantic",
        "typing_extensions",
        tree,
        *sys.stdlib_module_names,
    }
    for name, imports in imports_of(tree).items():
        assert not [other for other in imports if not under(other, *allowed)], name
        if under(name, f"{tree}.models"):
            assert not {other for other in imports if under(other, tree)} - models_of(tree), name


def models_of(tree: str) -> set[str]:
    return {name for name in imports_of(tree) if under(name, f"{tree}.models")}
