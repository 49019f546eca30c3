"""What the tests of `document` share: specs written to a folder, findings as short strings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import JsonValue, Loader, Node


@dataclass
class Spec:
    """A root folder, and a loader that has it."""

    root: Path
    diagnostics: Diagnostics = field(default_factory=Diagnostics)

    def __post_init__(self) -> None:
        self.loader = Loader(self.root, self.diagnostics)

    def write(self, files: Mapping[str, str | bytes]) -> Spec:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def load(self, name: str) -> Node | None:
        return self.loader.load(Path(name))

    def value(self, name: str) -> JsonValue:
        """The value of a document that is fine."""
        node = self.load(name)
        assert self.findings == []
        assert node is not None
        return node.value

    def at(self, name: str, *pointer: str) -> Node:
        """A node that is there."""
        node = self.load(name)
        for token in pointer:
            assert node is not None
            node = node.element(int(token)) if isinstance(node.value, list) else node.get(token)
        assert node is not None
        return node

    @property
    def findings(self) -> list[str]:
        """`x.yaml:1:4 CF123`, in the order in which they are reported."""
        return [f"{found.span} {found.rule.id}" for found in self.diagnostics]

    @property
    def only(self) -> tuple[str, str]:
        """Message and help of the one finding there is."""
        (found,) = self.diagnostics
        return found.message, found.help
