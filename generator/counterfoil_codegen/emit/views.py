"""What templates see: names, fragments and texts, ready to be printed, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.emit import docs, replies, security
from counterfoil_codegen.emit.inputs import (
    JSON,
    BodyView,
    ParameterView,
    accepted_view,
    body_view,
    parameter_view,
)
from counterfoil_codegen.emit.options import CORS, cors_call, options, shared_cors
from counterfoil_codegen.emit.precedence import registration_order, specificity
from counterfoil_codegen.fragments import Constant, Expression, Identifier
from counterfoil_codegen.import_order import exported_order

_LINE: Final = 88
_FIRST_REDIRECT: Final = 300
_LOCATION: Final = Expression.name(Identifier("Location"))


@dataclass(frozen=True, slots=True)
class OperationView:
    """A method of a handler and of its servlet.

    The servlet ends in one of three ways: it hands on what the handler returns; it puts it in its
    `single` reply; or, where the handler returns nothing, it makes a `silent` one.
    """

    id: str
    name: Identifier
    servlet_name: Identifier
    input: Identifier
    method: Identifier
    path: ir.Path
    positional: tuple[ParameterView, ...]
    body: BodyView | None
    keywords: tuple[ParameterView, ...]
    unasked: tuple[ParameterView, ...]  # what is read, and not handed on
    returns: Expression
    doc: str
    cancellable: bool
    at_head: bool
    options: tuple[Expression, ...]
    receives: bool
    principal: Expression | None
    authorization: security.AuthorizationView | None
    replies: tuple[Identifier, ...]
    errors: tuple[Identifier, ...]
    media_type: Constant | None
    contents: tuple[Expression, ...]
    statuses: Constant | None
    single: Identifier | None
    silent: Identifier | None

    @property
    def fields(self) -> tuple[ParameterView, ...]:
        """What stands after the body in the class of its input."""
        return (*self.keywords, *self.unasked)

    @property
    def reads(self) -> bool:
        """Whether there is anything to read from a request."""
        return bool(self.positional or self.fields or self.body)

    @property
    def hands_over(self) -> bool:
        """Whether the handler gets any of what is read."""
        return bool(self.positional or self.keywords or self.body)

    @property
    def signature_explodes(self) -> bool:
        """Whether the signature takes a line for each parameter: it is too long for one."""
        given = [f", principal: {self.principal}"] if self.principal else []
        given += [f", {p.name}: {p.annotation}" for p in (*self.positional, *self.keywords)]
        given += [f", body: {self.body.annotation}"] if self.body else []
        given += [", *"] if self.keywords else []
        before = f"    async def {self.name}(self, request: Request"
        return len(f"{before}{''.join(given)}) -> {self.returns}:") > _LINE

    @property
    def call_explodes(self) -> bool:
        """Whether the call of the handler takes a line for each argument."""
        given = [", principal"] if self.principal else []
        given += [f", given.{p.name}" for p in self.positional]
        given += [", given.body"] if self.body else []
        given += [f", {p.name}=given.{p.name}" for p in self.keywords]
        before = "return " if self.hands_on else "reply = " if self.single else ""
        call = f"await self._handler.{self.name}(request{''.join(given)})"
        return len(f"        {before}{call}") > _LINE

    @property
    def hands_on(self) -> bool:
        """Whether the handler makes the reply itself."""
        return self.single is None and self.silent is None


@dataclass(frozen=True, slots=True)
class ContractsView:
    """The schemas that ask for more than models check, as JSON."""

    schemas: Constant


@dataclass(frozen=True, slots=True)
class PathView:
    """A constant of a tag's module: `NOTICE = path("/notices/{noticeId}", "notice_id")`."""

    constant: Identifier
    template: str
    names: tuple[Identifier, ...]
    rest: str | None


@dataclass(frozen=True, slots=True)
class GroupView:
    """The module of a tag."""

    module: Identifier
    handler: Identifier
    servlet: Identifier
    doc: str
    paths: tuple[PathView, ...]
    operations: tuple[OperationView, ...]
    registered: tuple[OperationView, ...]
    cors_name: Identifier
    cors: Expression | None
    secured: bool


@dataclass(frozen=True, slots=True)
class ErrorView:
    """A class of `errors`: `class BoardNotFound(ApiError[models.Problem])`."""

    name: Identifier
    base: Expression
    doc: str
    status: Constant | None
    media_type: Constant | None


@dataclass(frozen=True, slots=True)
class ErrorsView:
    """The module `errors`."""

    doc: str
    errors: tuple[ErrorView, ...]


@dataclass(frozen=True, slots=True)
class PackageView:
    """The package's `__init__`."""

    doc: str
    register_doc: str
    exported: tuple[Identifier, ...]
    groups: tuple[ir.Group, ...]
    registered: tuple[ir.Group, ...]
    secured: bool

    @property
    def explodes(self) -> bool:
        """Whether `register` takes a line for each group: its signature is too long for one."""
        given = [", authenticator: Authenticator[Principal]"] if self.secured else []
        given += [
            f", {group.module}: {group.handler}{'[Principal]' if group.secured else ''}"
            for group in self.groups
        ]
        before = f"def register(server: HttpServer{', *' if given else ''}"
        return len(f"{before}{''.join(given)}) -> None:") > _LINE


@dataclass(frozen=True, slots=True)
class ModelModuleView:
    """A line of the table that `lazy` gets."""

    name: Identifier
    names: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True)
class ModelsView:
    """The `__init__` of `models`, and its stub."""

    doc: str
    names: tuple[Identifier, ...]
    modules: tuple[ModelModuleView, ...]


def package_view(api: ir.Api) -> PackageView:
    """The package of *api*."""
    exported = [name for group in api.groups for name in (group.handler, group.servlet)]
    exported.append(Identifier("register"))
    if api.schemes:
        exported.append(Identifier("Authenticator"))
    return PackageView(
        docs.package(api),
        docs.register(api),
        _ordered(exported),
        api.groups,
        registration_order(api.groups),
        any(group.secured for group in api.groups),
    )


def errors_view(api: ir.Api) -> ErrorsView:
    """The errors of *api*."""
    return ErrorsView(docs.errors(api), tuple(_error(error) for error in api.errors))


def models_view(api: ir.Api) -> ModelsView:
    """The models of *api*."""
    names = [name for module in api.models for name in module.names]
    modules = [ModelModuleView(module.module, _ordered(module.names)) for module in api.models]
    return ModelsView(docs.models(api), _ordered(names), tuple(modules))


def contracts_view(api: ir.Api) -> ContractsView:
    """The module of the schemas that ask for more than models check."""
    return ContractsView(Constant(api.contracts))


def group_view(group: ir.Group, api: ir.Api) -> GroupView:
    """The module of *group*."""
    taken = {str(operation.name) for operation in group.operations}
    shared = shared_cors(group.operations)
    operations = tuple(_operation(operation, taken, shared) for operation in group.operations)
    return GroupView(
        group.module,
        group.handler,
        group.servlet,
        docs.group(group, api),
        tuple(_path(path) for path in group.paths),
        operations,
        tuple(sorted(operations, key=lambda one: specificity(one.path))),
        CORS,
        None if shared is None else cors_call(shared),
        group.secured,
    )


def _path(path: ir.Path) -> PathView:
    return PathView(path.constant, path.template, path.names if path.renamed else (), path.rest)


def _error(error: ir.Error) -> ErrorView:
    return ErrorView(
        error.name,
        _error_base(error),
        docs.error(error),
        None if error.status is None else Constant(error.status),
        None if error.media_type is None else Constant(error.media_type),
    )


def _error_base(error: ir.Error) -> Expression:
    """`ApiError[models.Problem]`, `ApiError[models.Problem, headers.NotFoundHeaders]`."""
    parts = [error.annotation or Expression.none()]
    if error.headers is not None:
        parts.append(Expression.name(replies.HEADERS, error.headers.name))
    return Expression.subscript(Expression.name(error.base), *parts)


def _operation(operation: ir.Operation, taken: set[str], shared: ir.Cors | None) -> OperationView:
    in_path = [p for p in operation.parameters if p.location is ir.Location.PATH]
    elsewhere = [p for p in operation.parameters if p.location is not ir.Location.PATH]
    plain = _plain_success(operation.successes)
    body = operation.body
    found = accepted_view(operation)
    accepted = () if found is None else (found,)
    is_alike = all(success.is_alike for success in operation.successes)
    may_stream = body is not None and (body.may_stream or body.arrives_in_parts)
    at_head = may_stream or (body is not None and operation.security is not None)
    return OperationView(
        id=operation.id,
        name=operation.name,
        servlet_name=_servlet_name(operation.name, taken),
        input=operation.input,
        method=Identifier(operation.method.value),
        path=operation.path,
        positional=tuple(parameter_view(parameter) for parameter in in_path),
        body=None if body is None else body_view(body),
        keywords=(*map(parameter_view, elsewhere), *(() if is_alike else accepted)),
        unasked=accepted if is_alike else (),
        returns=_returns(operation.successes, plain),
        doc=docs.operation(operation),
        cancellable=operation.options.cancellable,
        at_head=at_head,
        options=tuple(options(operation, shared)),
        receives=at_head and body is not None and not body.streams,
        principal=security.principal(operation.security),
        authorization=security.authorization(operation.security),
        replies=tuple(dict.fromkeys(success.reply for success in operation.successes)),
        errors=tuple(dict.fromkeys(error.name for error in operation.errors)),
        media_type=_media_type(operation.successes),
        contents=tuple(_contents(operation.successes)),
        statuses=_statuses(operation.successes),
        single=plain.reply if plain is not None and replies.content(plain) is not None else None,
        silent=plain.reply if plain is not None and replies.content(plain) is None else None,
    )


def _servlet_name(name: Identifier, taken: set[str]) -> Identifier:
    """The handler's name of a method, but the servlet has a `register` of its own."""
    text = str(name)
    while text == "register" or (text != str(name) and text in taken):
        text += "_"
    return Identifier(text)


def _plain_success(successes: Sequence[ir.Success]) -> ir.Success | None:
    """The success whose body a handler can return alone: other redirects need headers."""
    only = next((one for one in successes if one.shorthand), None)
    if only is None and len(successes) == 1 and successes[0].status is not None:
        only = successes[0]
    if only is None or only.needs_headers or (only.headers and replies.content(only) is None):
        return None
    if only.shorthand or only.status is None:
        return only
    return only if only.status < _FIRST_REDIRECT or only.annotation == _LOCATION else None


def _returns(successes: Sequence[ir.Success], plain: ir.Success | None) -> Expression:
    others = [
        replies.reply(success) for success in successes if success is not plain or success.headers
    ]
    if plain is None:
        return Expression.union(*others)
    content = replies.content(plain) or Expression.none()
    return Expression.union(content, *others) if others else content


def _told(successes: Sequence[ir.Success]) -> dict[Identifier, tuple[str, ...]]:
    """The media types of each reply that has content."""
    return {
        one.reply: one.media_types
        for one in successes
        if one.media_types and replies.content(one) is not None
    }


def _media_type(successes: Sequence[ir.Success]) -> Constant | None:
    """The media type of all that is told, if it is one, and not the usual one."""
    told = set(_told(successes).values())
    media_types = told.pop() if len(told) == 1 else (JSON,)
    return Constant(media_types[0]) if len(media_types) == 1 and media_types != (JSON,) else None


def _contents(successes: Sequence[ir.Success]) -> Iterator[Expression]:
    """`Content(Ok, "text/html")`, where replies differ or are several, for those not as usual."""
    told = _told(successes)
    content = Expression.name(Identifier("Content"))
    if len(set(told.values())) > 1 or any(len(each) > 1 for each in told.values()):
        for reply, media_types in told.items():
            if media_types != (JSON,):
                yield Expression.call(
                    content, [Expression.name(reply), *map(Constant, media_types)]
                )


def _statuses(successes: Sequence[ir.Success]) -> Constant | None:
    """The statuses that a handler may give, if not all of a range."""
    statuses = [status for one in successes for status in one.statuses]
    return Constant(statuses) if statuses else None


def _ordered(names: Sequence[Identifier]) -> tuple[Identifier, ...]:
    return tuple(sorted(names, key=lambda name: exported_order(str(name))))
