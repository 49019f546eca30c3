"""An API in the IR, made by hand: what `spec/noticeboard.yaml` could lower to."""

from __future__ import annotations

from counterfoil_codegen import ir
from counterfoil_codegen.diagnostics import Span
from counterfoil_codegen.fragments import Constant, Expression, Identifier


class Here:
    """A place that nothing looks at."""

    span = Span("spec/noticeboard.yaml", 1, 1)


NO_OPTIONS = ir.Options()


def name(*parts: str) -> Expression:
    return Expression.name(*(Identifier(part) for part in parts))


def model(of: str) -> Expression:
    return name("models", of)


def path(constant: str, template: str, *names: str, renamed: bool = False) -> ir.Path:
    return ir.Path(
        Identifier(constant), template, tuple(Identifier(part) for part in names), renamed
    )


def parameter(
    python: str,
    location: ir.Location,
    annotation: Expression,
    *,
    wire_name: str | None = None,
    constraints: tuple[tuple[Identifier, Constant], ...] = (),
    required: bool = False,
    default: Constant | None = None,
    explode: bool | None = None,
    doc: str = "",
) -> ir.Parameter:
    return ir.Parameter(
        Identifier(python),
        python if wire_name is None else wire_name,
        location,
        annotation,
        constraints,
        required,
        default,
        explode,
        doc,
        Here(),
    )


def in_path(
    python: str, annotation: Expression | None = None, wire_name: str | None = None
) -> ir.Parameter:
    return parameter(
        python,
        ir.Location.PATH,
        annotation or name("str"),
        required=True,
        wire_name=wire_name,
    )


def success(
    status: int, reply: str, annotation: Expression | None = None, media_type: str | None = None
) -> ir.Success:
    told = media_type or ("application/json" if annotation is not None else None)
    return ir.Success(status, Identifier(reply), annotation, () if told is None else (told,))


def operation(
    operation_id: str,
    python: str,
    method: ir.Method,
    at: ir.Path,
    successes: tuple[ir.Success, ...],
    *,
    parameters: tuple[ir.Parameter, ...] = (),
    body: ir.Body | None = None,
    errors: tuple[ir.Error, ...] = (),
    options: ir.Options = NO_OPTIONS,
    doc: str = "",
    security: ir.Security | None = None,
) -> ir.Operation:
    return ir.Operation(
        operation_id,
        Identifier(python),
        Identifier("".join(part.title() for part in python.split("_")) + "Input"),
        method,
        at,
        parameters,
        body,
        successes,
        errors,
        options,
        doc,
        Here(),
        security,
    )


def group(module: str, doc: str, *operations: ir.Operation) -> ir.Group:
    stem = module.title()
    return ir.Group(
        Identifier(module),
        Identifier(f"{stem}Handler"),
        Identifier(f"{stem}Servlet"),
        doc,
        operations,
    )


BOARD_NOT_FOUND = ir.Error(
    Identifier("BoardNotFound"),
    Identifier("ApiError"),
    404,
    model("Problem"),
    "There is no such board.",
)
TXN_CONFLICT = ir.Error(
    Identifier("TxnConflict"),
    Identifier("ApiError"),
    409,
    model("Problem"),
    "This transaction id had another text.",
)
DEFAULT_PROBLEM = ir.Error(
    Identifier("DefaultProblem"),
    Identifier("StatusError"),
    None,
    model("Problem"),
    "Something else went wrong.",
)

NOTICES = path("NOTICES", "/boards/{board_id}/notices", "board_id")
NOTICE = path(
    "NOTICE", "/boards/{board_id}/notices/{noticeId}", "board_id", "notice_id", renamed=True
)

LIST_NOTICES = operation(
    "listNotices",
    "list_notices",
    ir.Method("GET"),
    NOTICES,
    (success(200, "Ok", model("NoticePage")),),
    parameters=(
        in_path("board_id"),
        parameter(
            "limit",
            ir.Location.QUERY,
            name("int"),
            constraints=(
                (Identifier("ge"), Constant(1)),
                (Identifier("le"), Constant(100)),
            ),
            default=Constant(20),
        ),
        parameter("from_", ir.Location.QUERY, name("str"), wire_name="from"),
    ),
    errors=(BOARD_NOT_FOUND,),
    options=ir.Options(cancellable=True),
    doc="List a board's notices, newest first.",
)
POST_NOTICE = operation(
    "postNotice",
    "post_notice",
    ir.Method("POST"),
    NOTICES,
    (success(200, "Ok", model("Notice")), success(201, "Created", model("Notice"))),
    parameters=(in_path("board_id"),),
    body=ir.Body((ir.Choice(model("NewNotice"), ("application/json",)),), True, "The notice."),
    errors=(BOARD_NOT_FOUND, TXN_CONFLICT),
    doc="Pin a notice to a board, once for each transaction id.",
)
DELETE_NOTICE = operation(
    "deleteNotice",
    "delete_notice",
    ir.Method("DELETE"),
    NOTICE,
    (success(204, "NoContent"),),
    parameters=(in_path("board_id"), in_path("notice_id", name("int"), "noticeId")),
    doc="Take a notice down.",
)
LIST_BOARDS = operation(
    "listBoards",
    "list_boards",
    ir.Method("GET"),
    path("BOARDS", "/boards"),
    (success(200, "Ok", Expression.subscript(name("list"), name("str"))),),
)

COMMON = ir.ModelModule(
    Identifier("_common"),
    (Identifier("Problem"),),
    '''from __future__ import annotations

from counterfoil.stub import Model


class Problem(Model):
    """What went wrong."""

    errcode: str
    error: str
''',
)
NOTICE_MODELS = ir.ModelModule(
    Identifier("_notices"),
    (Identifier("NewNotice"), Identifier("Notice"), Identifier("NoticePage")),
    '''from __future__ import annotations

from typing import Annotated

from counterfoil.stub import Absent, Model
from pydantic import Field


class NewNotice(Model):
    """A notice to be pinned."""

    txn_id: Annotated[str, Field(alias="txnId")]
    text: Annotated[str, Field(max_length=280)]
    colour: Absent[str] = None


class Notice(Model):
    """A notice on a board."""

    id: int
    text: str


class NoticePage(Model):
    """Some notices."""

    notices: list[Notice]
''',
)

NOTICEBOARD = ir.Api(
    Identifier("noticeboard"),
    ("spec/noticeboard.yaml",),
    "Noticeboard",
    "1.0.0",
    "Boards, and the notices that people pin to them.",
    (
        group("boards", "Boards: where notices hang.", LIST_BOARDS),
        group(
            "notices",
            "Notices: what people pin to a board.",
            LIST_NOTICES,
            POST_NOTICE,
            DELETE_NOTICE,
        ),
    ),
    (BOARD_NOT_FOUND, DEFAULT_PROBLEM, TXN_CONFLICT),
    (COMMON, NOTICE_MODELS),
)
