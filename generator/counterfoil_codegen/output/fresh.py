"""Whether a generated package is as its manifest says, and the manifest as everything is now.

This proves that nothing has changed since the package was generated; it does not generate. It opens
files and hashes them, and imports nothing that would take longer than that.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from counterfoil_codegen import ordinary, toolchain
from counterfoil_codegen.output import manifest as manifests
from counterfoil_codegen.output.lock import shared
from counterfoil_codegen.output.manifest import Manifest, ManifestError
from counterfoil_codegen.output.places import content
from counterfoil_codegen.target import Target

_SUFFIXES: Final = (".yaml", ".yml", ".json")
# Lets through whatever may be an OpenAPI document, and some files that are none: those cost time.
_MAYBE_OPENAPI: Final = re.compile(rb"""\b(?:openapi|swagger)["']?\s*:""")


def is_fresh(target: Target) -> bool:
    """Whether generating would change nothing, as far as hashes tell. No: find out in full."""
    try:
        with shared(target.output):
            data = content(target.folder, manifests.NAME)
            manifest = None if data is None else Manifest.from_bytes(data)
            return manifest is not None and manifest.to_bytes() == data and _holds(manifest, target)
    except (OSError, ManifestError, ordinary.TooLargeError):
        return False


def _holds(manifest: Manifest, target: Target) -> bool:
    return (
        (manifest.package, manifest.sources) == (target.package, target.sources)
        and manifest.tools == toolchain.versions()
        and manifest.generator == toolchain.generator_digest()
        and _inputs_hold(manifest.inputs, target.root)
        and not any(name not in manifest.inputs for name in _documents(manifest.inputs, target))
        and _outputs_hold(manifest.outputs, target.folder)
    )


def _inputs_hold(inputs: Mapping[str, str], root: Path) -> bool:
    return all(
        manifests.text_digest(ordinary.read(root / name)) == digest
        for name, digest in inputs.items()
    )


def _outputs_hold(outputs: Mapping[str, str], folder: Path) -> bool:
    return all(
        (found := content(folder, name)) is not None and manifests.digest(found) == digest
        for name, digest in outputs.items()
    )


def _documents(known: Mapping[str, str], target: Target) -> Iterator[str]:
    """What lies in the spec's folders and may be an OpenAPI document."""
    real_root = Path(os.path.realpath(target.root))
    for spec in target.specs:
        for parent, folders, names in os.walk(spec):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for path in (Path(parent, name) for name in names if name.endswith(_SUFFIXES)):
                real = Path(os.path.realpath(path))
                name = os.path.relpath(real, real_root).replace(os.sep, "/")
                if name not in known and _may_be_openapi(real, real_root):
                    yield name


def _may_be_openapi(real: Path, root: Path) -> bool:
    """Whether generating would read a file, or say that it may not: it passes others over."""
    if not real.is_relative_to(root):
        return True
    if not stat.S_ISREG(real.stat().st_mode):
        return False
    return bool(_MAYBE_OPENAPI.search(ordinary.beginning(real).replace(b"\0", b"")))
