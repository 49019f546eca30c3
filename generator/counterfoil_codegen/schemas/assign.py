"""Names for schemas, that depend on where each stands, and not on the order of reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Pointer
from counterfoil_codegen.fragments import Identifier
from counterfoil_codegen.naming import class_name, digest, pascal, told_apart
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.schemas.labels import ENTRIES, file_name, own_name
from counterfoil_codegen.schemas.reach import LISTS, MAPS, ONE
from counterfoil_codegen.schemas.registry import Component
from counterfoil_codegen.schemas.shapes import SCHEMAS, JsonSchema, Reference

# Words of a pointer that say where a schema stands, and not what it is; the first hold names.
_NAMED: Final = frozenset(("schemas", "$defs", "definitions", "properties"))
_SCAFFOLD: Final = _NAMED | {"components", "items", "schema", "content"}
# How the pointer to what stands within the schema of a whole file begins.
_IN_FILE: Final = frozenset((keyword,) for keyword in (*ONE, *LISTS, *MAPS))


def assign_names(
    components: Iterable[Component], diagnostics: Diagnostics
) -> dict[Reference, Identifier]:
    """A name for each component, unique in the API.

    What a `$ref` can name keeps its own name, with its file and folders before it only where two
    files use one name. What is inline is named after what is around it, with a hash of its place
    only where that name is taken.
    """
    ordered = sorted(components, key=_place)
    names = _name_targets([c for c in ordered if c.origin is None], diagnostics)
    taken = set(names.values())
    waiting = [c for c in ordered if c.origin is not None]
    while waiting:
        ready = [c for c in waiting if _base(c, names) is not None]
        waiting = [c for c in waiting if _base(c, names) is None]
        if not ready:
            raise RuntimeError("an inline schema is named after one that has no name")
        _name_level(ready, names, taken)
    return names


def put_names(schema: JsonSchema, names: Mapping[Reference, Identifier]) -> JsonSchema:
    """*schema* with each `Reference` written out as ``#/components/schemas/Name``."""
    return {key: _put(value, names) for key, value in schema.items()}


def _put(value: object, names: Mapping[Reference, Identifier]) -> object:
    if isinstance(value, Reference):
        return f"{SCHEMAS}{names[value]}"
    if isinstance(value, dict):
        return put_names(value, names)
    if isinstance(value, list):
        return [_put(item, names) for item in value]
    return value


def _name_targets(
    targets: list[Component], diagnostics: Diagnostics
) -> dict[Reference, Identifier]:
    own = _own_names(targets, diagnostics)
    depths = {c.reference: 0 for c in targets}
    names: dict[Reference, Identifier] = {}
    longest = max((len(_around(c)) for c in targets), default=0)
    for _ in range(longest + 2):
        names = {
            c.reference: _joined(_prefix(c, depths[c.reference]), *own[c.reference])
            for c in targets
        }
        for clash in _clashes(targets, names):
            for component in clash:
                depths[component.reference] += 1
    for clash in _clashes(targets, names):
        for component in clash:
            mark = digest("/".join((component.node.document.name, *component.node.pointer)))
            names[component.reference] = Identifier(f"{names[component.reference]}{mark}")
    return names


def _joined(prefix: str, name: str, mark: str) -> Identifier:
    return Identifier(f"{class_name(prefix + name)}{mark}")


def _own_names(
    targets: list[Component], diagnostics: Diagnostics
) -> dict[Reference, tuple[str, str]]:
    """A name for each schema, and a mark where its document has another schema of that name."""
    by_document: defaultdict[str, list[Component]] = defaultdict(list)
    for component in targets:
        by_document[component.named_at.file].append(component)
    names: dict[Reference, tuple[str, str]] = {}
    for members in by_document.values():
        wanted = [(_spelling(c), _own_name(c)) for c in members]
        for c, name, (_, plain) in zip(members, told_apart(wanted, ""), wanted, strict=True):
            names[c.reference] = plain, name.removeprefix(plain)
            if name != plain:
                diagnostics.report(
                    rules.NAME_CLASH,
                    c.node.key_span,
                    f"the schema {own_name(c.named_at)!r:.80} is not the only one that becomes the "
                    f"class {class_name(plain)}: its name ends in {name.removeprefix(plain)}",
                    "rename one of them",
                )
    return names


def _spelling(component: Component) -> str:
    """The name of what stands in `components/schemas`; of all else the place."""
    pointer = component.named_at.pointer
    return pointer[-1] if pointer[:-1] == ENTRIES else "/".join(pointer)


def _own_name(component: Component) -> str:
    """The words of its place that say what it is; its file's too where it is within a schema."""
    place = component.named_at
    own = [pascal(token) for token in _own_words(place.pointer)]
    if not _is_named(component):
        own.insert(0, pascal(file_name(place.file)))
    return "".join(own)


def _own_words(pointer: Pointer) -> list[str]:
    own: list[str] = []
    is_name = False
    for token in pointer:
        if is_name or token not in _SCAFFOLD:
            own.append(token)
        is_name = not is_name and token in _NAMED
    return own


def _clashes(
    targets: list[Component], names: Mapping[Reference, Identifier]
) -> list[list[Component]]:
    by_name: defaultdict[Identifier, list[Component]] = defaultdict(list)
    for component in targets:
        by_name[names[component.reference]].append(component)
    return [group for group in by_name.values() if len(group) > 1]


def _around(component: Component) -> list[str]:
    """What a schema stands in: its folders, and its file if it is not the whole of it."""
    file = component.named_at.file
    folders = [pascal(part) for part in PurePosixPath(file).parent.parts]
    return [*folders, pascal(file_name(file))] if _is_named(component) else folders


def _is_named(component: Component) -> bool:
    """Whether its own name is without that of its file."""
    pointer = component.named_at.pointer
    return pointer[:1] not in _IN_FILE and bool(_own_words(pointer))


def _prefix(component: Component, depth: int) -> str:
    around = _around(component)
    return "".join(around[max(len(around) - depth, 0) :])


def _name_level(
    level: list[Component], names: dict[Reference, Identifier], taken: set[Identifier]
) -> None:
    """Name inline schemas of one depth; those that want one name, or a taken one, get a hash."""
    wanted = {c.reference: class_name(_base(c, names) or "") for c in level}
    counts: defaultdict[Identifier, int] = defaultdict(int)
    for name in wanted.values():
        counts[name] += 1
    for component in level:
        name = wanted[component.reference]
        if counts[name] > 1 or name in taken:
            name = Identifier(f"{name}{digest(str(_place(component)))}")
        names[component.reference] = name
    taken.update(names[c.reference] for c in level)


def _base(component: Component, names: Mapping[Reference, Identifier]) -> str | None:
    origin = component.origin
    if origin is None:
        return None
    if isinstance(origin.parent, str):
        return origin.parent + origin.suffix
    parent = names.get(origin.parent)
    return None if parent is None else f"{parent}{origin.suffix}"


def _place(component: Component) -> tuple[str, tuple[str, ...]]:
    mark = ("request",) if component.is_request else ()
    return component.node.document.name, (*component.node.pointer, *mark)
