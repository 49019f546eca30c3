"""Finds the operations of the documents, and settles under which path and id each is served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from counterfoil_codegen import ir
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Loader, Node
from counterfoil_codegen.lower.extensions import (
    Extension,
    read_extension,
    read_shared_extension,
)
from counterfoil_codegen.lower.keys import OPERATION, PATH_ITEM, check_keys, refuse_extension
from counterfoil_codegen.lower.methods import operations
from counterfoil_codegen.lower.operations import Mounted
from counterfoil_codegen.lower.paths import base_path, check_template, shape
from counterfoil_codegen.naming import snake
from counterfoil_codegen.rules import api as rules


def mount(roots: Sequence[Node], loader: Loader, diagnostics: Diagnostics) -> list[Mounted]:
    """The operations of all documents, in their order; what clashes is reported."""
    mounted = [one for root in roots for one in _document(root, loader, diagnostics)]
    _check_paths(mounted, diagnostics)
    _check_ids(mounted, diagnostics)
    return mounted


def _document(root: Node, loader: Loader, diagnostics: Diagnostics) -> Iterator[Mounted]:
    shared = read_shared_extension(root, diagnostics)
    paths = root.mapping("paths")
    base = base_path(root, diagnostics) or ""
    for template, place in paths.items() if paths is not None else ():
        if template.startswith("x-") or not check_template(template, place, diagnostics):
            continue
        item = loader.resolve(place)
        if item is None:
            continue
        check_keys(item, PATH_ITEM, "a path item", diagnostics)
        refuse_extension(item, "a path item", diagnostics)
        item_base = base_path(item, diagnostics)
        for method, node in operations(place, item, diagnostics):
            own = base_path(node, diagnostics)
            bases = (candidate for candidate in (own, item_base, base) if candidate is not None)
            full = next(bases) + template
            extension = read_extension(node, shared, diagnostics)
            yield _operation(root, item, node, method, template, full, extension, diagnostics)


def _operation(
    root: Node,
    item: Node,
    node: Node,
    method: ir.Method,
    template: str,
    full: str,
    extension: Extension,
    diagnostics: Diagnostics,
) -> Mounted:
    check_keys(node, OPERATION, "an operation", diagnostics)
    operation_id = node.string("operationId")
    if not operation_id:
        operation_id = f"{method.value.lower()} {template}"
        diagnostics.report(
            rules.DERIVED_ID,
            node.key_span,
            f"no operationId: the operation is called {snake(operation_id)}",
            "add an operationId, so that the name stays when the path changes",
        )
        operation_id = str(snake(operation_id))
    group = _group(root, node)
    return Mounted(node, item, method, full, template, operation_id, group, extension, root)


def _group(root: Node, node: Node) -> str:
    tags = node.sequence("tags")
    first = next(tags.elements(), None) if tags is not None else None
    if first is not None and isinstance(first.value, str):
        return first.value
    return PurePosixPath(root.document.name).name.split(".")[0]


def _check_paths(mounted: list[Mounted], diagnostics: Diagnostics) -> None:
    served: dict[tuple[str, ir.Method], Mounted] = {}
    shapes: dict[str, Mounted] = {}
    for one in mounted:
        other = served.setdefault((one.template, one.method), one)
        if other is not one:
            diagnostics.report(
                rules.DUPLICATE_OPERATION,
                one.node.key_span,
                f"{one.method.value} {one.template} is already an operation at {other.node.span}",
                "remove one of them, or mount its document under another server path",
            )
        first = shapes.setdefault(shape(one.template), one)
        if first.template != one.template:
            diagnostics.report(
                rules.CLASHING_TEMPLATES,
                one.item.key_span,
                f"{one.template!r} clashes with {first.template!r} at {first.item.key_span}: "
                "no request can tell them apart",
                "use the same parameter names in both, as one path",
            )


def _check_ids(mounted: list[Mounted], diagnostics: Diagnostics) -> None:
    """Ids are unique in an API; the names of methods in a module."""
    ids: dict[str, Mounted] = {}
    names: dict[tuple[str, str], Mounted] = {}
    for one in mounted:
        same_id = ids.setdefault(one.id, one)
        same_name = names.setdefault((str(snake(one.group)), str(snake(one.id))), one)
        if same_id is not one:
            rule, other = rules.DUPLICATE_ID, same_id
            what = f"the operationId {one.id!r} is already used"
        elif same_name is not one:
            rule, other = rules.NAME_CLASH, same_name
            what = f"the operationIds {one.id!r} and {other.id!r} both become {snake(one.id)}"
        else:
            continue
        diagnostics.report(
            rule,
            one.node.get("operationId") or one.node,
            f"{what}, at {other.node.span}",
            "rename one of them"
            if one.node.document is other.node.document
            else "rename one of them, or generate the documents as packages of their own",
        )
