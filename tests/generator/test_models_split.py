"""Which module each model goes to, and in which order."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from counterfoil_codegen.models import build_models
from counterfoil_codegen.models.split import COMMON, assign_modules, order
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generator.models_support import STRING, array, models_of, record, ref

NAMES = [f"N{index}" for index in range(8)]
GROUPS = ["a", "b", "common", "errors"]

graphs = st.fixed_dictionaries({name: st.frozensets(st.sampled_from(NAMES)) for name in NAMES})
user_maps = st.dictionaries(st.sampled_from(NAMES), st.frozensets(st.sampled_from(GROUPS)))


@given(graphs, user_maps)
def test_modules_import_from_common_only(
    uses: dict[str, frozenset[str]], users: dict[str, frozenset[str]]
) -> None:
    homes = assign_modules(uses, users)
    assert homes.keys() == uses.keys()
    for name, targets in uses.items():
        assert {homes[target] for target in targets} <= {homes[name], COMMON}


@given(graphs, user_maps)
def test_a_tag_has_what_only_it_reaches(
    uses: dict[str, frozenset[str]], users: dict[str, frozenset[str]]
) -> None:
    reached = {group: _reached(group, uses, users) for group in GROUPS}
    unused = _closure(set(NAMES).difference(*reached.values()), uses)
    for name, home in assign_modules(uses, users).items():
        groups = [group for group in GROUPS if name in reached[group]]
        is_exclusive = len(groups) == 1 and name not in unused
        assert home == (f"_{groups[0]}" if is_exclusive else COMMON)


def _reached(
    group: str, uses: dict[str, frozenset[str]], users: dict[str, frozenset[str]]
) -> set[str]:
    return _closure({name for name, groups in users.items() if group in groups}, uses)


def _closure(names: set[str], uses: dict[str, frozenset[str]]) -> set[str]:
    wider = names.union(*(uses[name] for name in names))
    return names if wider == names else _closure(wider, uses)


@given(graphs)
def test_knots_come_after_what_they_refer_to(uses: dict[str, frozenset[str]]) -> None:
    knots = order(uses)
    place = {name: index for index, knot in enumerate(knots) for name in knot}
    assert sorted(place) == NAMES
    for name, targets in uses.items():
        for target in targets:
            assert place[target] <= place[name]
            same = place[target] == place[name]
            assert same == (name in _closure({target}, uses))


def test_knots_do_not_recurse() -> None:
    chain = {f"N{index:05}": frozenset({f"N{index + 1:05}"}) for index in range(5000)}
    assert len(order(chain | {"N05000": frozenset()})) == 5001


@settings(max_examples=25)
@given(graphs, user_maps, st.frozensets(st.sampled_from(NAMES)))
def test_every_module_imports_only_common(
    uses: dict[str, frozenset[str]], users: dict[str, frozenset[str]], lists: frozenset[str]
) -> None:
    schemas = {
        name: array({"anyOf": [STRING, *map(ref, sorted(targets))]})
        if name in lists
        else record(**{f"p{target}": ref(target) for target in sorted(targets)}, own=STRING)
        for name, targets in uses.items()
    }
    modules = build_models(schemas, users)
    assert sorted(str(name) for module in modules for name in module.names) == NAMES
    for module in modules:
        assert list(module.names) == sorted(module.names, key=str)
        for node in ast.walk(ast.parse(module.source)):
            if isinstance(node, ast.ImportFrom) and node.level:
                assert (node.level, node.module) == (1, COMMON)
                assert str(module.module) != COMMON


def test_models_of_several_modules_refer_to_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = models_of(
        {
            "Shared": record(up=ref("Loop")),
            "Loop": record(down=ref("Shared"), list=ref("Many")),
            "Many": array(ref("Loop")),
            "OnlyA": record("shared", shared=ref("Shared"), mine=ref("MineA")),
            "MineA": {"anyOf": [ref("OnlyA"), ref("Shared"), STRING]},
            "OnlyB": ref("Shared"),
            "Unused": record(shared=ref("Shared")),
        },
        tmp_path,
        monkeypatch,
        {"OnlyA": frozenset({"a"}), "OnlyB": frozenset({"b"})},
    )
    assert {str(module.module): sorted(map(str, module.names)) for module in models.modules} == {
        "_a": ["MineA", "OnlyA"],
        "_b": ["OnlyB"],
        "_common": ["Loop", "Many", "Shared", "Unused"],
    }
    json = '{"shared":{"up":{"list":[{"down":{}}]}},"mine":{"shared":{},"mine":"x"}}'
    assert models.round_trip("OnlyA", json) == json
