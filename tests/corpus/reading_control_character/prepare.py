"""A spec with an escape that moves a terminal's cursor."""

from pathlib import Path

Path("spec.yaml").write_bytes(b"openapi: 3.1.0\ninfo: {title: \"a\x1b[2Jb\"}\n")
