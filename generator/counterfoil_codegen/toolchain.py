"""What a generated package depends on besides its spec: the tools, and this generator's own code.

The quick check asks for it each time, so it reads neither more nor slower than it must.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path
from typing import Final

TOOLS: Final = (
    "counterfoil",
    "datamodel-code-generator",
    "jinja2",
    "pydantic",
    "ruamel.yaml",
    "ruamel.yaml.clib",
    "ruff",
)
_OURS: Final = Path(__file__).parent
_CODE: Final = (".py", ".jinja")
_METADATA: Final = re.compile(r"(?P<name>[^-]+)-(?P<version>[^-]+)\.(?:dist-info|egg-info)")


def versions() -> dict[str, str]:
    """The version of each tool that is installed. What runs from a source tree has none."""
    # A listing of the import path says it, and is several times faster than importlib.metadata,
    # which reads and parses a file for each.
    wanted = {_normalised(name): name for name in TOOLS}
    found: dict[str, str] = {}
    for folder in sys.path:
        for entry in _listing(folder or os.curdir):
            metadata = _METADATA.fullmatch(entry)
            name = metadata and wanted.get(_normalised(metadata["name"]))
            if metadata and name:
                found.setdefault(name, metadata["version"])
    return dict(sorted(found.items()))


def generator_digest() -> str:
    """A digest of the generator's code and templates: another digest may mean another output."""
    hashed = hashlib.sha256()
    for name in sorted(_code(str(_OURS), "")):
        content = (_OURS / name).read_bytes().replace(b"\r\n", b"\n")
        hashed.update(f"{name}\0{len(content)}\0".encode())
        hashed.update(content)
    return hashed.hexdigest()


def _code(folder: str, prefix: str) -> list[str]:
    names: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                names += _code(entry.path, f"{prefix}{entry.name}/")
            elif entry.name.endswith(_CODE):
                names.append(prefix + entry.name)
    return names


def _normalised(name: str) -> str:
    """The name of a distribution as indexes compare it (PEP 503), with `_` as wheels write it."""
    return re.sub(r"[-_.]+", "_", name).lower()


def _listing(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries]
    except OSError:  # a zip file, or nothing at all
        return []
