"""The spec is hostile (FAULTS, C1 to C7, C17): its text is only ever inside of constants."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from counterfoil_codegen.models import JsonSchema, ModelError, build_models
from counterfoil_codegen.models.translate import translate
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generator.hostile_texts import HOSTILE_TEXTS

MARKER: Final = "zz_marker"

# Each position of a schema that holds text, as a component.
POSITIONS: Final[dict[str, Callable[[str], JsonSchema]]] = {
    "description": lambda text: {"type": "object", "required": ["a"], "description": text},
    "description of an alias": lambda text: {"type": "string", "description": text},
    "description of a property": lambda text: {"properties": {"a": {"description": text}}},
    "property": lambda text: {"properties": {text: {}}, "required": [text]},
    "required": lambda text: {"required": [text]},
    "enum": lambda text: {"enum": [text, "other"]},
    "const": lambda text: {"properties": {"a": {"const": text}}},
    "default": lambda text: {"properties": {"a": {"type": "string", "default": text}}},
    "default in a list": lambda text: {
        "properties": {"a": {"type": "array", "items": {"type": "string"}, "default": [text]}}
    },
    "pattern": lambda text: {"properties": {"a": {"type": "string", "pattern": text}}},
    "pattern of an item": lambda text: {"items": {"type": "string", "pattern": text}},
    "key pattern": lambda text: {
        "patternProperties": {text: {"type": "string"}},
        "additionalProperties": False,
    },
    "format": lambda text: {"type": "string", "format": text},
    "discriminator": lambda text: {
        "properties": {"a": {}},
        "discriminator": {"propertyName": text, "mapping": {text: text}},
    },
    "title": lambda text: {"title": text, "properties": {"a": {"title": text}}},
    "extension": lambda text: {
        "properties": {
            "a": {
                "type": "string",
                "x-python-type": text,
                "x-python-import": {"module": text, "name": text},
                "customTypePath": text,
                "default_factory": text,
                "x-enum-varnames": [text],
            }
        },
        "customBasePath": text,
        "validators": text,
        "$id": text,
        "$anchor": text,
        "example": text,
        "examples": [text],
        "externalDocs": {"url": text},
        "xml": {"name": text},
    },
}

SHORT_TEXTS: Final = {name: text for name, text in HOSTILE_TEXTS.items() if len(text) < 5_000}

# Where a text may be refused, and then is left out.
REFUSABLE: Final = {"pattern", "pattern of an item", "key pattern"}


def outside_constants(source: str) -> Iterator[str]:
    """Every name, attribute, keyword and import of a module."""
    for node in ast.walk(ast.parse(source)):
        for key, value in ast.iter_fields(node):
            if isinstance(value, str) and not (isinstance(node, ast.Constant) and key == "value"):
                yield value


def constants(source: str) -> set[object]:
    tree = ast.parse(source)
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}


def definitions(source: str) -> Iterator[ast.stmt]:
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.ClassDef | ast.Assign):
            yield statement


@pytest.mark.parametrize("text", SHORT_TEXTS.values(), ids=SHORT_TEXTS.keys())
def test_c7_text_is_only_in_constants(text: str) -> None:
    schemas = {f"A{index}": make(text + MARKER) for index, make in enumerate(POSITIONS.values())}
    (module,) = build_models(schemas, {})
    module.source.encode("utf-8")
    names = set(outside_constants(module.source))
    assert names.isdisjoint({"os", "eval", "exec", "__import__", "open", "system"})
    fields = {name for name in names if MARKER in name}
    assert all(name.isidentifier() and name.isascii() for name in fields)
    assert len(fields) <= 1  # the property, of two components


@pytest.mark.parametrize("position", sorted(POSITIONS.keys() - REFUSABLE))
def test_c7_text_changes_no_node(position: str) -> None:
    texts = ["plain", *SHORT_TEXTS.values()]
    schemas = {f"A{index:03}": POSITIONS[position](text) for index, text in enumerate(texts)}
    (module,) = build_models(schemas, {})
    plain, *others = [_without_names(one) for one in definitions(module.source)]
    assert len(others) == len(SHORT_TEXTS)
    assert all(other == plain for other in others)


def _without_names(definition: ast.stmt) -> list[str]:
    """The kinds of the nodes of a definition, without docstrings and what an alias adds."""
    added = {
        "Annotated",
        "Call",
        "Constant",
        "Expr",
        "Load",
        "Name",
        "Subscript",
        "Tuple",
        "keyword",
    }
    kinds = [type(node).__name__ for node in ast.walk(definition)]
    return [kind for kind in kinds if kind not in added]


@pytest.mark.parametrize("name", sorted(HOSTILE_TEXTS.keys() - SHORT_TEXTS.keys()))
def test_c17_long_texts(name: str) -> None:
    text = HOSTILE_TEXTS[name]
    (module,) = build_models({"A": {"const": text, "description": text}}, {})
    assert text in {
        node.value for node in ast.walk(ast.parse(module.source)) if isinstance(node, ast.Constant)
    }


@settings(max_examples=50)
@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1, max_size=4))
def test_c17_any_text_anywhere(texts: dict[str, str]) -> None:
    schema: JsonSchema = {
        "type": "object",
        "description": "".join(texts.values()),
        "properties": {
            name: {"enum": [text, "x"], "default": text, "description": text}
            for name, text in texts.items()
        },
    }
    (module,) = build_models({"A": schema}, {})
    assert constants(module.source) >= {text for text in texts.values() if len(ascii(text)) < 60}


@pytest.mark.parametrize(
    "statement",
    [
        "import os",
        "from os import system",
        "from typing import Annotated, no_type_check",
        "from pydantic import ImportString",
        "from . import other",
        "def f(): pass",
        "print('x')",
        "x = 1",
        "__all__ = ['A']",
        "class A: pass",
        "class A(dict): pass",
        "class A(BaseModel, dict): pass",
        "class A(BaseModel, metaclass=M): pass",
        "@final\nclass A(BaseModel): pass",
        "class A(BaseModel):\n    x: int = eval('1')",
        "class A(BaseModel):\n    x: eval('int')",
        "class A(BaseModel):\n    x: (lambda: int)()",
        "class A(BaseModel):\n    x: 'eval(\"int\")'",
        "class A(BaseModel):\n    x: os.path",
        "class A(BaseModel):\n    x: ImportString",
        "class A(BaseModel):\n    x: Annotated[int, Field(default_factory=eval)]",
        "class A(BaseModel):\n    x: Annotated[int, Field(ge=eval)]",
        "class A(BaseModel):\n    x: Annotated[int, Field(1)]",
        "class A(BaseModel):\n    x: Annotated[int, eval('1')]",
        "class A(BaseModel):\n    x: Literal[eval]",
        "class A(BaseModel):\n    x: Literal[f'{1}']",
        "class A(BaseModel):\n    x: list[int for y in z]",
        "class A(BaseModel):\n    x: int - str",
        "class A(BaseModel):\n    model_config = ConfigDict(extra='allow', title=eval)",
        "class A(BaseModel):\n    model_config = {}",
        "class A(BaseModel):\n    def f(self): pass",
        "class A(BaseModel):\n    __x = 1",
        "class CfA(BaseModel): pass\nclass CfA(BaseModel): pass",
        "CfA = TypeAliasType('CfB', int)",
        "CfA = TypeAliasType('CfA', int, type_params=())",
        "CfA = TypeAliasType('CfA', type)",
        "CfA = eval('CfA', int)",
        "if True:\n    pass",
        "(",
    ],
)
def test_c7_only_what_was_asked_for_is_read(statement: str) -> None:
    imports = (
        "from pydantic import BaseModel, ConfigDict, Field\n"
        "from typing import Annotated, Literal\n"
        "from typing_extensions import TypeAliasType\n"
    )
    with pytest.raises(ModelError):
        translate(imports + statement)


@pytest.mark.parametrize(
    "text",
    ["", "class Ct1(BaseModel): pass", "class Ct0(BaseModel): pass\nclass Ct1(BaseModel): pass"],
)
def test_what_is_missing_or_too_many_is_an_error(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    models = importlib.import_module("counterfoil_codegen.models")
    monkeypatch.setattr(
        models, "generate_types", lambda _: f"from pydantic import BaseModel\n{text}"
    )
    with pytest.raises(ModelError, match=r"Ct[01]"):
        build_models({"A": {"type": "object", "properties": {"a": {"type": "string"}}}}, {})


def test_c8_nothing_is_read_or_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.yaml").write_text("type: string\ndefault: secret\n")
    with pytest.raises(ModelError):
        build_models({"A": {"properties": {"a": {"$ref": "#/components/schemas/Nope"}}}}, {})
    (module,) = build_models({"A": {"properties": {"a": {"$ref": "secret.yaml"}}}}, {})
    assert "secret" not in module.source
    assert [path.name for path in tmp_path.iterdir()] == ["secret.yaml"]
