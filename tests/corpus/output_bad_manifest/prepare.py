"""A manifest that somebody broke."""

from pathlib import Path

from counterfoil_codegen.cli import main

main("generate spec.yaml --package api --output .".split())
Path("api/counterfoil.json").write_text("{")
