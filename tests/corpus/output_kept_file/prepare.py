"""A generated file, edited by hand, that the spec no longer asks for."""

from pathlib import Path

from counterfoil_codegen.cli import main

main("generate spec.yaml --package api --output .".split())
stale = Path("api/spec.py")
stale.write_text(stale.read_text() + "mine = 1\n")
spec = Path("spec.yaml")
spec.write_text(spec.read_text().replace("operationId: listThings", "operationId: listThings\n      tags: [things]"))
