"""Schemas that are each made of the next, each of which takes its time."""

from pathlib import Path

LINES = [f"    S{n}: {{allOf: [{{$ref: '#/components/schemas/S{n + 1}'}}]}}" for n in range(2_000)]
HEAD = """\
openapi: 3.1.0
info: {title: More time than the configuration allows, version: "1"}
paths: {}
components:
  schemas:
    S2000: {type: object}
"""
Path("spec.yaml").write_text(HEAD + "\n".join(LINES))
