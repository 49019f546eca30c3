"""Responses that a handler returns: of one status, of a range, or of a status without a class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Expression, Identifier
from counterfoil_codegen.lower.content import Content, is_json
from counterfoil_codegen.lower.context import Context, Names, is_shared, origin_of
from counterfoil_codegen.lower.docs import content_doc
from counterfoil_codegen.lower.headers import DraftHeaders, HeaderNames, draft_headers
from counterfoil_codegen.lower.representations import read_contents
from counterfoil_codegen.naming import pascal
from counterfoil_codegen.rules import answers
from counterfoil_codegen.rules import api as rules

_REPLIES: Final = {
    200: "Ok",
    201: "Created",
    202: "Accepted",
    203: "NonAuthoritativeInformation",
    204: "NoContent",
    205: "ResetContent",
    206: "PartialContent",
    207: "MultiStatus",
    208: "AlreadyReported",
    226: "ImUsed",
    300: "MultipleChoices",
    301: "MovedPermanently",
    302: "Found",
    303: "SeeOther",
    304: "NotModified",
    305: "UseProxy",
    307: "TemporaryRedirect",
    308: "PermanentRedirect",
}
_RANGES: Final = {"2": "Successful", "3": "Redirected"}


@dataclass(frozen=True, slots=True)
class DraftSuccess:
    """A response that a handler returns."""

    status: str  # 200, 2XX
    contents: tuple[Content, ...] = ()  # each media type that it is sent as
    redirects: bool = False  # it says by `Location` where to, and has no content
    shorthand: bool = False  # its body may be returned alone, beside other replies
    headers: DraftHeaders | None = None
    doc: str = ""

    @property
    def reply(self) -> str:
        """The class of its replies: that of its status, or of the range that has it."""
        own = _REPLIES.get(int(self.status)) if self.status.isdigit() else None
        return own or _RANGES[self.status[0]]

    @property
    def is_open(self) -> bool:
        """Whether the handler gives the status."""
        return self.reply in _RANGES.values()

    def annotation(self, names: Names, *, whole: bool) -> Expression | None:
        """The type of its body: of one that is received, and *whole*, or of one that is sent."""
        if self.redirects and not self.is_open:
            return Expression.name(Identifier("Location"))
        if whole:
            return self.contents[0].annotation(names) if self.contents else None
        return _union([content.answer(names) for content in self.contents])

    def is_alike(self, names: Names) -> bool:
        """Whether a body is sent as any of its media types, and a handler need not know which."""
        if len(self.contents) < 2:
            return True
        kinds = {str(content.answer(names)) for content in self.contents}
        return len(kinds) == 1 and all(is_json(content.media_type) for content in self.contents)


def draft_success(
    context: Context, place: Node, node: Node, status: str, operation_id: str
) -> DraftSuccess:
    """Read the response *node* of a status or range."""
    origin = origin_of(place, node, pascal(operation_id), "Response")
    if not is_shared(place, node):
        origin = origin.child(status)
    content = node.part("content")
    if _is_bodiless(status) and content is not None and content.value:
        context.diagnostics.report(
            answers.BODILESS,
            content.key_span,
            f"an answer of {status} has no content: what is described here is left out",
            "describe it under another status, such as 200, or remove it",
        )
    contents = () if _is_bodiless(status) else read_contents(context, node, origin)
    is_redirect = redirects(node, status)
    headers = draft_headers(context, node, origin, redirects=is_redirect)
    doc = content_doc(context, node)
    return DraftSuccess(status, contents, is_redirect, headers=headers, doc=doc)


def with_shorthand(drafts: Sequence[DraftSuccess]) -> tuple[DraftSuccess, ...]:
    """*drafts*; where there is but a range, its body alone is a 200, if it needs no headers."""
    only = drafts[0]
    is_plain = only.headers is None or not only.headers.is_needed
    if len(drafts) > 1 or only.status != "2XX" or not only.contents or not is_plain:
        return tuple(drafts)
    return (replace(only, status="200", shorthand=True), only)


def finish_successes(
    drafts: Iterable[DraftSuccess], names: Names, headers: HeaderNames | None
) -> tuple[ir.Success, ...]:
    """One for each class of replies.

    Without *headers* they are received, not sent: their bodies are whole, their headers plain.
    """
    by_reply: defaultdict[str, list[DraftSuccess]] = defaultdict(list)
    for draft in drafts:
        by_reply[draft.reply].append(draft)
    return tuple(_finish(group, names, headers) for group in by_reply.values())


def _finish(group: Sequence[DraftSuccess], names: Names, headers: HeaderNames | None) -> ir.Success:
    first = group[0]
    told = next((draft.contents for draft in group if draft.contents), ())
    known = all(draft.status.isdigit() for draft in group)
    declared = [draft.headers for draft in group if draft.headers is not None]
    sent = {} if headers is None else {headers[one.owner]: one.is_needed for one in declared}
    return ir.Success(
        status=None if first.is_open else int(first.status),
        reply=Identifier(first.reply),
        annotation=_union([draft.annotation(names, whole=headers is None) for draft in group]),
        media_types=tuple(content.media_type for content in told),
        is_alike=all(draft.is_alike(names) for draft in group),
        statuses=tuple(int(draft.status) for draft in group) if first.is_open and known else (),
        shorthand=first.shorthand,
        headers=tuple(sent),
        docs=tuple((draft.status, draft.doc) for draft in group if draft.doc),
        needs_headers=len(declared) == len(group) and all(sent.values()) and bool(sent),
    )


def _union(annotations: Sequence[Expression | None]) -> Expression | None:
    if all(one is None for one in annotations):  # of none, too
        return None
    by_text = {str(one): one or Expression.none() for one in annotations}
    found = tuple(by_text.values())
    return found[0] if len(found) == 1 else Expression.union(*found)


def redirects(node: Node, status: str) -> bool:
    """Whether a response is no more than a redirect: its `Location` then is what is returned.

    One that has content too is typed by that.
    """
    if not status.isdigit() or status[0] != "3" or _is_bodiless(status):
        return False
    headers, content = node.part("headers"), node.part("content")
    names = {name.lower() for name, _ in headers.items()} if headers is not None else set()
    return "location" in names and (content is None or not content.value)


def report_links(context: Context, node: Node) -> None:
    """Report the links of the response *node*."""
    found = node.get("links")
    if found is not None and found.value:
        context.diagnostics.report(
            answers.LINKS,
            found.key_span,
            "the links of this response are not generated",
            f'follow them in the client, and waive = ["{answers.LINKS.id}"]',
        )


def report_mixed(context: Context, listed: Node, successes: Iterable[DraftSuccess]) -> None:
    """Report what would be sent as another media type than the spec says: that of the first."""
    first: dict[str, tuple[str, ...]] = {}
    for one in successes:
        if not one.contents:
            continue
        own = tuple(content.media_type for content in one.contents)
        taken = first.setdefault(one.reply, own)
        if taken != own:
            context.diagnostics.report(
                rules.MEDIA_TYPE,
                (listed.get(one.status) or listed).key_span,
                f"{', '.join(own)!r:.80} is not generated beside {', '.join(taken)!r:.80}: "
                f"whatever a handler returns as {one.reply} is of the same media types",
                "describe the other as an operation of its own, if it is needed",
            )


def is_final(context: Context, place: Node, status: str) -> bool:
    """Whether *status* ends a request; one of the class 1xx does not, and is reported."""
    if status[0] != "1":
        return True
    context.diagnostics.report(
        rules.INTERIM_STATUS,
        place.key_span,
        f"the status {status} is not generated: it is no answer, but comes before one",
        f'leave it out, or waive = ["{rules.INTERIM_STATUS.id}"]',
    )
    return False


def _is_bodiless(status: str) -> bool:
    return status.isdigit() and int(status) in ir.BODILESS
