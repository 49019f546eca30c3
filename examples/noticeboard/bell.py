"""Waking those who wait for news of a board."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from twisted.internet.defer import Deferred


class Bell:
    """Rings for everyone who listens to a board, in this process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Deferred[None]]] = {}

    def ring(self, board_id: str) -> None:
        """Wake all who listen to *board_id* now."""
        for listener in self._listeners.pop(board_id, set()):
            listener.callback(None)

    @contextmanager
    def listen(self, board_id: str) -> Iterator[Deferred[None]]:
        """Hear the next ring for *board_id*: the Deferred fires, whether it is awaited yet or not.

        So look for news after you began to listen, not before: then none can slip in between.
        """
        rung = Deferred[None]()
        self._listeners.setdefault(board_id, set()).add(rung)
        try:
            yield rung
        finally:
            self._leave(board_id, rung)

    def _leave(self, board_id: str, rung: Deferred[None]) -> None:
        listeners = self._listeners.get(board_id, set())
        listeners.discard(rung)
        if not listeners:
            self._listeners.pop(board_id, None)

    def __len__(self) -> int:
        """How many listen."""
        return sum(len(listeners) for listeners in self._listeners.values())
