"""The requests that an API sends: their parts, and what may be answered.

@sends("POST", errors=[errors.Gone])
class NewOrderWebhook(Outgoing[Ok[models.Receipt] | NoContent]):
    body: Annotated[models.Order, Body()]
    x_trace: Annotated[str | None, Header("X-Trace")] = None
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, dataclass_transform

from counterfoil._errors import ErrorClass

__all__ = ["Outgoing", "declared_of", "sends"]

T_co = TypeVar("T_co", covariant=True)
C = TypeVar("C", bound=type[object])

_DECLARED = "__counterfoil_sends__"


@dataclass_transform(kw_only_default=True, eq_default=False)
class Outgoing(Generic[T_co]):
    """The base of such requests; `T_co` is what comes back: replies, as a handler returns them.

    Type checkers see a dataclass. What it is made of is validated when it is sent.
    """

    def __init__(self, **parts: object) -> None:
        """Raises `TypeError` for a part that the class lacks, and one that is left out."""
        known = vars(type(self)).get("__annotations__", {})
        for name in parts.keys() - known.keys():
            raise TypeError(f"{type(self).__name__} has no {name!r}")
        for name in known.keys() - parts.keys() - vars(type(self)).keys():
            raise TypeError(f"{type(self).__name__} needs its {name!r}")
        vars(self).update(parts)


def sends(method: str, *, errors: Sequence[ErrorClass] = ()) -> Callable[[C], C]:
    """Say with which *method* a class of requests is sent, and which *errors* may be answered."""

    def decorate(message: C) -> C:
        setattr(message, _DECLARED, (method, tuple(errors)))
        return message

    return decorate


def declared_of(message: type[object]) -> tuple[str, tuple[ErrorClass, ...]]:
    """What `sends` has said of *message*. Raises `TypeError` if it was not asked."""
    declared: tuple[str, tuple[ErrorClass, ...]] | None = vars(message).get(_DECLARED)
    if declared is None:
        raise TypeError(f"{message.__qualname__} is not marked by `sends`")
    return declared
