"""A spec that is read into much more memory than it has bytes."""

from pathlib import Path

HEAD = """\
openapi: 3.1.0
info: {title: More memory than the configuration allows, version: "1"}
paths: {}
x-much:
"""
Path("spec.yaml").write_text(HEAD + "- {a: [b, c, d, e, f, g, h]}\n" * 40_000)
