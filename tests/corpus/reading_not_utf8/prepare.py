"""A spec in Latin-1."""

from pathlib import Path

Path("spec.yaml").write_bytes(b"openapi: 3.1.0\ninfo: {title: Caf\xe9}\n")
