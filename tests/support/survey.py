"""What the cases of the corpus use of OpenAPI, and which rules speak of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Loader, Node

from tests.support.objects import OBJECTS

CORPUS: Final = Path(__file__).parent.parent / "corpus"
_RULE: Final = re.compile(r"\[(CF\d+)\]$", re.MULTILINE)
_FINDING: Final = re.compile(
    r"^(\S+:\d+:\d+): (?:error|warning|note): .*\[(CF\d+)\]$", re.MULTILINE
)
# Fields whose values, or whose keys, make a difference of their own.
_SCALARS: Final = (("Schema", "type"), ("Schema", "format"), ("Security Scheme", "type"))
_MAPS: Final = (("Operation", "responses"), ("Request Body", "content"), ("Response", "content"))


@dataclass(slots=True)
class Use:
    """Where a field or a value is served over a socket, and which rules speak of it."""

    cases: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Survey:
    """The whole corpus, read."""

    fields: defaultdict[tuple[str, str], Use] = field(default_factory=lambda: defaultdict(Use))
    values: defaultdict[tuple[str, str], Use] = field(default_factory=lambda: defaultdict(Use))
    rules: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    titles: dict[str, str] = field(default_factory=dict)  # of the served cases


def survey() -> Survey:
    """Read every case: what it says, and what was found in it."""
    found = Survey()
    for case in sorted(folder for folder in CORPUS.iterdir() if folder.is_dir()):
        _Case(case, found).read()
    return found


class _Case:
    def __init__(self, folder: Path, found: Survey) -> None:
        self._name = folder.name
        self._is_served = (folder / "requests.yaml").exists()
        self._found = found
        self._folder = folder
        self._loader = Loader(folder, Diagnostics())
        self._seen: set[tuple[Node, str]] = set()
        self._rules: defaultdict[str, set[str]] = defaultdict(set)

    def read(self) -> None:
        output = (self._folder / "want" / "output.txt").read_text(encoding="utf-8")
        for place, rule in _FINDING.findall(output):
            self._rules[place].add(rule)
        for rule in _RULE.findall(output):
            self._found.rules[rule].add(self._name)
        for root in self._documents():
            if self._is_served:
                title = root.get("info")
                self._found.titles.setdefault(self._name, (title and title.string("title")) or "")
            self._walk(root, "OpenAPI")

    def _documents(self) -> Iterator[Node]:
        for file in sorted(self._folder.rglob("*")):
            relative = file.relative_to(self._folder)
            if relative.parts[0] != "want" and file.suffix in (".yaml", ".json"):
                root = self._loader.load(relative)
                if root is not None and root.get("openapi") is not None:
                    yield root

    def _walk(self, node: Node, kind: str) -> None:
        if (node, kind) in self._seen:
            return
        self._seen.add((node, kind))
        for key, child in node.items():
            holds = "Path Item" if kind == "Callback" else OBJECTS[kind].get(key)
            if holds is None and key != "x-counterfoil":
                continue
            self._note(self._found.fields[kind, "*" if kind == "Callback" else key], child)
            self._note_values(kind, key, child)
            for inner in _held(child, holds or ""):
                self._walk(inner, (holds or "").strip("[]{}"))
        if node.get("$ref") is not None:
            target = self._loader.resolve(node)
            if target is not None:
                self._walk(target, kind)

    def _note(self, use: Use, node: Node) -> None:
        if self._is_served:
            use.cases.add(self._name)
        for place in {str(node.span), str(node.key_span)}:
            use.rules |= self._rules[place]

    def _note_values(self, kind: str, key: str, node: Node) -> None:
        """The values that make a difference of their own: types, formats, styles, media types."""
        if (kind, key) in _SCALARS:
            listed = list(node.elements()) or [node]
            for one in listed:
                self._note(self._found.values[f"{kind}: {key}", str(one.value)], one)
        elif (kind, key) in _MAPS:
            for name, one in node.items():
                self._note(self._found.values[f"{kind}: {key}", name], one)
        elif (kind, key) == ("Parameter", "name"):
            self._note_style(node)

    def _note_style(self, name: Node) -> None:
        parameter: Node = name.document.root
        for token in name.pointer[:-1]:
            parameter = parameter.get(token) or parameter.element(int(token)) or parameter
        place = parameter.string("in") or ""
        usual = "form" if place in ("query", "cookie") else "simple"
        style = parameter.string("style") or usual
        explode = parameter.boolean("explode")
        exploded = style in ("form", "deepObject") if explode is None else explode
        shown = f"{place}, {style}, {'exploded' if exploded else 'not exploded'}"
        if parameter.get("content") is not None:
            shown = f"{place}, content"
        self._note(self._found.values["Parameter: in, style, explode", shown], name)


def _held(node: Node, holds: str) -> Iterator[Node]:
    if holds.startswith("["):
        yield from node.elements()
    elif holds.startswith("{"):
        yield from (child for _, child in node.items())
    elif holds:
        yield node
