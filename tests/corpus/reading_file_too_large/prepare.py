"""A spec that no repository should hold."""

from pathlib import Path

Path("spec.yaml").write_text("x: " + "y" * (16 * 1024 * 1024))
