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
from counterfoil_codegen.lower.content import JSON, Content
from counterfoil_codegen.lower.context import Context, Names, is_shared, origin_of, own_name
from counterfoil_codegen.lower.headers import DraftHeaders, draft_headers
from counterfoil_codegen.lower.keys import RESPONSE, check_object
from counterfoil_codegen.lower.phrases import PHRASES
from counterfoil_codegen.lower.representations import read_content
from counterfoil_codegen.lower.successes import (
    DraftSuccess,
    draft_success,
    is_final,
    report_links,
    report_mixed,
    with_shorthand,
)
from counterfoil_codegen.naming import class_name, digest, pascal
from counterfoil_codegen.reserved import RESERVED_CLASS_NAMES
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.schemas import Reference

_OPEN_NAMES: Final = {"default": "Default", "4XX": "ClientError", "5XX": "ServerError"}
_BASES: Final = {
    "default": "StatusError",
    "4XX": "ClientStatusError",
    "5XX": "ServerStatusError",
}
_STATUS: Final = re.compile(r"[1-5](?:[0-9]{2}|XX)|default")


@dataclass(frozen=True, slots=True)
class DraftError:
    """A response that a handler raises. The same draft becomes the same class."""

    status: str  # 404, 4XX, default
    owner: Reference | None  # the component response, if it is one
    owner_name: str  # its name, or that of the operation
    content: Content | None
    doc: str
    headers: DraftHeaders | None = None

    def key(self, names: Names) -> ErrorKey:
        """What makes an error class: the component response, or else the status and its type."""
        if self.owner is not None:
            return self.owner, self.status, "", "", ""
        annotation = None if self.content is None else self.content.annotation(names)
        headers = "" if self.headers is None else self.headers.shape(names)
        return None, self.status, str(annotation), self.media_type or "", headers

    @property
    def media_type(self) -> str | None:
        """What its body is sent as, if that is not `application/json`."""
        told = None if self.content is None else self.content.media_type
        return None if told == JSON else told


ErrorKey = tuple[Reference | None, str, str, str, str]


@dataclass(frozen=True, slots=True)
class DraftResponses:
    """The responses of one operation."""

    successes: tuple[DraftSuccess, ...]
    errors: tuple[DraftError, ...]

    @property
    def headers(self) -> tuple[DraftHeaders, ...]:
        """The headers that they declare."""
        declared = [one.headers for one in self.successes]
        declared += (one.headers for one in self.errors)
        return tuple(one for one in declared if one is not None)


def draft_responses(context: Context, operation: Node, operation_id: str) -> DraftResponses:
    """Sort the responses of *operation* into those returned and those raised."""
    successes: list[DraftSuccess] = []
    errors: list[DraftError] = []
    listed = operation.part("responses")
    for key, place in listed.items() if listed is not None else ():
        node = context.loader.resolve(place)
        if key.startswith("x-") or node is None:
            continue
        check_object(place, node, RESPONSE, context.diagnostics)
        status = key.upper() if key != "default" else key
        report_links(context, node)
        if not _STATUS.fullmatch(status):
            _report_status(context, place, key)
        elif status[0] in "45d":
            errors.append(_error(context, place, node, status, operation_id))
        elif is_final(context, place, status):
            successes.append(draft_success(context, place, node, status, operation_id))
    successes.sort(key=lambda success: success.status)
    if listed is not None:
        report_mixed(context, listed, successes)
    default = next((error for error in errors if error.status == "default"), None)
    return DraftResponses(
        with_shorthand(successes or [_stand_in(default)]),
        tuple(sorted(errors, key=lambda error: error.status)),
    )


def finish_errors(drafts: Iterable[DraftError], names: Names) -> dict[ErrorKey, ir.Error]:
    """One class for each (component response) or (status, type), named by what it is."""
    by_key: dict[ErrorKey, DraftError] = {}
    for draft in sorted(drafts, key=lambda draft: (draft.status, draft.owner_name, draft.doc)):
        by_key.setdefault(draft.key(names), draft)
    statuses: defaultdict[Reference | None, set[str]] = defaultdict(set)
    for owner, status, *_ in by_key:
        statuses[owner].add(status)
    wanted = {
        key: _wanted_name(key, draft, len(statuses[key[0]]) > 1, names)
        for key, draft in by_key.items()
    }
    final = _without_clashes(wanted)
    return {key: _finish_error(final[key], draft, names) for key, draft in by_key.items()}


def _error(context: Context, place: Node, node: Node, status: str, operation_id: str) -> DraftError:
    own = pascal(operation_id)
    origin = origin_of(place, node, own, "Response")
    shared = is_shared(place, node)
    origin = origin if shared else origin.child(_suffix(status))
    return DraftError(
        status=status,
        owner=Reference(node.document.name, node.pointer) if shared else None,
        owner_name=pascal(own_name(node)) if shared else own,
        content=read_content(context, node, origin),
        doc=node.string("description") or "",
        headers=draft_headers(context, node, origin, redirects=False),
    )


def _stand_in(default: DraftError | None) -> DraftSuccess:
    """What an operation without a success returns: its `default` as a 2xx, or no content."""
    if default is None:
        return DraftSuccess("204")
    if default.content is None:
        return DraftSuccess("200", headers=default.headers)
    return DraftSuccess("2XX", (default.content,), headers=default.headers)


def _report_status(context: Context, place: Node, key: str) -> None:
    context.diagnostics.report(
        rules.BAD_STATUS,
        place.key_span,
        f"the response key {key!r:.80} is no status code",
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
    """The name after its file, `Empty`, or its media type: `ProblemJsonNotFoundProblem`.

    An error in plain JSON beside that one is a `JsonNotFoundProblem`.
    """
    if key[0] is not None:
        return _class(f"{pascal(PurePosixPath(key[0].file).stem)}{name}")
    subtype = (key[3] or JSON).partition("/")[2]
    return _class(f"{'Empty' if key[2] == 'None' else pascal(subtype)}{name}")


def _last_name(key: ErrorKey, name: Identifier) -> Identifier:
    return Identifier(f"{name}{digest(str(key if key[4] else key[:4]))}")


def _finish_error(name: Identifier, draft: DraftError, names: Names) -> ir.Error:
    annotation: Expression | None = None
    if draft.content is not None:
        annotation = draft.content.annotation(names)
    shared = draft.owner is not None or draft.status == "default"
    base = _BASES.get(draft.status, "ApiError")
    needs_headers = draft.headers is not None and draft.headers.is_needed
    return ir.Error(
        name=name,
        base=Identifier(f"{base}WithHeaders" if needs_headers else base),
        status=int(draft.status) if draft.status.isdigit() else None,
        annotation=annotation,
        doc=draft.doc if shared and draft.doc else _title(draft.status),
        media_type=draft.media_type,
        headers=None
        if draft.headers is None
        else draft.headers.finish(Identifier(f"{name}Headers"), names),
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
