"""The schemas that need a name, each met once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from counterfoil_codegen.budget import Budget
from counterfoil_codegen.document import Node
from counterfoil_codegen.schemas.labels import Labels
from counterfoil_codegen.schemas.shapes import JsonSchema, Reference


@dataclass(frozen=True, slots=True)
class Origin:
    """What an inline schema is named after: the schema or name around it, and its place in that."""

    parent: Reference | str
    suffix: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return str(self.parent), self.suffix

    def child(self, suffix: str) -> Origin:
        return Origin(self.parent, self.suffix + suffix)


@dataclass(slots=True)
class Component:
    """A schema that gets a name."""

    node: Node
    origin: Origin | None  # None: named by where it stands
    is_request: bool  # whether it is as requests have it, where that differs
    named_at: Reference  # the place that its name tells
    schema: JsonSchema = field(default_factory=dict)
    users: set[str] = field(default_factory=set)

    @property
    def reference(self) -> Reference:
        return Reference(self.node.document.name, self.node.pointer, self.is_request)


class Registry:
    """The named schemas of an API."""

    def __init__(self, budget: Budget, labels: Labels) -> None:
        self._budget = budget
        self._labels = labels
        self._found: dict[Reference, Component] = {}
        self._to_build: deque[Component] = deque()

    def __iter__(self) -> Iterator[Component]:
        return iter(self._found.values())

    def component(self, node: Node, origin: Origin | None, *, is_request: bool) -> Component:
        """The component of *node*; *origin* is None for one that is named by where it stands.

        Raises:
            BudgetError: it is one too many.
        """
        reference = Reference(node.document.name, node.pointer, is_request)
        found = self._found.get(reference)
        if found is None:
            place = self._labels.place(node)
            found = self._found[reference] = Component(node, origin, is_request, place)
            self._to_build.append(found)
            self._budget.check_schemas(len(self._found), node)
        elif origin is None or (found.origin is not None and origin.key < found.origin.key):
            found.origin = origin  # whatever the order of reading, the same one is left
        return found

    def add_user(self, reference: Reference, user: str) -> None:
        """Note that the module *user* names this component itself."""
        self._found[reference].users.add(user)

    def unbuilt(self) -> Iterator[Component]:
        """Each component that was met and not yet built, also while others are met."""
        while self._to_build:
            yield self._to_build.popleft()
