"""Schemas that are each the opposite of the next, without an end that could be reached."""

from pathlib import Path

LINES = [f"    S{n}: {{not: {{$ref: '#/components/schemas/S{n + 1}'}}}}" for n in range(2_000)]
HEAD = """\
openapi: 3.1.0
info: {title: Schemas that nest too deeply to be followed, version: "1"}
paths:
  /a:
    put:
      operationId: a
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}
      responses: {"204": {description: Done}}
components:
  schemas:
    S2000: {type: object}
"""
Path("spec.yaml").write_text(HEAD + "\n".join(LINES))
