"""One operation: its names, parameters, body, responses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from counterfoil_codegen import ir
from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Identifier
from counterfoil_codegen.lower.bodies import DraftBody, draft_body
from counterfoil_codegen.lower.classes import Classes
from counterfoil_codegen.lower.context import Context
from counterfoil_codegen.lower.described import describe
from counterfoil_codegen.lower.extensions import Extension
from counterfoil_codegen.lower.headers import DraftHeaders, exposed
from counterfoil_codegen.lower.parameters import (
    DraftParameter,
    draft_parameters,
    find_parameters,
    name_parameters,
)
from counterfoil_codegen.lower.paths import parameter_names
from counterfoil_codegen.lower.responses import (
    DraftError,
    DraftResponses,
    draft_responses,
)
from counterfoil_codegen.lower.successes import finish_successes
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.schemas import JsonSchema


@dataclass(frozen=True, slots=True)
class Mounted:
    """An operation as it stands in a document, and where the document mounts it."""

    node: Node
    item: Node
    method: ir.Method
    template: str  # the whole path
    own_template: str  # without the base path
    rest: str | None  # the parameter that takes several segments, as the template calls it
    id: str
    group: str  # the tag, or the name of the document
    extension: Extension
    root: Node  # the document that mounts it
    name: Identifier
    stem: str  # of the names of its classes


@dataclass(frozen=True, slots=True)
class DraftOperation:
    """An operation that waits for the names of schemas."""

    mounted: Mounted
    parameters: tuple[DraftParameter, ...]
    body: DraftBody | None
    responses: DraftResponses

    @property
    def name(self) -> Identifier:
        return self.mounted.name

    def schemas(self) -> Iterator[JsonSchema]:
        """The schemas that the operation's module names."""
        contents = [one for success in self.responses.successes for one in success.contents]
        yield from (parameter.schema for parameter in self.parameters)
        yield from (each for one in contents for each in one.schemas())
        yield from () if self.body is None else self.body.schemas()

    def header_schemas(self) -> Iterator[JsonSchema]:
        """The schemas that the classes of headers name."""
        told = [*self.success_headers(), *(error.headers for error in self.responses.errors)]
        yield from (schema for one in told if one is not None for schema in one.schemas())

    def success_headers(self) -> list[DraftHeaders]:
        """The headers of what the handler returns."""
        return [one.headers for one in self.responses.successes if one.headers is not None]

    def error_schemas(self) -> Iterator[JsonSchema]:
        for error in self.responses.errors:
            if error.content is not None and error.content.schema is not None:
                yield error.content.schema

    def path_names(self) -> tuple[Identifier, ...]:
        """The Python names of the path parameters, in the order of the template."""
        by_wire = {
            one.wire_name: one.name for one in self.parameters if one.location is ir.Location.PATH
        }
        return tuple(by_wire[name] for name in parameter_names(self.mounted.template))

    def finish(self, path: ir.Path, classes: Classes) -> ir.Operation:
        node = self.mounted.node
        found = [classes.errors[error.key(classes.models)] for error in self._errors]
        raised = {error.name: error for error in found}
        return ir.Operation(
            id=self.mounted.id,
            name=self.name,
            input=Identifier(f"{self.mounted.stem}Input"),
            method=self.mounted.method,
            path=path,
            parameters=tuple(parameter.finish(classes.models) for parameter in self.parameters),
            body=None if self.body is None else self.body.finish(classes.models, classes.forms),
            successes=finish_successes(self.responses.successes, classes.models, classes.headers),
            errors=tuple(raised.values()),
            options=self.mounted.extension.options,
            doc=doc_of(node, self.mounted.extension.options),
            place=node,
            summary=node.string("summary") or "",
            deprecated=node.boolean("deprecated") is True,
            described=describe(self.responses),
            exposed=exposed(self.responses.headers),
        )

    @property
    def _errors(self) -> tuple[DraftError, ...]:
        return self.responses.errors


def draft_operation(context: Context, mounted: Mounted) -> DraftOperation:
    """Read one operation."""
    found = find_parameters(context, mounted.item, mounted.node)
    template = parameter_names(mounted.template)
    declared = {one.wire_name for one in found if one.location is ir.Location.PATH}
    strays = [
        one for one in found if one.location is ir.Location.PATH and one.wire_name not in template
    ]
    found = [one for one in found if one not in strays]
    for one in strays:
        context.diagnostics.report(
            rules.PARAMETER_NOT_IN_PATH,
            one.node,
            f"the path parameter {one.wire_name!r:.80} does not occur in "
            f"{mounted.own_template!r:.80}: it is left out",
            f"add {{{one.wire_name:.80}}} to the path, or remove the parameter",
        )
    undeclared = [name for name in template if name not in declared]
    names = name_parameters(
        context,
        [
            *((name, ir.Location.PATH, mounted.node) for name in undeclared),
            *((one.wire_name, one.location, one.node) for one in found),
        ],
    )
    return DraftOperation(
        mounted=mounted,
        parameters=(
            *(
                _undeclared(context, mounted, name, names[name, ir.Location.PATH])
                for name in undeclared
            ),
            *draft_parameters(context, found, template, names, mounted.id),
        ),
        body=draft_body(context, mounted.node, mounted.id, mounted.extension),
        responses=draft_responses(context, mounted.node, mounted.id),
    )


def _undeclared(
    context: Context, mounted: Mounted, name: str, python_name: Identifier
) -> DraftParameter:
    context.diagnostics.report(
        rules.PATH_NOT_DECLARED,
        mounted.node.key_span,
        f"{mounted.own_template!r:.80} names the parameter {name!r:.80}, which is not declared",
        f"declare it: {{name: {name:.80}, in: path, required: true, schema: {{type: string}}}}",
    )
    return DraftParameter(
        name=python_name,
        wire_name=name,
        location=ir.Location.PATH,
        schema={"type": "string"},
        required=True,
        default=None,
        explode=None,
        doc="",
        node=mounted.node,
    )


def doc_of(node: Node, options: ir.Options | None = None) -> str:
    """Summary, description, and what else there is to know, with blank lines between."""
    texts = [node.string("summary") or "", node.string("description") or ""]
    texts.append(_lifecycle(node.boolean("deprecated") is True, options or ir.Options()))
    more = node.mapping("externalDocs")
    url = more.string("url") if more is not None else None
    if url:
        texts.append(f"See also: {url}")
    stripped = [text.strip() for text in texts if text.strip()]
    return "\n\n".join(dict.fromkeys(stripped))


def _lifecycle(is_deprecated: bool, options: ir.Options) -> str:
    """`Deprecated from 2026-11-27. Gone from 2027-11-27.`"""
    since = options.deprecation.date if options.deprecation is not None else ""
    until = options.sunset.date if options.sunset is not None else ""
    texts = [f"Deprecated from {since}."] if since else ["Deprecated."] * is_deprecated
    return " ".join([*texts, *([f"Gone from {until}."] if until else [])])
