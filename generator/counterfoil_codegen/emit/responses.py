"""What the template of the module `_responses` sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from counterfoil_codegen import ir
from counterfoil_codegen.emit.views import GroupView
from counterfoil_codegen.entries import json_entries
from counterfoil_codegen.fragments import Constant


@dataclass(frozen=True, slots=True)
class ResponsesView:
    """What answers are held against, as JSON."""

    operations: Constant
    schemas: Constant


def responses_view(api: ir.Api, groups: Iterable[tuple[ir.Group, GroupView]]) -> ResponsesView:
    """What the answers of *api* are held against, by the methods of its servlets."""
    operations = {
        f"{view.servlet}.{shown.servlet_name}": {
            "id": operation.id,
            "responses": {each.status: _response(each) for each in operation.described},
        }
        for group, view in groups
        for operation, shown in zip(group.operations, view.operations, strict=True)
    }
    return ResponsesView(Constant(json_entries(operations)), Constant(api.answers or "{}"))


def _response(response: ir.DescribedResponse) -> dict[str, object]:
    contents = {each.media_type: {each.held.value: each.contract} for each in response.contents}
    headers = {each.wire_name: _header(each) for each in response.headers}
    parts = {"content": contents, "headers": headers}
    return {name: part for name, part in parts.items() if part}


def _header(header: ir.DescribedHeader) -> dict[str, object]:
    said = {"explode": header.explode, "json": header.is_json, "required": header.required}
    return {name: value for name, value in said.items() if value} | {"schema": header.contract}
