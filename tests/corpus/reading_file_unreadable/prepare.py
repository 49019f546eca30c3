"""A folder under the name of a file that a $ref leads to."""

from pathlib import Path

Path("things.yaml").mkdir()
