"""Finds the operations of the documents, and settles under which path and id each is served."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from counterfoil_codegen import ir
from counterfoil_codegen.diagnostics import Diagnostics, Span
from counterfoil_codegen.document import Loader, Node
from counterfoil_codegen.fragments import Identifier
from counterfoil_codegen.lower.extensions import (
    Extension,
    read_extension,
    read_shared_extension,
)
from counterfoil_codegen.lower.keys import (
    OPERATION,
    PATH_ITEM,
    check_keys,
    check_object,
    refuse_extension,
)
from counterfoil_codegen.lower.methods import operations
from counterfoil_codegen.lower.operations import Mounted
from counterfoil_codegen.lower.paths import base_path, check_template, shape
from counterfoil_codegen.lower.rest import rest_parameter
from counterfoil_codegen.naming import pascal, snake, told_apart
from counterfoil_codegen.reserved import RESERVED_OPERATION_NAMES
from counterfoil_codegen.rules import api as rules


def mount(roots: Sequence[Node], loader: Loader, diagnostics: Diagnostics) -> list[Mounted]:
    """The operations of all documents, in their order; what clashes is reported."""
    mounted = _with_rests([one for root in roots for one in _document(root, loader, diagnostics)])
    served = _served(mounted, diagnostics)
    return _named(_identified(served, diagnostics), diagnostics)


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
        check_object(place, item, PATH_ITEM, diagnostics)
        refuse_extension(item, "a path item", diagnostics)
        item_base = base_path(item, diagnostics)
        for method, node in operations(place, item, diagnostics):
            own = base_path(node, diagnostics)
            bases = (candidate for candidate in (own, item_base, base) if candidate is not None)
            full = f"{next(bases)}/{template.removeprefix('/')}"
            extension = read_extension(node, shared, diagnostics)
            rest = rest_parameter(template, (item, node), loader, diagnostics)
            yield _operation(root, item, node, method, template, full, rest, extension, diagnostics)


def _with_rests(mounted: list[Mounted]) -> list[Mounted]:
    """*mounted*: where one operation of a path has a parameter that takes its rest, all have."""
    rests = {one.template: one.rest for one in mounted if one.rest is not None}
    return [replace(one, rest=rests.get(one.template)) for one in mounted]


def _operation(
    root: Node,
    item: Node,
    node: Node,
    method: ir.Method,
    template: str,
    full: str,
    rest: str | None,
    extension: Extension,
    diagnostics: Diagnostics,
) -> Mounted:
    check_keys(node, OPERATION, diagnostics)
    id_ = node.string("operationId") or ""
    return Mounted(
        node=node,
        item=item,
        method=method,
        template=full,
        own_template=template,
        rest=rest,
        id=id_,
        group=_group(root, node),
        extension=extension,
        root=root,
        name=snake(id_, RESERVED_OPERATION_NAMES),
        stem=pascal(id_),
    )


def _group(root: Node, node: Node) -> str:
    tags = node.sequence("tags")
    first = next(tags.elements(), None) if tags is not None else None
    if first is not None and isinstance(first.value, str):
        return first.value
    return PurePosixPath(root.document.name).name.split(".")[0]


def _served(mounted: list[Mounted], diagnostics: Diagnostics) -> list[Mounted]:
    """*mounted* without what no request would reach: that is reported."""
    served: dict[tuple[str, ir.Method], Mounted] = {}
    for one in mounted:
        other = served.setdefault((shape(one.template, one.rest), one.method), one)
        if other is one:
            continue
        if other.template == one.template:
            diagnostics.report(
                rules.DUPLICATE_OPERATION,
                one.node.key_span,
                f"{one.method.value} {one.template:.80} is already an operation "
                f"at {other.node.span}",
                "remove one of them, or mount its document under another server path",
            )
        else:
            diagnostics.report(
                rules.CLASHING_TEMPLATES,
                _listed(one),
                f"{one.template!r:.80} clashes with {other.template!r:.80} at {_listed(other)}: "
                f"no {one.method.value} request can tell them apart",
                "remove one of them, or change its path; "
                f'with waive = ["{rules.CLASHING_TEMPLATES.id}"] the first is served',
            )
    return list(served.values())


def _listed(mounted: Mounted) -> Span:
    """Where its document lists the path: what is at it may stand in another file."""
    paths = mounted.root.get("paths")
    entry = None if paths is None else paths.get(mounted.own_template)
    return (entry or mounted.item).key_span


def _identified(mounted: list[Mounted], diagnostics: Diagnostics) -> list[Mounted]:
    """*mounted*, each with an id of its own: derived where it has none, or not for itself."""
    owners: dict[str, Mounted] = {}
    counts = Counter(one.id for one in mounted)
    wanted = [
        (one.id, one.id)
        if one.id and counts[one.id] == 1
        else (f"{one.method.value} {one.template}", str(snake(_derived(one))))
        for one in mounted
    ]
    found = [replace(one, id=id_) for one, id_ in zip(mounted, told_apart(wanted), strict=True)]
    for one, renamed in zip(mounted, found, strict=True):
        other = owners.setdefault(one.id, one)
        if not one.id:
            diagnostics.report(
                rules.DERIVED_ID,
                one.node.key_span,
                f"no operationId: the operation is called {snake(renamed.id)}",
                "add an operationId, so that the name stays when the path changes",
            )
        elif other is not one:
            diagnostics.report(
                rules.DUPLICATE_ID,
                one.node.get("operationId") or one.node,
                f"the operationId {one.id!r:.80} is already used, at {other.node.span}: "
                f"both are named after their paths, this one {snake(renamed.id)}",
                "rename one of them",
            )
    return found


def _derived(one: Mounted) -> str:
    return f"{one.method.value.lower()} {one.own_template}"


def _named(mounted: list[Mounted], diagnostics: Diagnostics) -> list[Mounted]:
    """*mounted*, each with names that no other operation of its module has."""
    by_module: defaultdict[Identifier, list[Mounted]] = defaultdict(list)
    for one in mounted:
        by_module[snake(one.group)].append(one)
    named: dict[str, Mounted] = {}
    for members in by_module.values():
        wanted = [(one.id, str(snake(one.id, RESERVED_OPERATION_NAMES))) for one in members]
        classes = [(one.id, pascal(one.id)) for one in members]
        names = zip(told_apart(wanted), told_apart(classes, ""), strict=True)
        for one, (name, stem), (_, plain) in zip(members, names, wanted, strict=True):
            named[one.id] = replace(one, name=Identifier(name), stem=stem)
            if name != plain:
                _report_alike(one, plain, name, diagnostics)
    return [named[one.id] for one in mounted]


def _report_alike(one: Mounted, plain: str, name: str, diagnostics: Diagnostics) -> None:
    diagnostics.report(
        rules.NAME_CLASH,
        one.node.get("operationId") or one.node,
        f"the operationId {one.id!r:.80} is not the only one that becomes {plain}: "
        f"the operation is called {name}",
        "rename one of them",
    )
