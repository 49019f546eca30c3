"""A file of somebody else's where a generated one would go."""

from pathlib import Path

Path("api").mkdir()
Path("api/__init__.py").write_text("mine = 1\n")
