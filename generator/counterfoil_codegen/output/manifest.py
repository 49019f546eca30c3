"""The manifest of a generated package: what it was made from, by what, and what came of it.

It names no machine's path, no time and no version of Python: the same inputs and the same tools
give the same bytes anywhere. It is read back as untrusted text, because whoever can change a file
of the repository can change it: no name in it leads out of the folder it speaks of.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from counterfoil_codegen.ordinary import LARGEST

NAME: Final = "counterfoil.json"
_FORMAT: Final = 1
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
# A generated file is named after identifiers.
_OUTPUT: Final = re.compile(
    r"[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*(?:/[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)*"
)


class ManifestError(ValueError):
    """The text is not a manifest that counterfoil wrote."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of a generated package."""

    package: str
    sources: tuple[str, ...]  # the specs as generated files name them
    inputs: Mapping[str, str]  # every document that was read, below the root: its digest
    outputs: Mapping[str, str]  # every file, below the package's folder: its digest
    tools: Mapping[str, str]  # distribution: version
    generator: str  # digest of the generator's own code and templates

    def to_bytes(self) -> bytes:
        """The one form that this manifest has on disk."""
        document = {
            "format": _FORMAT,
            "generator": self.generator,
            "inputs": dict(self.inputs),
            "options": {"package": self.package, "sources": list(self.sources)},
            "outputs": dict(self.outputs),
            "tools": dict(self.tools),
        }
        return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """Read what `to_bytes` wrote.

        Raises:
            ManifestError: it is something else, or names a path outside its folder.
        """
        try:
            document: object = json.loads(data) if len(data) <= LARGEST else None
        except (ValueError, RecursionError):
            raise ManifestError("it is not JSON") from None
        if not isinstance(document, dict) or document.get("format") != _FORMAT:
            raise ManifestError(f"it has not the format {_FORMAT}")
        options = document.get("options")
        if not isinstance(options, dict):
            raise ManifestError("it has no options")
        return cls(
            package=_text(options.get("package")),
            sources=_texts(options.get("sources")),
            inputs=_digests(document.get("inputs"), is_inside),
            outputs=_digests(document.get("outputs"), is_output),
            tools=_versions(document.get("tools")),
            generator=_text(document.get("generator")),
        )


def digest(content: bytes) -> str:
    """The digest of a generated file: SHA-256 over its bytes."""
    return hashlib.sha256(content).hexdigest()


def text_digest(content: bytes) -> str:
    """The digest of a document: whatever ends of lines a checkout has given it."""
    return digest(content.replace(b"\r\n", b"\n"))


def is_inside(name: str) -> bool:
    """Whether *name* is a POSIX path that stays in the folder it is relative to."""
    parts = name.split("/")
    odd = any(char in name for char in "\\:\0")
    return not odd and not any(part in {"", ".", ".."} for part in parts)


def is_output(name: str) -> bool:
    """Whether *name* can be that of a generated file, other than the manifest."""
    return _OUTPUT.fullmatch(name) is not None and name != NAME


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ManifestError("a text is missing")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ManifestError("a list is missing")
    return tuple(_text(item) for item in value)


def _versions(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ManifestError("a table is missing")
    return {_text(name): _text(version) for name, version in value.items()}


def _digests(value: object, allowed: Callable[[str], bool]) -> dict[str, str]:
    digests = _versions(value)
    for name, found in digests.items():
        if not allowed(name):
            raise ManifestError(f"it names {name[:80]!r}, which cannot be a file of ours")
        if not _DIGEST.fullmatch(found):
            raise ManifestError(f"{name[:80]!r} has no digest")
    return digests
