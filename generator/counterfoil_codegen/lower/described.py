"""What the answers of an operation are held against, where they are."""

from __future__ import annotations

from collections.abc import Iterable

from counterfoil_codegen import ir
from counterfoil_codegen.lower.content import Content
from counterfoil_codegen.lower.headers import DraftHeaders
from counterfoil_codegen.lower.responses import DraftResponses


def describe(drafts: DraftResponses) -> tuple[ir.DescribedResponse, ...]:
    """Each response of *drafts*, by its status.

    Where nothing but a `default` is declared, a success is held against that.
    """
    found = {
        error.status: _response(
            error.status, () if error.content is None else (error.content,), error.headers
        )
        for error in drafts.errors
    }
    for success in drafts.successes:
        found[success.status] = _response(success.status, success.contents, success.headers)
    return tuple(found[status] for status in sorted(found))


def _response(
    status: str, contents: Iterable[Content], headers: DraftHeaders | None
) -> ir.DescribedResponse:
    members = () if headers is None else headers.members
    return ir.DescribedResponse(
        status,
        tuple(_content(content) for content in contents),
        tuple(member.described() for member in members),
    )


def _content(content: Content) -> ir.DescribedContent:
    items = content.items
    if items is None:
        return ir.DescribedContent(content.media_type, content.contract)
    held = ir.Held.DATA if items.are_data else ir.Held.EVENTS if items.events else ir.Held.ITEMS
    return ir.DescribedContent(content.media_type, items.contract, held)
