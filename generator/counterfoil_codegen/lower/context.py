"""What the lowering of one API carries along."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Loader, Node
from counterfoil_codegen.fragments import Expression, Identifier
from counterfoil_codegen.lower.methods import FIELDS
from counterfoil_codegen.naming import pascal
from counterfoil_codegen.schemas import Components, JsonSchema, Origin, Reference, View
from counterfoil_codegen.schemas.annotations import (
    ANNOTATIONS,
    admits_null,
    annotate,
    is_plain,
    references,
)
from counterfoil_codegen.schemas.assign import put_names
from counterfoil_codegen.schemas.shapes import nullable

# The index of a parameter, and the status of a response.
_UNNAMED: Final = re.compile(r"[0-9]+|[1-5]XX|default")

Names = Mapping[Reference, Identifier]


@dataclass(frozen=True, slots=True)
class Context:
    """The reader, the findings, and the schemas met so far."""

    loader: Loader
    diagnostics: Diagnostics
    components: Components
    holds_answers: bool = True
    """Whether the API answers, and its answers may be validated; else it sends, and is answered."""

    def has_no_errors(self) -> bool:
        """Whether nothing was found so far that forbids to generate."""
        return not self.diagnostics.has_errors

    def received(self, node: Node, origin: Origin, *, constraints: bool = False) -> JsonSchema:
        """The schema of *node*, in a request, as `annotate` can tell it: see `_typed`."""
        return _typed(self.components.of_requests, node, origin, constraints=constraints)

    def body(self, node: Node, origin: Origin) -> JsonSchema:
        """The schema of *node*, in the body of a request.

        In one that the API sends it is as in its answers: what is `readOnly` is the API's to tell.
        """
        if self.holds_answers:
            return self.received(node, origin)
        return _typed(self.components.of_responses, node, origin, constraints=False)

    def contract(self, node: Node) -> str | None:
        """The name of the schema that such a body is held against; None if its model does all."""
        components = self.components
        return (components.contracts if self.holds_answers else components.outgoing).name(node)

    def sent(self, node: Node, origin: Origin, *, constraints: bool = False) -> JsonSchema:
        """The schema of *node*, in a response, as `annotate` can tell it: see `_typed`."""
        if not self.holds_answers:
            self.components.unchecked.add(node)
        return _typed(self.components.of_responses, node, origin, constraints=constraints)

    def held(self, node: Node, *, is_event: bool = False) -> str | None:
        """The name of the schema that what is sent as *node* is held against, if it is."""
        answers = self.components.answers
        return answers.whole(node, is_event=is_event) if self.holds_answers else None

    def held_data(self, node: Node) -> str | None:
        """The same, of the data of events."""
        return self.components.answers.data(node) if self.holds_answers else None

    def mark_users(self, schema: JsonSchema, user: str) -> None:
        """Note that the module *user* names the schemas that *schema* refers to."""
        for reference in references(schema):
            self.components.add_user(reference, user)


def _typed(view: View, node: Node, origin: Origin, *, constraints: bool) -> JsonSchema:
    """The schema of *node*, by a name where it is not plain.

    With *constraints*, bounds on top do not matter: they are told beside the annotation.
    """
    schema = view.use(node, origin)
    if is_plain(schema, constraints=constraints) or not schema.keys() - ANNOTATIONS:
        return schema
    named: JsonSchema = {"$ref": view.inline(node, origin).reference}
    named = nullable(named) if admits_null(schema) else named
    return named | {key: schema[key] for key in ANNOTATIONS & schema.keys()}


def expression(schema: JsonSchema, names: Names) -> Expression:
    """The annotation of a plain *schema*."""
    return annotate(put_names(schema, names))


def origin_of(place: Node, target: Node, own: str, suffix: str) -> Origin:
    """What an inline schema is named after: the component if it stands in one, else *own*."""
    return Origin(pascal(own_name(target)) if is_shared(place, target) else own, suffix)


def is_shared(place: Node, target: Node) -> bool:
    """Whether *target*, which *place* refers to, has a name of its own: a component, or a file.

    What stands in a path or an operation has none, in whatever file.
    """
    first, inner = target.pointer[:1], target.pointer[:-1]
    return target != place and not (
        first in (("paths",), ("webhooks",))
        or (first in (("parameters",), ("responses",)) and _UNNAMED.fullmatch(target.name))
        or FIELDS.keys() & set(inner)
    )


def own_name(target: Node) -> str:
    """The name of what a `$ref` led to: the last word of its pointer, or that of its file."""
    return target.pointer[-1] if target.pointer else PurePosixPath(target.document.name).stem
