"""Coroutines that were started without a Deferred, and turned out to wait."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import Generic, Protocol, TypeVar

__all__ = ["Resumed"]

T = TypeVar("T")


class Stepped(Protocol):
    """What is told of each step of a coroutine."""

    def begin_step(self) -> None:
        """It runs."""

    def end_step(self) -> None:
        """It waits."""


class Resumed(Generic[T]):
    """The rest of a coroutine that has been started, and waits."""

    __slots__ = ("_steps", "_told", "_waiting_for")

    def __init__(
        self, steps: Coroutine[object, object, T], waiting_for: object, told: Stepped | None = None
    ) -> None:
        self._steps = steps
        self._waiting_for = waiting_for
        self._told = told

    async def result(self) -> T:
        """What the coroutine returns in the end, for a Deferred to drive."""
        return await self

    def __await__(self) -> Generator[object, object, T]:
        """Hand what the coroutine waits for to the driver, and what comes of it back."""
        steps, waiting_for, told = self._steps, self._waiting_for, self._told
        while True:
            fault: BaseException | None = None
            value: object = None
            try:
                value = yield waiting_for
            except GeneratorExit:  # nobody drives it any more, so there is nobody to answer
                steps.close()
                raise
            except BaseException as error:
                fault = error
            if told is not None:
                told.begin_step()
            try:
                waiting_for = steps.send(value) if fault is None else steps.throw(fault)
            except StopIteration as end:
                result: T = end.value
                return result
            finally:
                del fault  # it holds this frame
            if told is not None:
                told.end_step()
