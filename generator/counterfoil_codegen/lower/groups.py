"""The modules of an API: one for each tag, and the names in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Identifier
from counterfoil_codegen.lower.classes import Classes
from counterfoil_codegen.lower.operations import DraftOperation
from counterfoil_codegen.lower.paths import parameter_names
from counterfoil_codegen.naming import digest, pascal, snake, told_apart, upper
from counterfoil_codegen.reserved import RESERVED_CONSTANT_NAMES, RESERVED_MODULE_NAMES

_LONGEST_STEM: Final = 32  # `XServlet(x).register(server)` holds it twice


def finish_groups(
    roots: Sequence[Node],
    drafts: Sequence[DraftOperation],
    classes: Classes,
) -> tuple[ir.Group, ...]:
    """The groups by module name. Tags that are spelled differently may share a module."""
    by_module: defaultdict[Identifier, list[DraftOperation]] = defaultdict(list)
    for draft in drafts:
        by_module[module_name(draft.mounted.group)].append(draft)
    docs = _tag_docs(roots)
    modules = sorted(by_module.items(), key=lambda pair: str(pair[0]))
    tags = [min(draft.mounted.group for draft in members) for _, members in modules]
    stems = told_apart([(tag, pascal(tag, _LONGEST_STEM)) for tag in tags], "")
    return tuple(
        _group(module, stem, docs.get(tag, ""), members, classes)
        for (module, members), tag, stem in zip(modules, tags, stems, strict=True)
    )


def _group(
    module: Identifier,
    stem: str,
    doc: str,
    members: list[DraftOperation],
    classes: Classes,
) -> ir.Group:
    raised = {
        str(classes.errors[error.key(classes.models)].name)
        for draft in members
        for error in draft.responses.errors
    }
    paths = _paths(members, raised)
    operations = tuple(draft.finish(paths[draft.mounted.template], classes) for draft in members)
    return ir.Group(
        module=module,
        handler=Identifier(f"{stem}Handler"),
        servlet=Identifier(f"{stem}Servlet"),
        doc=doc,
        operations=tuple(_beside(raised, operation) for operation in operations),
    )


def _beside(raised: AbstractSet[str], operation: ir.Operation) -> ir.Operation:
    """*operation*, its input called otherwise than each error that its module raises."""
    if str(operation.input) not in raised:
        return operation
    return replace(operation, input=Identifier(f"{operation.input}{digest(operation.id)}"))


def module_name(group: str) -> Identifier:
    return snake(group, RESERVED_MODULE_NAMES)


def _tag_docs(roots: Sequence[Node]) -> dict[str, str]:
    docs: dict[str, str] = {}
    for root in roots:
        for tag in root.parts("tags"):
            name, parent = tag.string("name"), tag.string("parent")
            told = [tag.string("summary") or "", tag.string("description") or ""]
            told.append(f"Part of {parent}." if parent else "")
            doc = "\n\n".join(dict.fromkeys(text.strip() for text in told if text.strip()))
            if name and doc:
                docs.setdefault(name, doc)
    return docs


def _paths(members: list[DraftOperation], raised: AbstractSet[str]) -> dict[str, ir.Path]:
    """The path of each template of a module, with a constant of its own.

    The constant is named after the template without its base path, or with it where two would be
    the same; a hash tells apart what still is (`/a/{b}` and `/a/b`).
    """
    by_template = {draft.mounted.template: draft for draft in members}
    constants = {one: _constant(draft.mounted.own_template) for one, draft in by_template.items()}
    for rename in (_constant, lambda text: Identifier(f"{_constant(text)}_{digest(text).upper()}")):
        counts = Counter([*constants.values(), *map(Identifier, raised)])
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
    return ir.Path(constant, template, python_names, renamed, draft.mounted.rest)


def _constant(template: str) -> Identifier:
    name = upper(template) if template.strip("/") else Identifier("ROOT")
    return Identifier(f"{name}_") if str(name) in RESERVED_CONSTANT_NAMES else name
