"""What the spec tells people of parameters, bodies and answers, for docstrings and listings."""

from __future__ import annotations

from counterfoil_codegen.document import JsonValue, Node
from counterfoil_codegen.lower.context import Context
from counterfoil_codegen.rules.oddities import BROKEN_UNUSED
from counterfoil_codegen.rules.reading import REFERENCES
from counterfoil_codegen.schemas.told import examples, told

_OF_SCHEMAS = ("deprecated", "example", "examples")


def parameter_doc(context: Context, node: Node) -> str:
    """Description, deprecation and an example of a parameter or header, or of its schema."""
    schema = node.get("schema")
    target = None if schema is None else context.loader.resolve(schema)
    inner = _value(target)
    said = {key: inner[key] for key in _OF_SCHEMAS if key in inner}
    return told(said | _value(node) | _example(context, node), " ")


def content_doc(context: Context, node: Node) -> str:
    """Description of a body or response, and an example of the first media type that has one."""
    content = node.part("content")
    for _, each in content.items() if content is not None else ():
        media = context.loader.resolve(each)
        found = {} if media is None else _example(context, media)
        if examples(found):
            return told(_value(node) | found, " ")
    return told(_value(node), " ")


def _example(context: Context, node: Node) -> dict[str, JsonValue]:
    """The example of *node*; of Example Objects, which may be references, the first."""
    if node.get("example") is not None:
        return {"example": _value(node)["example"]}
    listed = node.get("examples")
    for _, each in listed.items() if listed is not None else ():
        with context.diagnostics.standing_in(dict.fromkeys(REFERENCES, BROKEN_UNUSED)):
            target = context.loader.resolve(each)
        first: dict[str, JsonValue] = {"examples": {"": _value(target)}}
        if examples(first):
            return first
    return {}


def _value(node: Node | None) -> dict[str, JsonValue]:
    return node.value if node is not None and isinstance(node.value, dict) else {}
