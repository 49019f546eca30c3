"""A spec whose tag was renamed after its package was generated."""

from pathlib import Path

from counterfoil_codegen.cli import main

main("generate spec.yaml --package api --output .".split())
spec = Path("spec.yaml")
spec.write_text(spec.read_text().replace("operationId: listThings", "operationId: listThings\n      tags: [things]"))
