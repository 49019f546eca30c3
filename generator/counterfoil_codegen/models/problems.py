"""What `models` cannot express or will not take from a schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class Kind(Enum):
    """What sort of problem it is; the caller gives each its own rule."""

    PATTERN = "pattern"  # the runtime's regex engine does not take it; the pattern is left out
    DEFAULT = "default"  # a default that its own schema refuses, or that has no literal form
    CONFLICT = "conflict"  # parts of an allOf, or keywords, that contradict each other
    LOOP = "loop"  # a schema that is nothing but itself
    UNENFORCED = "unenforced"  # a keyword that a model does not check
    MALFORMED = "malformed"  # a keyword whose value is not what JSON Schema says


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A finding in a component. `pointer` is relative to the component's schema."""

    component: str
    pointer: tuple[str, ...]
    kind: Kind
    message: str
    cure: str = ""  # where it is not what the kind says

    def __str__(self) -> str:
        where = "/".join((self.component, *self.pointer))
        return f"{where}: {self.message}"


Report: TypeAlias = Callable[[Problem], None]


class ModelError(Exception):
    """An internal error: what came out is not what this package can have asked for."""
