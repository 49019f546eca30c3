"""The modules of an API: one for each tag, and the names in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.diagnostics import Diagnostics, Place
from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Identifier
from counterfoil_codegen.lower.context import Context, Names
from counterfoil_codegen.lower.operations import DraftOperation
from counterfoil_codegen.lower.paths import parameter_names
from counterfoil_codegen.lower.responses import ErrorKey
from counterfoil_codegen.naming import digest, pascal, snake, upper
from counterfoil_codegen.reserved import RESERVED_CONSTANT_NAMES, RESERVED_MODULE_NAMES
from counterfoil_codegen.rules import api as rules

_LONGEST_STEM: Final = 32  # `XServlet(x).register(server)` holds it twice


def finish_groups(
    roots: Sequence[Node],
    context: Context,
    drafts: Sequence[DraftOperation],
    names: Names,
    errors: Mapping[ErrorKey, ir.Error],
) -> tuple[ir.Group, ...]:
    """The groups by module name. Tags that are spelled differently may share a module."""
    by_module: defaultdict[Identifier, list[DraftOperation]] = defaultdict(list)
    for draft in drafts:
        by_module[module_name(draft.mounted.group)].append(draft)
    docs = _tag_docs(roots)
    groups = tuple(
        _group(module, members, docs, names, errors)
        for module, members in sorted(by_module.items(), key=lambda pair: str(pair[0]))
    )
    for group in groups:
        _check_names(group, context.diagnostics)
    _check_handlers(groups, context.diagnostics)
    return groups


def _group(
    module: Identifier,
    members: list[DraftOperation],
    docs: Mapping[str, str],
    names: Names,
    errors: Mapping[ErrorKey, ir.Error],
) -> ir.Group:
    tag = min(draft.mounted.group for draft in members)
    stem = pascal(tag, _LONGEST_STEM)
    paths = _paths(members)
    return ir.Group(
        module=module,
        handler=Identifier(f"{stem}Handler"),
        servlet=Identifier(f"{stem}Servlet"),
        doc=docs.get(tag, ""),
        operations=tuple(
            draft.finish(paths[draft.mounted.template], names, errors) for draft in members
        ),
    )


def module_name(group: str) -> Identifier:
    return snake(group, RESERVED_MODULE_NAMES)


def _check_names(group: ir.Group, diagnostics: Diagnostics) -> None:
    """Report two things of one module that would have one name."""
    taken: dict[Identifier, tuple[str, Place]] = {}
    for name, what, place in _module_level(group):
        other, _ = taken.setdefault(name, (what, place))
        if other != what:
            diagnostics.report(
                rules.NAME_CLASH,
                place,
                f"{what} and {other} both become {name} in the module {group.module}",
                "rename one of them",
            )


def _check_handlers(groups: Sequence[ir.Group], diagnostics: Diagnostics) -> None:
    """Report two modules whose handlers would have one name in the package."""
    taken: dict[Identifier, ir.Group] = {}
    for group in groups:
        other = taken.setdefault(group.handler, group)
        if other is not group:
            diagnostics.report(
                rules.NAME_CLASH,
                group.operations[0].place,
                f"the handlers of the modules {other.module} and {group.module} "
                f"both become {group.handler}",
                "spell the tags of the one and the other alike, or more differently",
            )


def _module_level(group: ir.Group) -> Iterator[tuple[Identifier, str, Place]]:
    first = group.operations[0].place
    yield group.handler, "the handler", first
    yield group.servlet, "the servlet", first
    for operation in group.operations:
        place = operation.place
        yield operation.input, f"the input of {operation.id!r}", place
        yield operation.path.constant, f"the path {operation.path.template!r}", place
        for error in operation.errors:
            yield error.name, f"the error {error.name}", place


def _tag_docs(roots: Sequence[Node]) -> dict[str, str]:
    docs: dict[str, str] = {}
    for root in roots:
        tags = root.sequence("tags")
        for tag in tags.elements() if tags is not None else ():
            name, doc = tag.string("name"), tag.string("description")
            if name and doc:
                docs.setdefault(name, doc)
    return docs


def _paths(members: list[DraftOperation]) -> dict[str, ir.Path]:
    """The path of each template of a module, with a constant of its own.

    The constant is named after the template without its base path, or with it where two would be
    the same; a hash tells apart what still is (`/a/{b}` and `/a/b`).
    """
    by_template = {draft.mounted.template: draft for draft in members}
    constants = {one: _constant(draft.mounted.own_template) for one, draft in by_template.items()}
    for rename in (_constant, lambda text: Identifier(f"{_constant(text)}_{digest(text).upper()}")):
        counts = Counter(constants.values())
        for template, constant in constants.items():
            if counts[constant] > 1:
                constants[template] = rename(template)
    return {
        template: _path(constants[template], template, draft)
        for template, draft in by_template.items()
    }


def _path(constant: Identifier, template: str, draft: DraftOperation) -> ir.Path:
    python_names = draft.path_names()
    renamed = tuple(map(str, python_names)) != parameter_names(template)
    return ir.Path(constant, template, python_names, renamed)


def _constant(template: str) -> Identifier:
    name = upper(template) if template.strip("/") else Identifier("ROOT")
    return Identifier(f"{name}_") if str(name) in RESERVED_CONSTANT_NAMES else name
