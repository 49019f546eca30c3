"""Collects the schemas that need a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from counterfoil_codegen.budget import Budget
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Loader, Node
from counterfoil_codegen.rules.reading import REFERENCES
from counterfoil_codegen.schemas.contracts import Contracts
from counterfoil_codegen.schemas.dialects import Dialects
from counterfoil_codegen.schemas.labels import Labels
from counterfoil_codegen.schemas.left_out import LeftOut
from counterfoil_codegen.schemas.one_way import OneWay
from counterfoil_codegen.schemas.registry import Component, Registry
from counterfoil_codegen.schemas.shapes import Reference
from counterfoil_codegen.schemas.unchecked import Unchecked
from counterfoil_codegen.schemas.views import View


class Components:
    """The named schemas of an API, as its requests and as its responses have them."""

    def __init__(
        self,
        roots: Sequence[Node],
        loader: Loader,
        diagnostics: Diagnostics,
        dialects: Dialects,
        budget: Budget,
    ) -> None:
        with diagnostics.standing_in(dict.fromkeys(REFERENCES)):
            labels = Labels(roots, loader, dialects)
        self._registry = Registry(budget, labels)
        one_way = OneWay(loader)
        self.unchecked = Unchecked(loader, dialects)
        self.left_out = left_out = LeftOut(loader)
        self.contracts = Contracts(loader, dialects, one_way, left_out, budget, is_request=True)
        self.outgoing = Contracts(
            loader, dialects, one_way, left_out, budget, is_request=False, beside=self.contracts
        )
        self.answers = Contracts(loader, dialects, one_way, left_out, budget, is_request=False)
        self.of_requests = View(
            self._registry, labels, loader, diagnostics, dialects, one_way, is_request=True
        )
        self.of_responses = View(
            self._registry, labels, loader, diagnostics, dialects, one_way, is_request=False
        )

    def __iter__(self) -> Iterator[Component]:
        return iter(self._registry)

    def add_user(self, reference: Reference, user: str) -> None:
        """Note that the module *user* names this component itself."""
        self._registry.add_user(reference, user)

    def build(self) -> None:
        """Build what was found, and what that refers to, and so on."""
        for component in self._registry.unbuilt():
            (self.of_requests if component.is_request else self.of_responses).build(component)
