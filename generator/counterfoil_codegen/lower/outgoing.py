"""What an API sends by itself: the requests of its webhooks and callbacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Identifier
from counterfoil_codegen.lower.content import is_json
from counterfoil_codegen.lower.context import Context, Names
from counterfoil_codegen.lower.extensions import Extension
from counterfoil_codegen.lower.keys import (
    OPERATION,
    PATH_ITEM,
    check_keys,
    check_object,
    refuse_extension,
)
from counterfoil_codegen.lower.methods import operations
from counterfoil_codegen.lower.operations import DraftOperation, Mounted, doc_of, draft_operation
from counterfoil_codegen.lower.responses import ErrorKey
from counterfoil_codegen.lower.successes import DraftSuccess, finish_successes
from counterfoil_codegen.naming import pascal, snake, told_apart
from counterfoil_codegen.rules import api as rules

MODULE: Final = "outgoing"
_USUAL_STYLES: Final = {ir.Location.QUERY: "form", ir.Location.HEADER: "simple"}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where such a request stands."""

    node: Node
    item: Node
    root: Node
    method: ir.Method
    kind: str  # webhook
    occasion: str  # webhook newOrder
    name: str  # newOrder

    def mounted(self) -> Mounted:
        """The request, as if it were served under a path without parameters."""
        stem = pascal(self.node.string("operationId") or self.name)
        suffix = self.kind.title()
        if not stem.endswith(suffix):
            stem = pascal(f"{stem}{suffix}")
        return Mounted(
            node=self.node,
            item=self.item,
            method=self.method,
            template="",
            own_template="",
            rest=None,
            id=stem,
            group=MODULE,
            extension=Extension(),
            root=self.root,
            name=snake(stem),
            stem=stem,
        )


@dataclass(frozen=True, slots=True)
class DraftMessage:
    """A request that waits for the names of schemas."""

    name: Identifier
    place: _Place
    operation: DraftOperation

    def finish(self, names: Names, errors: Mapping[ErrorKey, ir.Error]) -> ir.Message:
        body, responses = self.operation.body, self.operation.responses
        successes = responses.successes
        if self.place.node.get("responses") is None:  # then whatever says that it went well
            successes = (DraftSuccess("2XX"),)
        return ir.Message(
            name=self.name,
            occasion=self.place.occasion,
            method=self.place.method,
            parameters=tuple(one.finish(names) for one in self.operation.parameters),
            body=None if body is None else body.finish(names, {}),
            successes=finish_successes(successes, names, None),
            errors=tuple(dict.fromkeys(errors[error.key(names)] for error in responses.errors)),
            doc=doc_of(self.place.node),
            deprecated=self.place.node.boolean("deprecated") is True,
        )


def draft_messages(
    context: Context, roots: Sequence[Node], mounted: Sequence[Mounted]
) -> list[DraftMessage]:
    """Read the webhooks of all documents and the callbacks of all operations, each of them once."""
    places: dict[tuple[str, tuple[str, ...]], _Place] = {}
    for place in (*_webhooks(context, roots), *_callbacks(context, mounted)):
        places.setdefault((place.node.document.name, place.node.pointer), place)
    drafts = [(place, _draft(context, place)) for place in places.values()]
    sent = [(place, draft) for place, draft in drafts if draft is not None]
    wanted = [
        (f"{place.occasion} {place.method.value}", draft.mounted.stem) for place, draft in sent
    ]
    return [
        DraftMessage(Identifier(name), place, draft)
        for name, (place, draft) in zip(told_apart(wanted, ""), sent, strict=True)
    ]


def _webhooks(context: Context, roots: Sequence[Node]) -> Iterator[_Place]:
    for root in roots:
        for key in ("webhooks", "x-webhooks"):
            found = root.mapping(key)
            for name, node in found.items() if found is not None else ():
                yield from _of_item(context, root, node, "webhook", f"webhook {name}", name)


def _callbacks(context: Context, mounted: Sequence[Mounted]) -> Iterator[_Place]:
    for one in mounted:
        found = one.node.mapping("callbacks")
        for name, node in found.items() if found is not None else ():
            callback = context.loader.resolve(node)
            for expression, place in callback.items() if callback is not None else ():
                if not expression.startswith("x-"):
                    occasion = f"callback {name} of {one.id}"
                    own = f"{one.id} {name}"
                    yield from _of_item(context, one.root, place, "callback", occasion, own)


def _of_item(
    context: Context, root: Node, place: Node, kind: str, occasion: str, name: str
) -> Iterator[_Place]:
    item = context.loader.resolve(place)
    if item is None:
        return
    check_object(place, item, PATH_ITEM, context.diagnostics)
    found = list(operations(place, item, context.diagnostics))
    for method, node in found:
        own = name if len(found) == 1 else f"{name} {method.value.lower()}"
        yield _Place(node, item, root, method, kind, occasion, own)


def _draft(context: Context, place: _Place) -> DraftOperation | None:
    """The request at *place*; None if it is not generated, which is reported."""
    check_keys(place.node, OPERATION, context.diagnostics)
    refuse_extension(place.node, "what an API sends", context.diagnostics)
    nested = place.node.mapping("callbacks")
    for name, node in nested.items() if nested is not None else ():
        _report(context, node, f"callback {name}", "what calls it back is sent itself")
    # What answers them is somebody else's.
    draft = draft_operation(replace(context, holds_answers=False), place.mounted())
    why = _not_sent(draft)
    if why is not None:
        _report(context, place.node, place.occasion, why)
        return None
    if draft.body is None or len(draft.body.contents) == 1:
        return draft
    first, *others = draft.body.contents
    context.diagnostics.report(
        rules.MEDIA_TYPE,
        place.node.key_span,
        f"of several media types only {first.media_type!r:.80} is sent, "
        f"not {', '.join(other.media_type for other in others):.80}",
        "describe the others as requests of their own, if they are needed",
    )
    return replace(draft, body=replace(draft.body, contents=(first,)))


def _report(context: Context, node: Node, occasion: str, why: str) -> None:
    context.diagnostics.report(
        rules.CALLBACKS,
        node.key_span,
        f"the {occasion:.80} is not generated: {why}",
        f'make its requests by hand, and waive = ["{rules.CALLBACKS.id}"]',
    )


def _not_sent(draft: DraftOperation) -> str | None:
    """Why a request is not generated, if it is not."""
    for parameter in draft.parameters:
        usual = _USUAL_STYLES.get(parameter.location)
        if usual is None or parameter.media_type or parameter.style not in (None, usual):
            return f"its parameter {parameter.wire_name!r:.80} is not written in the usual way"
    content = None if draft.body is None else draft.body.contents[0]
    if content is None or is_json(content.media_type):
        return None
    if any((content.schema is not None, content.items, content.form)):
        return f"its body of {content.media_type!r:.80} is none that is written"
    return None
