"""Small models to canonical JSON, in one step.

orjson (`counterfoil[fast]`) sorts and writes what pydantic would convert first, and canonicaljson
then sort and write, in a quarter of the time. It is given only what it writes the same, to the byte
(`views`). Whatever else there is, and all of it without orjson, is left to them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from counterfoil._json.accelerated import OPTIONS, dumps
from counterfoil._json.guards import UnsureError
from counterfoil._json.views import View, views_of

__all__ = ["small_text", "small_texts"]

_Looks: TypeAlias = tuple[View, Callable[[object], object]]
"""How to view a model, and what is in it that orjson does not know."""


class _Known(dict[type, _Looks | None]):
    """What is known of types; None for those that are left to pydantic."""

    def __missing__(self, kind: type) -> _Looks | None:
        views = views_of(kind)
        looks = None
        if views is not None:
            seen = {known: view.one for known, view in views.items()}
            looks = views[kind], lambda value: seen[type(value)](value)
        self[kind] = looks
        return looks


_known = _Known()


def small_text(body: object) -> bytes | None:
    """The canonical JSON of *body*, a small model of plain fields; None for anything else."""
    looks = _known[type(body)]
    if looks is None or dumps is None:
        return None
    view, view_other = looks
    try:
        return dumps(view.one(body), view_other, OPTIONS)
    except (UnsureError, KeyError, TypeError):
        return None


def small_texts(bodies: Sequence[object]) -> bytes | None:
    """The canonical JSON of all *bodies*, between commas, if all are such models, of one class."""
    kind = type(bodies[0])
    looks = _known[kind]
    if looks is None or dumps is None or set(map(type, bodies)) != {kind}:
        return None
    view, view_other = looks
    try:
        return dumps(view.many(bodies), view_other, OPTIONS)[1:-1]
    except (UnsureError, KeyError, TypeError):
        return None
