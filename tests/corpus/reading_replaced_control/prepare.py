"""A spec whose quotes were decoded as Latin-1, and saved again; with a control that is escaped."""

from pathlib import Path

Path("spec.yaml").write_text(
    'openapi: 3.1.0\ninfo: {title: "The \x93best\x94 \\eAPI", version: "1"}\npaths: {}\n',
    encoding="utf-8",
)
