"""Responses: those that a handler returns, and those that it raises."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Expression, Identifier
from counterfoil_codegen.lower.content import Content, read_content
from counterfoil_codegen.lower.context import Context, Names, is_shared, origin_of, own_name
from counterfoil_codegen.lower.phrases import PHRASES
from counterfoil_codegen.naming import class_name, digest, pascal
from counterfoil_codegen.reserved import RESERVED_CLASS_NAMES
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.schemas import Reference

_REPLIES: Final = {
    101: "SwitchingProtocols",
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
# These have no body, whatever the spec says (RFC 9110, sections 15.2, 15.3.5, 15.3.6, 15.4.5).
_BODILESS: Final = frozenset((101, 204, 205, 304))
_REDIRECTS: Final = range(300, 400)
_OPEN_NAMES: Final = {"default": "Default", "4XX": "ClientError", "5XX": "ServerError"}
_BASES: Final = {
    "default": "StatusError",
    "4XX": "ClientStatusError",
    "5XX": "ServerStatusError",
}
_STATUS: Final = re.compile(r"[1-5](?:[0-9]{2}|XX)|default")


@dataclass(frozen=True, slots=True)
class DraftSuccess:
    """A response that a handler returns."""

    status: int
    content: Content | None
    redirects: bool = False  # it says by `Location` where to, and has no content

    def finish(self, names: Names) -> ir.Success:
        annotation = None if self.content is None else self.content.answer(names)
        if self.redirects:
            annotation = Expression.name(Identifier("Location"))
        return ir.Success(
            status=self.status,
            reply=Identifier(_REPLIES[self.status]),
            annotation=annotation,
            media_type=None if self.content is None else self.content.media_type,
        )


@dataclass(frozen=True, slots=True)
class DraftError:
    """A response that a handler raises. The same draft becomes the same class."""

    status: str  # 404, 4XX, default
    owner: Reference | None  # the component response, if it is one
    owner_name: str  # its name, or that of the operation
    content: Content | None
    doc: str

    def key(self, names: Names) -> ErrorKey:
        """What makes an error class: the component response, or else the status and its type."""
        if self.owner is not None:
            return self.owner, self.status, ""
        annotation = None if self.content is None else self.content.annotation(names)
        return None, self.status, str(annotation)


ErrorKey = tuple[Reference | None, str, str]


@dataclass(frozen=True, slots=True)
class DraftResponses:
    """The responses of one operation."""

    successes: tuple[DraftSuccess, ...]
    errors: tuple[DraftError, ...]


def draft_responses(context: Context, operation: Node, operation_id: str) -> DraftResponses:
    """Sort the responses of *operation* into those returned and those raised."""
    successes: list[DraftSuccess] = []
    errors: list[DraftError] = []
    listed = operation.get("responses")
    for key, place in listed.items() if listed is not None else ():
        node = context.loader.resolve(place)
        if key.startswith("x-") or node is None:
            continue
        status = key.upper() if key != "default" else key
        _report_extras(context, node, redirects=_redirects(node, status))
        if not _STATUS.fullmatch(status):
            _report_status(context, place, key)
        elif status[0] in "45d":
            errors.append(_error(context, place, node, status, operation_id))
        elif _has_reply(context, place, status):
            successes.append(_success(context, place, node, int(status), operation_id))
    successes.sort(key=lambda success: success.status)
    if listed is not None:
        _report_mixed(context, listed, successes)
    if not successes:
        successes = [_stand_in(errors)]
    return DraftResponses(
        tuple(successes),
        tuple(sorted(errors, key=lambda error: error.status)),
    )


def finish_errors(drafts: Iterable[DraftError], names: Names) -> dict[ErrorKey, ir.Error]:
    """One class for each (component response) or (status, type), named by what it is."""
    by_key: dict[ErrorKey, DraftError] = {}
    for draft in sorted(drafts, key=lambda draft: (draft.status, draft.owner_name, draft.doc)):
        by_key.setdefault(draft.key(names), draft)
    statuses: defaultdict[Reference | None, set[str]] = defaultdict(set)
    for owner, status, _ in by_key:
        statuses[owner].add(status)
    wanted = {
        key: _wanted_name(key, draft, len(statuses[key[0]]) > 1, names)
        for key, draft in by_key.items()
    }
    final = _without_clashes(wanted)
    return {key: _finish_error(final[key], draft, names) for key, draft in by_key.items()}


def _redirects(node: Node, status: str) -> bool:
    """Whether a response is no more than a redirect: its `Location` then is what is returned.

    One that has content too is typed by that.
    """
    if not status.isdigit() or int(status) not in _REDIRECTS or int(status) in _BODILESS:
        return False
    headers, content = node.get("headers"), node.get("content")
    names = {name.lower() for name, _ in headers.items()} if headers is not None else set()
    return "location" in names and (content is None or not content.value)


def _report_extras(context: Context, node: Node, *, redirects: bool) -> None:
    """Report headers and links, but for what is typed otherwise."""
    typed = {"content-type", "location"} if redirects else {"content-type"}
    for key, cure in (("headers", "counterfoil.set_headers"), ("links", "the body, or a header")):
        found = node.get(key)
        if found is None or {name.lower() for name, _ in found.items()} <= typed:
            continue
        context.diagnostics.report(
            rules.RESPONSE_EXTRAS,
            found.key_span,
            f"the {key} of this response are not generated",
            f"set them in the handler, by {cure}",
        )


def _report_mixed(context: Context, listed: Node, successes: list[DraftSuccess]) -> None:
    """Report what would be sent as another media type than the spec says: that of the first."""
    told = [one for one in successes if one.content is not None]
    first = told[0].content if told else None
    for one in told[1:]:
        if first is None or one.content is None or one.content.media_type == first.media_type:
            continue
        context.diagnostics.report(
            rules.MEDIA_TYPE,
            (listed.get(str(one.status)) or listed).key_span,
            f"{one.content.media_type!r} is not generated beside {first.media_type!r}: "
            "the successes of an operation are of one media type",
            "describe the other as an operation of its own, if it is needed",
        )


def _success(
    context: Context, place: Node, node: Node, status: int, operation_id: str
) -> DraftSuccess:
    origin = origin_of(place, node, pascal(operation_id), "Response")
    if not is_shared(place, node):
        origin = origin.child(str(status))
    content = None if status in _BODILESS else read_content(context, node, origin)
    return DraftSuccess(status, content, _redirects(node, str(status)))


def _error(context: Context, place: Node, node: Node, status: str, operation_id: str) -> DraftError:
    own = pascal(operation_id)
    origin = origin_of(place, node, own, "Response")
    shared = is_shared(place, node)
    content = read_content(context, node, origin if shared else origin.child(_suffix(status)))
    return DraftError(
        status=status,
        owner=Reference(node.document.name, node.pointer) if shared else None,
        owner_name=pascal(own_name(node)) if shared else own,
        content=content,
        doc=node.string("description") or "",
    )


def _stand_in(errors: list[DraftError]) -> DraftSuccess:
    """What an operation without a success returns: its `default` as a 200, or no content."""
    for error in errors:
        if error.status == "default":
            return DraftSuccess(200, error.content)
    return DraftSuccess(204, None)


def _has_reply(context: Context, place: Node, status: str) -> bool:
    if status.endswith("XX"):
        context.diagnostics.report(
            rules.STATUS_RANGE,
            place.key_span,
            f"the range {status} is not generated: a handler cannot return it",
            "list each status that is returned",
        )
        return False
    if int(status) not in _REPLIES:
        context.diagnostics.report(
            rules.UNKNOWN_STATUS,
            place.key_span,
            f"the status {status} has no reply class: a handler cannot return it",
            "use a status of the IANA registry",
        )
        return False
    return True


def _report_status(context: Context, place: Node, key: str) -> None:
    context.diagnostics.report(
        rules.BAD_STATUS,
        place.key_span,
        f"the response key {key!r} is no status code",
        'write three digits, a range such as "4XX", or default',
    )


def _wanted_name(key: ErrorKey, draft: DraftError, many: bool, names: Names) -> Identifier:
    phrase = _phrase(draft.status)
    if draft.owner is not None:
        return _class(f"{draft.owner_name}{phrase}" if many else draft.owner_name)
    if draft.content is None:
        return _class(phrase)
    schema = draft.content.schema
    inline = schema is not None and str(draft.content.annotation(names)) == (
        f"models.{draft.owner_name}Response{_suffix(draft.status)}"
    )
    return _class(f"{draft.owner_name}{phrase}" if inline else f"{phrase}{_words(key[2])}")


def _class(name: str) -> Identifier:
    found = class_name(name)
    return Identifier(f"{found}_") if str(found) in RESERVED_CLASS_NAMES else found


def _words(annotation: str) -> str:
    return pascal(annotation.replace("models.", ""))


def _without_clashes(wanted: Mapping[ErrorKey, Identifier]) -> dict[ErrorKey, Identifier]:
    """Where several errors want one name, a lone component response keeps it; others step aside."""
    final = dict(wanted)
    for step in (_second_name, _last_name):
        holders: defaultdict[Identifier, list[ErrorKey]] = defaultdict(list)
        for key, name in final.items():
            holders[name].append(key)
        for name, keys in holders.items():
            components = [key for key in keys if key[0] is not None]
            for key in keys:
                if len(keys) > 1 and components != [key]:
                    final[key] = step(key, name)
    return final


def _second_name(key: ErrorKey, name: Identifier) -> Identifier:
    """The file before the name of a component response, `Empty` before that of one without body."""
    if key[0] is not None:
        return _class(f"{pascal(PurePosixPath(key[0].file).stem)}{name}")
    return _class(f"Empty{name}") if key[2] == "None" else name


def _last_name(key: ErrorKey, name: Identifier) -> Identifier:
    return Identifier(f"{name}{digest(str(key))}")


def _finish_error(name: Identifier, draft: DraftError, names: Names) -> ir.Error:
    annotation: Expression | None = None
    if draft.content is not None:
        annotation = draft.content.annotation(names)
    shared = draft.owner is not None or draft.status == "default"
    return ir.Error(
        name=name,
        base=Identifier(_BASES.get(draft.status, "ApiError")),
        status=int(draft.status) if draft.status.isdigit() else None,
        annotation=annotation,
        doc=draft.doc if shared and draft.doc else _title(draft.status),
    )


def _suffix(status: str) -> str:
    return "Default" if status == "default" else status


def _phrase(status: str) -> str:
    if status in _OPEN_NAMES:
        return _OPEN_NAMES[status]
    phrase = PHRASES.get(int(status), f"Status {status}")
    return pascal(phrase.replace("'", ""))


def _title(status: str) -> str:
    if not status.isdigit():
        return f"Any status of {status}." if status != "default" else "Any other status."
    return f"{status} {PHRASES.get(int(status), '')}".rstrip() + "."
