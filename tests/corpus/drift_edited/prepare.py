"""A generated file that was edited by hand."""

from pathlib import Path

from counterfoil_codegen.cli import main

main("generate spec.yaml --package api --output .".split())
edited = Path("api/spec.py")
edited.write_text(edited.read_text().replace("/things", "/thinks"))
