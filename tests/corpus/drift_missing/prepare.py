"""A generated file that was deleted."""

from pathlib import Path

from counterfoil_codegen.cli import main

main("generate spec.yaml --package api --output .".split())
Path("api/spec.py").unlink()
