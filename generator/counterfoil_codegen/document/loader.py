"""Loads the documents of a spec, each once, and follows `$ref` between them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics, Place, Span
from counterfoil_codegen.document.files import Files
from counterfoil_codegen.document.identifiers import Identifiers, find_identifiers, joined
from counterfoil_codegen.document.json_reader import read_json
from counterfoil_codegen.document.limits import LONGEST_CHAIN
from counterfoil_codegen.document.nodes import Document, Node
from counterfoil_codegen.document.references import (
    Reference,
    member,
    no_anchor,
    parse,
    target,
    written,
)
from counterfoil_codegen.document.source import Source, UnusableError, shown
from counterfoil_codegen.document.text import check_characters, decode, is_json_text, read_text
from counterfoil_codegen.document.values import Pointer
from counterfoil_codegen.document.yaml_reader import read_yaml
from counterfoil_codegen.rules import reading as rules
from counterfoil_codegen.rules.oddities import FOREIGN_POINTER, REPEATED_NAME

# What a description may stand in, as a whole.
_TEXTS: Final = frozenset({".md", ".markdown", ".txt"})
_OPENAPI_KEYS: Final = ("openapi", "swagger")


class Loader:
    """Reads files below a root folder. What is wrong goes to *diagnostics*; nothing is raised."""

    def __init__(self, root: Path, diagnostics: Diagnostics) -> None:
        self._diagnostics = diagnostics
        self._files = Files(root, diagnostics)
        self._documents: dict[Path, Document | None] = {}
        self._sources: dict[str, Source] = {}
        self._identifiers: dict[str, Identifiers] = {}
        self._resources: dict[str, tuple[Document, Pointer]] = {}
        self._passed: set[Node] = set()
        self._resolved: dict[Node, Node] = {}  # asked for many times, for each use of a schema

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document that has been read, by name."""
        read = (document for document in self._documents.values() if document is not None)
        return tuple(sorted(read, key=lambda document: document.name))

    def lines(self, file: str) -> Sequence[str]:
        """The lines of a file that a span names, usable or not; none if it was never read."""
        source = self._sources.get(file)
        return source.lines if source else ()

    def load(self, path: Path) -> Node | None:
        """The root node of the document at *path*; None after a report.

        A relative path is taken below the root folder.
        """
        real = self._files.locate(path)
        return None if real is None else self._load(real, None)

    def find(self, path: Path) -> list[Path]:
        """The OpenAPI documents that *path* names, sorted: a file itself, or all in a folder.

        A document has a key `openapi` (or `swagger`) at its top. One that cannot be read is among
        them, and reported. Folders whose name begins with a dot are passed over.
        """
        real = self._files.locate(path)
        if real is None:
            return []
        if not real.is_dir():
            return [real] if self._load(real, None) or real.exists() else []
        found = [file for file in self._files.candidates(real) if self._is_openapi(file)]
        if not found:
            self._diagnostics.report(
                rules.NO_DOCUMENT,
                Span(self._files.name(real), 1, 1),
                f"there is no OpenAPI document in {shown(self._files.name(real))}",
                "an OpenAPI document is a .yaml, .yml or .json file with a top-level key openapi",
            )
        return found

    def resolve(self, node: Node) -> Node | None:
        """What *node* stands for: the end of its chain of `$ref`, or itself if it has none.

        None after a report: a reference is malformed, refused, leads nowhere or in a loop.
        """
        if node in self._resolved:
            return self._resolved[node]
        seen = [node]
        while (reference := node.get("$ref")) is not None:
            arrived = self.follow(reference)
            if arrived is None:
                return None
            if arrived in seen or len(seen) == LONGEST_CHAIN:
                self._report_loop(reference, seen)
                return None
            seen.append(arrived)
            node = arrived
        self._resolved |= dict.fromkeys(seen, node)
        return node

    def follow(self, node: Node) -> Node | None:
        """What the reference that *node* holds leads to, in one step; None after a report."""
        identified = self._identified(node)
        reference = parse(node, is_identified=identified is not None)
        if reference is None:
            return None
        root = identified or self._referred(node, reference)
        if root is None:
            return None
        if reference.anchor:
            return self._anchored(root, reference.anchor, node)
        if reference.pointer and root.pointer and root.get(reference.pointer[0]) is None:
            root = root.document.root  # written as if there were no $id around it
        if reference.pointer and not reference.file:
            root = self._entry(root, reference.pointer[0], node) or root
        return target(root, reference, node, self._through)

    def _entry(self, root: Node, key: str, place: Node) -> Node | None:
        """The first OpenAPI document with *key*, which the part of one that is *root* has not."""
        if root.get(key) is not None or root.get("$ref") is not None or _is_openapi(root):
            return None
        roots = (one.root for one in self._documents.values() if one is not None)
        found = next((one for one in roots if _is_openapi(one) and one.get(key) is not None), None)
        if found is not None:
            self._diagnostics.report(
                FOREIGN_POINTER,
                place,
                f"there is no {shown(key)} in this file: that of {shown(found.document.name)} "
                "is meant",
                "write the file before the #",
            )
        return found

    def _through(self, node: Node) -> Node | None:
        """What the `$ref` of *node* leads to; None, too, while that is being found out."""
        if node in self._passed:
            return None
        self._passed.add(node)
        try:
            return self.resolve(node)
        finally:
            self._passed.remove(node)

    def _identified(self, node: Node) -> Node | None:
        """What the URI of a reference names in the documents that have been read, if anything."""
        if not isinstance(node.value, str):
            return None
        uri = node.value.partition("#")[0]
        own = self._identifiers[node.document.name]
        resource = own.resource(node.pointer)
        if not uri:
            return self._at(node.document, resource)
        found = self._resources.get(joined(own.bases[resource], uri))
        return None if found is None else self._at(*found)

    def _at(self, document: Document, pointer: Pointer) -> Node:
        node: Node = document.root
        for token in pointer:
            node = member(node, token) or node
        return node

    def _anchored(self, root: Node, anchor: str, place: Node) -> Node | None:
        identifiers = self._identifiers[root.document.name]
        resource = identifiers.resource(root.pointer)
        found = identifiers.anchors.get((resource, anchor))
        if found is None:
            no_anchor(place, anchor, (name for where, name in identifiers.anchors))
        return found

    def _referred(self, node: Node, reference: Reference) -> Node | None:
        """The root of the document that a reference leads into."""
        if not reference.file:
            return node.document.root
        real = self._files.locate(Path(reference.path_from(node.document.name)), node)
        return None if real is None else self._load(real, node)

    def _load(self, real: Path, place: Place | None) -> Node | None:
        if real not in self._documents:
            data = self._files.read(real, place)
            if data is None:
                return None  # said again at the next place that names it
            self._documents[real] = self._read(real, data)
        document = self._documents[real]
        return None if document is None else document.root

    def _read(self, real: Path, data: bytes) -> Document | None:
        source, usable = decode(self._files.name(real), data, self._diagnostics)
        self._sources[source.name] = source
        if not usable:
            return None
        suffix = real.suffix.lower()
        is_json = suffix == ".json" or is_json_text(source.text)
        try:
            check_characters(source, yaml=not is_json)
            if suffix in _TEXTS:
                value, positions = read_text(source)
            else:
                value, positions = read_json(source) if is_json else read_yaml(source)
        except UnusableError:
            return None
        digest = hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()
        document = Document(source, real, digest, value, positions, self.resolve)
        self._identify(document)
        return document

    def _identify(self, document: Document) -> None:
        """Note by which URIs the parts of *document* say they are known. The first one counts."""
        found = self._identifiers[document.name] = find_identifiers(document)
        for pointer, uri in found.bases.items():
            if not pointer and uri.startswith("file:"):
                continue
            if self._resources.setdefault(uri, (document, pointer)) != (document, pointer):
                part = self._at(document, pointer)
                self._report_repeated(part.get("$id" if pointer else "$self") or part, uri)
        for anchor in found.repeated:
            self._report_repeated(anchor, str(anchor.value))

    def _is_openapi(self, real: Path) -> bool:
        root = self._load(real, None)
        return root is None or _is_openapi(root)

    def _report_repeated(self, node: Node, name: str) -> None:
        self._diagnostics.report(
            REPEATED_NAME,
            node,
            f"{shown(name)} is the name of something before this, which is what a $ref to it means",
            "give it another name, or none",
        )

    def _report_loop(self, reference: Node, seen: Sequence[Node]) -> None:
        chain = " -> ".join(shown(written(node)) for node in seen[:4])
        more = " -> …" if len(seen) > 4 else ""
        self._diagnostics.report(
            rules.REF_LOOP,
            reference,
            f"a chain of {len(seen)} $ref does not arrive: {chain}{more}",
            "let one of them hold the content itself",
        )


def _is_openapi(root: Node) -> bool:
    return any(root.get(key) for key in _OPENAPI_KEYS)
