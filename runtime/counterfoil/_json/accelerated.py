"""orjson, where it is installed (`counterfoil[fast]`), set up to refuse what is its alone."""

from __future__ import annotations

from types import NoneType
from typing import Final

try:
    import orjson
except ModuleNotFoundError:
    dumps = None
    OPTIONS = 0
else:
    dumps = orjson.dumps
    OPTIONS = (
        orjson.OPT_SORT_KEYS
        | orjson.OPT_PASSTHROUGH_DATACLASS
        | orjson.OPT_PASSTHROUGH_DATETIME
        | orjson.OPT_PASSTHROUGH_SUBCLASS
    )

__all__ = ["OPTIONS", "dumps", "flat_text"]

_WRITTEN_ALIKE: Final = frozenset({bool, int, str, NoneType})


def flat_text(value: object) -> bytes | None:
    """The canonical JSON of *value*, a dict of texts and whole numbers; None for anything else."""
    if (
        dumps is None
        or type(value) is not dict
        or not _WRITTEN_ALIKE.issuperset(map(type, value.values()))
    ):
        return None
    try:
        return dumps(value, None, OPTIONS)
    except TypeError:  # other keys, halves of characters, numbers of more than 64 bits
        return None
