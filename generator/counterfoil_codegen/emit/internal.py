"""What is raised when this generator has made something that it must not make."""

from __future__ import annotations


class InternalError(Exception):
    """A bug in counterfoil, found before anything was written. No spec is to blame for it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}\nThis is a bug in counterfoil; nothing was written. Please report it."
        )
