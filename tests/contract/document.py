"""One document for operations of a real API: what a client is told that they do.

To what the API's own documents say is added what counterfoil's runtime answers of itself, where
they are silent: the refusals, each with a body of one shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import JsonValue, Loader, Node, Pointer

from tests.specs.catalogue import SPECS
from tests.specs.documents import Members, Whole, elements, members

# RFC 9110, section 15.5: a request that does not fit, of a stranger, for what is not there, with a
# method or a media type that is not taken, or too long.
_REFUSALS: Final = ("400", "401", "404", "405", "413", "414", "415", "431")
_REFUSAL: Final[Mapping[str, JsonValue]] = {
    "type": "object",
    "required": ["errcode", "error"],
    "properties": {"errcode": {"type": "string"}, "error": {"type": "string"}},
    "additionalProperties": False,
}
_LARGEST: Final = 10**19 - 1
# Others are annotations, as JSON Schema has them (2020-12, validation, section 7.2.1).
_HELD_FORMATS: Final = ("date", "date-time", "uuid")
# A header parameter of these names is to be ignored (OpenAPI 3.1, section 4.8.12.2).
_IGNORED: Final = ("accept", "content-type", "authorization")


def document(operations: Iterable[ir.Operation]) -> dict[str, JsonValue]:
    """An OpenAPI document of *operations*, of one API, that refers to nothing outside of it."""
    bundle = _Bundle()
    paths: dict[str, dict[str, JsonValue]] = {}
    for operation in operations:
        assert isinstance(operation.place, Node)
        item = paths.setdefault(operation.path.template.replace(" ", "%20"), {})
        item[operation.method.value.lower()] = bundle.operation(operation.place)
    return {
        "openapi": bundle.version,
        "info": {"title": "What is served", "version": "1"},
        "paths": {path: dict(item) for path, item in paths.items()},
        "components": {"securitySchemes": bundle.schemes},
        "x-parts": bundle.parts,
    }


def completed(whole: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The document *whole*, with what the runtime answers of itself."""
    paths: dict[str, JsonValue] = {
        path: {
            key: _with_refusals(members(each), whole) if "responses" in members(each) else each
            for key, each in members(item).items()
        }
        for path, item in members(whole, "paths").items()
    }
    return {**whole, "paths": paths}


def _with_refusals(operation: Members, whole: Members) -> JsonValue:
    """*operation*, whose refusals are its own, or the runtime's."""
    said = dict(members(operation, "responses"))
    for status in _REFUSALS if not {"4XX", "4xx", "default"} & said.keys() else ():
        own = members(said.get(status))
        if isinstance(reference := own.get("$ref"), str):
            own = reduce(members, reference.removeprefix("#/").split("/"), whole)
        content = members(own, "content")
        schema = members(content, "application/json").get("schema")
        either: dict[str, JsonValue] = dict(_REFUSAL)
        if schema is not None:
            either = {"anyOf": [schema, either]}
        said[status] = {
            "description": "What is refused, by the operation or before it.",
            "headers": dict(members(own, "headers")),
            "content": {**content, "application/json": {"schema": either}},
        }
    return {**operation, "responses": said}


class _Bundle:
    """Copies what operations say, with all that it refers to."""

    def __init__(self) -> None:
        self._loader = Loader(SPECS, Diagnostics())
        self._whole = Whole(self._loader)
        self._names: dict[Node, str] = {}
        self.parts: dict[str, JsonValue] = {}
        self.schemes: dict[str, JsonValue] = {}
        self.version = "3.1.0"

    def operation(self, place: Node) -> JsonValue:
        """The operation at *place*, with what its path and its document say for it."""
        root = self._loader.load(place.document.path)
        assert root is not None
        self.version = str(members(root.value)["openapi"])
        if (components := root.get("components")) is not None:
            self.schemes |= members(self._whole.of(components), "securitySchemes")
        *_, item, operation = _along(root, place.pointer)
        copied = dict(members(self._copied(operation)))
        copied["security"] = [
            one
            for one in elements(copied or members(root.value), "security")
            if members(one).keys() <= self.schemes.keys()
        ]
        parameters: dict[tuple[str, str], JsonValue] = {}
        for owner in (item, operation):
            listed = owner.get("parameters")
            for one in listed.elements() if listed is not None else ():
                named = members(self._whole.of(one))
                key = str(named["in"]), str(named["name"])
                if key[0] != "header" or key[1].lower() not in _IGNORED:
                    parameters[key] = self._parameter(one)
        copied["parameters"] = list(parameters.values())
        return {key: each for key, each in copied.items() if key not in ("servers", "callbacks")}

    def _parameter(self, place: Node) -> JsonValue:
        """The parameter at *place*: the runtime reads integers of at most 19 digits."""
        node = self._loader.resolve(place)
        assert node is not None
        copied = dict(members(self._copied(node)))
        schema = node.get("schema")
        target = None if schema is None else self._loader.resolve(schema)
        if target is not None and members(target.value).get("type") == "integer":
            bounds: dict[str, JsonValue] = {"minimum": -_LARGEST, "maximum": _LARGEST}
            copied["schema"] = {**bounds, **members(self._copied(target))}
        return copied

    def _copied(self, node: Node) -> JsonValue:
        if isinstance(node.value, list):
            return [self._copied(each) for each in node.elements()]
        if not isinstance(node.value, dict):
            return node.value
        copied: dict[str, JsonValue] = {}
        for key, each in node.items():
            if key == "$ref" and isinstance(each.value, str):
                copied[key] = f"#/x-parts/{self._name(each)}"
            elif key in ("example", "examples"):
                copied[key] = self._whole.of(each)
            elif key == "format" and each.value not in _HELD_FORMATS and "type" in node.value:
                continue
            elif key != "discriminator":  # whose mapping would lead to nothing
                copied[key] = self._copied(each)
        return copied

    def _name(self, reference: Node) -> str:
        """The name of the part that *reference* leads to."""
        target = self._loader.follow(reference)
        assert target is not None, reference
        if target not in self._names:
            self._names[target] = name = f"part{len(self._names)}"
            self.parts[name] = self._copied(target)
        return self._names[target]


def _along(root: Node, pointer: Pointer) -> Iterator[Node]:
    """Each node from *root* to the one at *pointer*."""
    node: Node | None = root
    for token in pointer:
        assert node is not None
        yield node
        node = node.get(token)
    assert node is not None
    yield node
