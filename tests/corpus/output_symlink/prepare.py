"""A symbolic link where the package would go."""

from pathlib import Path

Path("elsewhere").mkdir()
Path("api").symlink_to("elsewhere")
