"""The whole of an API: documents in, IR out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Loader, Node
from counterfoil_codegen.fragments import Identifier
from counterfoil_codegen.lower.context import Context, Names
from counterfoil_codegen.lower.documents import read_dialects, report_not_generated
from counterfoil_codegen.lower.mounting import mount
from counterfoil_codegen.lower.operations import DraftOperation, draft_operation
from counterfoil_codegen.lower.paths import parameter_names
from counterfoil_codegen.lower.responses import ErrorKey, finish_errors
from counterfoil_codegen.naming import digest, pascal, snake, upper
from counterfoil_codegen.reserved import RESERVED_CONSTANT_NAMES, RESERVED_MODULE_NAMES
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.schemas.assign import assign_names, put_names
from counterfoil_codegen.schemas.components import Components
from counterfoil_codegen.schemas.shapes import JsonSchema

_ERRORS: Final = "errors"


@dataclass(frozen=True, slots=True)
class Lowered:
    """An API, and the schemas that its models are to be made of."""

    api: ir.Api  # without models
    schemas: Mapping[str, JsonSchema]  # by class name
    users: Mapping[str, frozenset[str]]  # the modules that name each class
    places: Mapping[str, Node]  # where the schema of each class stands


def lower_api(
    roots: Sequence[Node],
    loader: Loader,
    diagnostics: Diagnostics,
    *,
    package: str,
    sources: tuple[str, ...],
) -> Lowered | None:
    """Lower the documents *roots*, joined into one API; None where findings forbid it."""
    dialects = read_dialects(roots, diagnostics)
    if dialects is None:
        return None
    context = Context(loader, diagnostics, Components(loader, diagnostics, dialects))
    mounted = mount(roots, loader, diagnostics)
    if not mounted:
        _report_empty(roots, diagnostics)
    drafts = [draft_operation(context, one) for one in mounted]
    _name_components(roots, context)
    _mark_users(drafts, context)
    report_not_generated(roots, diagnostics)
    names = assign_names(context.components, diagnostics)
    if diagnostics.has_errors:
        return None
    return _finish(roots, context, drafts, names, package, sources)


def _report_empty(roots: Sequence[Node], diagnostics: Diagnostics) -> None:
    for root in roots[:1]:
        diagnostics.report(
            rules.NO_OPERATIONS,
            root.get("paths") or root,
            "no document declares an operation: there is nothing to generate",
            "add a path with an operation",
        )


def _name_components(roots: Sequence[Node], context: Context) -> None:
    """The schemas of the documents themselves get names, whether an operation uses them or not."""
    for root in roots:
        components = root.mapping("components")
        schemas = components.mapping("schemas") if components is not None else None
        for _, node in schemas.items() if schemas is not None else ():
            context.components.named(node)
    context.components.build()


def _mark_users(drafts: Sequence[DraftOperation], context: Context) -> None:
    for draft in drafts:
        module = str(_module(draft.mounted.group))
        for schema in draft.schemas():
            context.mark_users(schema, module)
        for schema in draft.error_schemas():
            context.mark_users(schema, _ERRORS)


def _finish(
    roots: Sequence[Node],
    context: Context,
    drafts: Sequence[DraftOperation],
    names: Names,
    package: str,
    sources: tuple[str, ...],
) -> Lowered:
    errors = finish_errors((error for draft in drafts for error in draft.responses.errors), names)
    info = roots[0].get("info") or roots[0]
    api = ir.Api(
        package=Identifier(package),
        sources=sources,
        title=(info.string("title") if len(roots) == 1 else None) or package,
        version=info.string("version") or "",
        doc=(info.string("description") if len(roots) == 1 else None) or "",
        groups=_groups(roots, context, drafts, names, errors),
        errors=tuple(sorted(errors.values(), key=lambda error: str(error.name))),
        models=(),
    )
    components = list(context.components)
    return Lowered(
        api=api,
        schemas={str(names[c.reference]): put_names(c.schema, names) for c in components},
        users={str(names[c.reference]): frozenset(c.users) for c in components},
        places={str(names[c.reference]): c.node for c in components},
    )


def _groups(
    roots: Sequence[Node],
    context: Context,
    drafts: Sequence[DraftOperation],
    names: Names,
    errors: Mapping[ErrorKey, ir.Error],
) -> tuple[ir.Group, ...]:
    by_module: defaultdict[Identifier, list[DraftOperation]] = defaultdict(list)
    for draft in drafts:
        by_module[_module(draft.mounted.group)].append(draft)
    docs = _tag_docs(roots)
    return tuple(
        _group(module, members, docs, names, errors)
        for module, members in sorted(by_module.items(), key=lambda pair: str(pair[0]))
    )


def _group(
    module: Identifier,
    members: list[DraftOperation],
    docs: Mapping[str, str],
    names: Names,
    errors: Mapping[ErrorKey, ir.Error],
) -> ir.Group:
    tag = members[0].mounted.group
    paths = _paths(members)
    return ir.Group(
        module=module,
        handler=Identifier(f"{pascal(tag)}Handler"),
        servlet=Identifier(f"{pascal(tag)}Servlet"),
        doc=docs.get(tag, ""),
        operations=tuple(
            draft.finish(paths[draft.mounted.template], names, errors) for draft in members
        ),
    )


def _module(group: str) -> Identifier:
    return snake(group, RESERVED_MODULE_NAMES)


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
