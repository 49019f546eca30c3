"""The members of an extension object, each held to what it may be."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from fractions import Fraction

from counterfoil_codegen.diagnostics import Diagnostics, Place, Span
from counterfoil_codegen.document import Node
from counterfoil_codegen.lower import measures
from counterfoil_codegen.rules import api as rules


class Fields:
    """The members of *node*, which messages call *what*. A value that does not fit is reported."""

    def __init__(self, node: Node, what: str, diagnostics: Diagnostics) -> None:
        self._node = node
        self.what = what
        self._diagnostics = diagnostics

    def check_keys(self, known: Collection[str], elsewhere: str = "") -> None:
        """Report keys that are not *known*; *elsewhere* helps where no known one is close."""
        for key, child in self._node.items():
            if key not in known:
                close = difflib.get_close_matches(key, known, n=1)
                cure = elsewhere or f"known keys: {', '.join(sorted(known))}"
                cure = f"did you mean {close[0]!r}?" if close else cure
                self.refuse(child.key_span, f"no key {key!r:.80}", cure, verb="has")

    def get(self, key: str) -> Node | None:
        """The member *key*, unread."""
        return self._node.get(key)

    def flag(self, key: str) -> bool:
        """Whether *key* is true."""
        node = self._node.get(key)
        if node is not None and not isinstance(node.value, bool):
            self.refuse(node, f"{key!r} is neither true nor false", f"write {key}: true")
        return node is not None and node.value is True

    def duration(self, key: str, longest: int, *, may_be_0: bool = False) -> Fraction | None:
        """The duration *key* of at most *longest* seconds; None if absent."""
        node = self._node.get(key)
        if node is None:
            return None
        found = measures.seconds(node.value)
        if found is None:
            self.refuse(node, f"{key!r} is no duration", measures.DURATION)
        elif found < 0 or (found == 0 and not may_be_0):
            what = "less than 0" if may_be_0 else "not more than 0"
            self.refuse(node, f"{key!r} is {what}", measures.DURATION)
        elif found > longest:
            self.refuse(node, f"{key!r} is more than {longest} seconds", "write a shorter one")
        else:
            return found
        return None

    def size(self, key: str, largest: int) -> int | None:
        """The size *key*, from 1 to *largest* bytes; None if absent."""
        node = self._node.get(key)
        if node is None:
            return None
        found = measures.size(node.value)
        if found is None:
            self.refuse(node, f"{key!r} is no size", measures.SIZE)
        elif found <= 0:
            self.refuse(node, f"{key!r} is not more than 0", measures.SIZE)
        elif found > largest:
            self.refuse(node, f"{key!r} is more than {largest} bytes", "write a smaller one")
        else:
            return found
        return None

    def refuse(self, place: Place | Span, message: str, cure: str, *, verb: str = "") -> None:
        """Report that the object, or a member of it, is wrong."""
        told = f"{self.what} {verb} {message}" if verb else f"{self.what}: {message}"
        self._diagnostics.report(rules.BAD_EXTENSION, place, told, cure)
