"""A spec that begins with a byte order mark."""

from pathlib import Path

Path("spec.yaml").write_bytes(b"\xef\xbb\xbfopenapi: 3.1.0\n")
