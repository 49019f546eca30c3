"""The whole of an API: documents in, IR out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.budget import Budget
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Loader, Node
from counterfoil_codegen.entries import json_entries
from counterfoil_codegen.fragments import Identifier
from counterfoil_codegen.lower.classes import Classes
from counterfoil_codegen.lower.context import Context, Names
from counterfoil_codegen.lower.documents import read_dialects
from counterfoil_codegen.lower.forms import name_forms
from counterfoil_codegen.lower.groups import finish_groups, module_name
from counterfoil_codegen.lower.headers import name_headers
from counterfoil_codegen.lower.mounting import mount
from counterfoil_codegen.lower.operations import DraftOperation, draft_operation
from counterfoil_codegen.lower.outgoing import DraftMessage, draft_messages
from counterfoil_codegen.lower.responses import finish_errors
from counterfoil_codegen.lower.security import Security, read_security
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.rules import reading
from counterfoil_codegen.rules.oddities import BROKEN_UNUSED
from counterfoil_codegen.schemas.assign import assign_names, put_names
from counterfoil_codegen.schemas.components import Components
from counterfoil_codegen.schemas.contracts import Contracts
from counterfoil_codegen.schemas.shapes import JsonSchema

_ERRORS: Final = "errors"
_FORMS: Final = "forms"
_HEADERS: Final = "headers"


@dataclass(frozen=True, slots=True)
class Lowered:
    """An API, and the schemas that its models are to be made of."""

    api: ir.Api  # without models
    schemas: Mapping[str, JsonSchema]  # by class name
    users: Mapping[str, frozenset[str]]  # the modules that name each class
    places: Mapping[str, Node]  # where the schema of each class stands
    unchecked: frozenset[str]  # the classes that nothing but their models checks


def lower_api(
    roots: Sequence[Node],
    loader: Loader,
    diagnostics: Diagnostics,
    *,
    package: str,
    sources: tuple[str, ...],
    budget: Budget,
) -> Lowered | None:
    """Lower the documents *roots*, joined into one API; None where findings forbid it.

    Raises:
        BudgetError: they ask for more than *budget*.
    """
    dialects = read_dialects(roots, diagnostics)
    if dialects is None:
        return None
    context = Context(loader, diagnostics, Components(roots, loader, diagnostics, dialects, budget))
    mounted = mount(roots, loader, diagnostics)
    if not mounted and not diagnostics.has_errors:
        _report_empty(roots, diagnostics)
    _check_count([one.node for one in mounted], budget)
    drafts = [draft_operation(context, one) for one in mounted]
    messages = draft_messages(context, roots, mounted)
    _check_count([one.mounted.node for one in (*drafts, *(m.operation for m in messages))], budget)
    _name_components(roots, context)
    _mark_users(drafts, messages, context)
    context.components.unchecked.report(diagnostics)
    security = read_security(context, mounted)
    names = assign_names(context.components, diagnostics)
    if diagnostics.has_errors:
        return None
    lowered = _finish(roots, context, drafts, messages, names, security, package, sources)
    context.components.left_out.report(diagnostics)
    return lowered if context.has_no_errors() else None


def _check_count(operations: Sequence[Node], budget: Budget) -> None:
    if len(operations) > budget.operations:
        budget.check_operations(len(operations), operations[budget.operations])


def _report_empty(roots: Sequence[Node], diagnostics: Diagnostics) -> None:
    for root in roots[:1]:
        diagnostics.report(
            rules.NO_OPERATIONS,
            root.get("paths") or root,
            "no document declares an operation: only models are generated",
            "add a path with an operation",
        )


def _name_components(roots: Sequence[Node], context: Context) -> None:
    """The schemas of the documents themselves get names, whether an operation uses them or not.

    Those that none uses come last: nothing that is served depends on where their references lead.
    """
    context.components.build()
    with context.diagnostics.standing_in(dict.fromkeys(reading.REFERENCES, BROKEN_UNUSED)):
        _name_unused(roots, context)


def _name_unused(roots: Sequence[Node], context: Context) -> None:
    for root in roots:
        components = root.mapping("components")
        schemas = components.mapping("schemas") if components is not None else None
        for _, node in schemas.items() if schemas is not None else ():
            context.components.of_responses.named(node)
    context.components.build()


def _mark_users(
    drafts: Sequence[DraftOperation], messages: Sequence[DraftMessage], context: Context
) -> None:
    for draft in (*drafts, *(message.operation for message in messages)):
        module = str(module_name(draft.mounted.group))
        for schema in draft.schemas():
            context.mark_users(schema, module)
        for schema in draft.error_schemas():
            context.mark_users(schema, _ERRORS)
        for schema in draft.header_schemas():
            context.mark_users(schema, _HEADERS)
        for schema in draft.body.form_schemas() if draft.body is not None else ():
            context.mark_users(schema, _FORMS)


def _finish(
    roots: Sequence[Node],
    context: Context,
    drafts: Sequence[DraftOperation],
    messages: Sequence[DraftMessage],
    names: Names,
    security: Security,
    package: str,
    sources: tuple[str, ...],
) -> Lowered:
    all_drafts = (*drafts, *(message.operation for message in messages))
    errors = finish_errors((each for one in all_drafts for each in one.responses.errors), names)
    own = {one.owner: one for draft in drafts for one in draft.success_headers()}
    of_errors = [one.headers for one in errors.values() if one.headers is not None]
    header_names = name_headers(own.values(), (one.name for one in of_errors))
    headers = [*of_errors, *(own[one].finish(name, names) for one, name in header_names.items())]
    drawn = {one.owner: one for d in drafts if d.body is not None for one in d.body.forms}
    form_names = name_forms(drawn.values())
    forms = [drawn[owner].finish(name, names) for owner, name in form_names.items()]
    classes = Classes(names, errors, header_names, form_names)
    finished = (message.finish(names, errors) for message in messages)
    info = roots[0].part("info") or roots[0]
    api = ir.Api(
        package=Identifier(package),
        sources=sources,
        title=(info.string("title") if len(roots) == 1 else None) or package,
        version=info.string("version") or "",
        doc=(info.string("description") if len(roots) == 1 else None) or "",
        groups=_secured(finish_groups(roots, drafts, classes), security),
        errors=tuple(sorted(errors.values(), key=lambda error: str(error.name))),
        models=(),
        schemes=security.schemes,
        contracts=_contracts(context.components.contracts),
        answers=_contracts(context.components.answers),
        messages=tuple(sorted(finished, key=lambda message: str(message.name))),
        forms=tuple(sorted(forms, key=lambda one: str(one.name))),
        headers=tuple(sorted(headers, key=lambda one: str(one.name))),
    )
    components = list(context.components)
    return Lowered(
        api=api,
        schemas={str(names[c.reference]): put_names(c.schema, names) for c in components},
        users={str(names[c.reference]): frozenset(c.users) for c in components},
        places={str(names[c.reference]): c.node for c in components},
        unchecked=frozenset(
            str(names[c.reference]) for c in components if c.node in context.components.unchecked
        ),
    )


def _contracts(contracts: Contracts) -> str:
    return json_entries(contracts.schemas) if contracts.schemas else ""


def _secured(groups: tuple[ir.Group, ...], security: Security) -> tuple[ir.Group, ...]:
    """The groups, each operation with what it requires of those who call it."""
    return tuple(
        replace(
            group,
            operations=tuple(
                replace(operation, security=security.of_operations.get(operation.id))
                for operation in group.operations
            ),
        )
        for group in groups
    )
