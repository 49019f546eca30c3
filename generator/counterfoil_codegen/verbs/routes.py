"""List what the specs serve: method, path, operation, handler, security, and place in the spec.

examples:
  counterfoil routes
  counterfoil routes --json | jq '.[].path'
  counterfoil routes spec/noticeboard.yaml
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields

from tabulate import tabulate

from counterfoil_codegen import ir, pipeline
from counterfoil_codegen.diagnostics import Place, Span
from counterfoil_codegen.document import Node
from counterfoil_codegen.emit import docs
from counterfoil_codegen.pipeline import Reading
from counterfoil_codegen.reporting import visible
from counterfoil_codegen.target import shown
from counterfoil_codegen.verbs import selection
from counterfoil_codegen.verbs.findings import Findings
from counterfoil_codegen.verbs.selection import add_arguments, select

__all__ = ["Options", "configure", "run"]


class Options(selection.Options):
    """What `routes` takes."""

    def __init__(self) -> None:
        super().__init__()
        self.json: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """A line of the table."""

    package: str
    method: str
    path: str  # with the base path of its document
    operation: str
    handler: str  # notices.NoticesHandler.post_notice
    security: tuple[dict[str, tuple[str, ...]], ...]  # as OpenAPI writes it: {scheme: scopes}
    spec: str  # spec/noticeboard.yaml:14
    summary: str
    description: str  # as in the docstring of the handler, with what is told of each part
    deprecated: bool
    deprecation: str | None  # the date that its answers tell
    sunset: str | None


def configure(parser: ArgumentParser) -> Options:
    add_arguments(parser, output=None)
    parser.add_argument("--json", action="store_true", help="write a JSON list instead of a table")
    return Options()


def run(options: Options) -> int:
    selected = select(options, needs_output=False)
    findings = Findings(options.format)
    routes: list[Route] = []
    for target in selected.targets:
        reading = pipeline.read(target, selected.waived)
        findings.add(reading.diagnostics, target.root, reading.lines)
        routes += sorted(_routes(reading), key=lambda route: (route.path, route.method))
    findings.write(results_on_stdout=True)
    if findings.has_errors:
        return 1
    sys.stdout.write(_json(routes) if options.json else _table(routes, len(selected.targets) > 1))
    return 0


def _routes(reading: Reading) -> Iterator[Route]:
    if reading.lowered is None:
        return
    for group in reading.lowered.api.groups:
        for operation in group.operations:
            span = _span(operation.place)
            yield Route(
                package=reading.target.package,
                method=operation.method.value,
                path=operation.path.template,
                operation=operation.id,
                handler=f"{group.module}.{group.handler}.{operation.name}",
                security=tuple(_security(operation.security)),
                spec=f"{shown(reading.target.root / span.file)}:{span.line}",
                summary=operation.summary,
                description=docs.operation(operation),
                deprecated=operation.deprecated,
                deprecation=_date(operation.options.deprecation),
                sunset=_date(operation.options.sunset),
            )


def _security(security: ir.Security | None) -> Iterator[dict[str, tuple[str, ...]]]:
    """The alternatives; one without a scheme lets everybody in."""
    if security is None:
        return
    for alternative in security.alternatives:
        yield {one.scheme.id: one.scopes for one in alternative}
    if security.optional:
        yield {}


def _date(milestone: ir.Milestone | None) -> str | None:
    return milestone.date or None if milestone is not None else None


def _cell(route: Route, column: str) -> str:
    if column != "security":
        return str(getattr(route, column))
    return " or ".join(_shown(alternative) for alternative in route.security)


def _shown(alternative: dict[str, tuple[str, ...]]) -> str:
    """`appKey and oauth(notes:read notes:write)`."""
    schemes = (
        f"{id_}({' '.join(scopes)})" if scopes else id_ for id_, scopes in alternative.items()
    )
    return " and ".join(schemes) or "anybody"


def _span(place: Place) -> Span:
    """Where the operation's method stands, rather than what is said of it."""
    return place.key_span if isinstance(place, Node) else place.span


def _json(routes: list[Route]) -> str:
    return json.dumps([asdict(route) for route in routes], indent=2) + "\n"


def _table(routes: list[Route], several: bool) -> str:
    hidden = {"summary", "description", "deprecated", "deprecation", "sunset"}
    if not several:
        hidden.add("package")
    if not any(route.security for route in routes):
        hidden.add("security")
    columns = [field.name for field in fields(Route) if field.name not in hidden]
    rows = [[visible(_cell(route, column)) for column in columns] for route in routes]
    headers = [column.upper() for column in columns]
    return tabulate(rows, headers, tablefmt="plain", disable_numparse=True) + "\n"
