"""A spec whose quotes were decoded as Latin-1, and saved again."""

from pathlib import Path

Path("spec.yaml").write_text(
    'openapi: 3.1.0\ninfo: {title: "The \x93best\x94 API", version: "1"}\npaths: {}\n',
    encoding="utf-8",
)
