"""An API in the IR with one of each: every kind of parameter, body, reply, error and name."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.fragments import Constant, Expression, Identifier

from tests.generator.emit_sample import (
    BOARD_NOT_FOUND,
    COMMON,
    DEFAULT_PROBLEM,
    NOTICE_MODELS,
    group,
    in_path,
    model,
    name,
    operation,
    parameter,
    path,
    success,
)

GONE = ir.Error(Identifier("Gone"), Identifier("ApiError"), 410, None, "")
LONG_SENTENCE = "This is a long sentence about one thing, and about another thing. " * 8
LONG_LINK = "https://example.org/" + "a/long/path/" * 12
LONG_DOC = f"""A summary that takes more than a line, because its author had a lot to say here.

{LONG_SENTENCE}

- one
- {LONG_SENTENCE}

See {LONG_LINK} or [the docs]({LONG_LINK}), "as it were". 掲示板 {"掲示板に貼られた紙" * 12}

    code(with="indent") \\ and a backslash\\"""

LISTED = Expression.subscript(name("list"), name("str"))
LITERALS = Expression.subscript(
    name("Literal"), Constant("a long value with spaces " * 6), Constant("b")
)

PARAMETERS = operation(
    "every parameter " * 8,
    "every_parameter",
    ir.Method("PUT"),
    path(
        "EVERYTHING",
        "/" + "a-rather-long-segment/" * 5 + "{one}/{two}.json",
        "one",
        "two_",
        renamed=True,
    ),
    (success(200, "Ok", model("Notice")),),
    parameters=(
        in_path("one"),
        in_path("two_", name("UUID"), "two"),
        parameter("path", ir.Location.QUERY, name("str"), required=True),
        parameter("given", ir.Location.QUERY, name("int"), default=Constant(-1)),
        parameter("reply", ir.Location.QUERY, name("float"), default=Constant(1.5)),
        parameter("read", ir.Location.HEADER, name("bool"), wire_name="X-Read"),
        parameter(
            "session",
            ir.Location.COOKIE,
            Expression.optional(name("str")),
            constraints=((Identifier("pattern"), Constant("^[a-z ]+\\d\\\\$" * 12)),),
        ),
        parameter("tags", ir.Location.QUERY, LISTED, explode=False, wire_name="tags[]"),
        parameter("since", ir.Location.QUERY, name("date")),
        parameter("until", ir.Location.QUERY, name("datetime", "date")),
        parameter("at", ir.Location.QUERY, name("AwareDatetime")),
        parameter("kind", ir.Location.QUERY, LITERALS, default=Constant("b")),
        parameter(
            "text",
            ir.Location.QUERY,
            name("str"),
            default=Constant("a long default with many words " * 5),
        ),
        parameter("link", ir.Location.QUERY, name("str"), default=Constant(LONG_LINK)),
    ),
    body=ir.Body((ir.Choice(model("NewNotice"), ("application/json",)),), False, ""),
    errors=(BOARD_NOT_FOUND, GONE, DEFAULT_PROBLEM),
    doc=LONG_DOC,
)
POLICY = ir.Cors(origins=("https://example.org", "http://localhost:8080"), credentials=True)
OTHER_POLICY = ir.Cors(
    methods=("GET",),
    request_headers=("X-One", "X-" + "Two" * 40),
    exposed_headers=(),
    max_age=0,
)
BYTES = operation(
    "upload",
    "upload",
    ir.Method("POST"),
    path("UPLOAD", "/upload"),
    (success(200, "Ok", name("Binary"), "application/octet-stream"),),
    body=ir.Body(
        (ir.Choice(name("BodyStream"), ("application/octet-stream",)),), False, "", stream=True
    ),
    options=ir.Options(cancellable=True, timeout=0.05, max_body=10 * 2**20, cors=POLICY),
)
TEXT = operation(
    "text",
    "text",
    ir.Method("PATCH"),
    path("TEXT", "/text"),
    (success(200, "Ok", name("Text"), "text/plain"), success(204, "NoContent")),
    body=ir.Body((ir.Choice(name("str"), ("text/plain",)),), False, ""),
    options=ir.Options(
        timeout=3600.0,
        cors=POLICY,
        deprecation=ir.Milestone("2026-11-27", "https://example.org/" + "why/" * 20),
        sunset=ir.Milestone("2027-11-27T12:00:00Z"),
    ),
)
REDIRECT = operation(
    "redirect",
    "redirect",
    ir.Method("GET"),
    path("REDIRECT", "/redirect"),
    (success(302, "Found"),),
    options=ir.Options(cancellable=True),
)
MOVED = operation(
    "moved",
    "moved",
    ir.Method("GET"),
    path("MOVED", "/moved"),
    (ir.Success(308, Identifier("PermanentRedirect"), name("Location")),),
    options=ir.Options(max_body=1, cors=OTHER_POLICY),
)
SHUT = operation(
    "shut",
    "shut",
    ir.Method("PUT"),
    path("MOVED", "/moved"),
    (
        success(200, "Ok"),
        ir.Success(303, Identifier("SeeOther"), name("Location")),
    ),
    options=ir.Options(cors=ir.Cors(origins=())),
)
REPLIES = operation(
    "replies",
    "replies",
    ir.Method("POST"),
    path("REPLIES", "/replies"),
    (
        success(200, "Ok", model("Notice")),
        success(201, "Created"),
        success(202, "Accepted", LISTED),
        success(304, "NotModified", model("Notice")),
    ),
)
ACCEPTED = operation(
    "accepted",
    "accepted",
    ir.Method("POST"),
    path("ACCEPTED", "/accepted"),
    (success(202, "Accepted"),),
)
EMPTY = operation(
    "empty",
    "empty",
    ir.Method("DELETE"),
    path("EMPTY", "/empty"),
    (success(204, "NoContent", model("Notice")),),
)
HEAD, OPTIONS, TRACE = (
    operation(
        method.value,
        method.value.lower(),
        method,
        path(f"{method.value}_IT", f"/{method.value.lower()}"),
        (success(200, "Ok"),),
    )
    for method in (ir.Method("HEAD"), ir.Method("OPTIONS"), ir.Method("TRACE"))
)
REGISTER = operation(
    "register", "register", ir.Method("POST"), path("REGISTER", "/register"), (success(200, "Ok"),)
)
REGISTER_TOO = operation(
    "register_", "register_", ir.Method("GET"), path("REGISTER", "/register"), (success(200, "Ok"),)
)
WITHOUT_ARGUMENT = (ir.SchemeKind.BASIC, ir.SchemeKind.BEARER, ir.SchemeKind.CERTIFICATE)
SCHEMES = tuple(
    ir.SecurityScheme(
        id=kind.name,
        name=Identifier(kind.name.lower()),
        constant=Identifier(f"{kind.name}_"),
        kind=kind,
        argument=None if kind in WITHOUT_ARGUMENT else f"X-{kind.name}",
        scoped=kind is ir.SchemeKind.BEARER,
        follows=kind is ir.SchemeKind.BASIC,
        doc=LONG_DOC if kind is ir.SchemeKind.BEARER else "",
    )
    for kind in sorted(ir.SchemeKind, key=lambda kind: kind.name)
)
NEEDED = {scheme.kind: ir.RequiredScheme(scheme, ()) for scheme in SCHEMES}
BEARER = NEEDED[ir.SchemeKind.BEARER]
SECURED = operation(
    "secured",
    "secured",
    ir.Method("PUT"),
    path("SECURED", "/secured"),
    (success(204, "NoContent"),),
    body=ir.Body((ir.Choice(name("bytes"), ("image/png",)),), True, ""),
    security=ir.Security(tuple((one,) for one in NEEDED.values()), optional=False),
)
GREETED = operation(
    "greeted",
    "greeted",
    ir.Method("GET"),
    path("SECURED", "/secured"),
    (success(204, "NoContent"),),
    security=ir.Security(
        (
            (ir.RequiredScheme(BEARER.scheme, ("read", "a scope of several words " * 5)),),
            (NEEDED[ir.SchemeKind.HEADER_KEY], NEEDED[ir.SchemeKind.BASIC]),
        ),
        optional=True,
    ),
)

EVERYTHING: Final = ir.Api(
    Identifier("everything"),
    ("spec/a/rather/long/folder/with/many/documents/in/it", "b.yaml", "c.yaml"),
    "Every 'Thing'\n\"",
    "2",
    LONG_DOC,
    (
        group("things", LONG_DOC, PARAMETERS, BYTES, TEXT, REDIRECT, REPLIES, ACCEPTED, EMPTY),
        group("others", "", MOVED, SHUT),
        group("things2", "", HEAD, OPTIONS, TRACE),
        group("things10", '"quoted"', REGISTER, REGISTER_TOO),
        group("guarded", "", SECURED, GREETED),
    ),
    (BOARD_NOT_FOUND, DEFAULT_PROBLEM, GONE),
    (COMMON, NOTICE_MODELS),
    SCHEMES,
)

BARE: Final = ir.Api(
    Identifier("bare"),
    ("bare.yaml",),
    "Bare",
    "1",
    "",
    (group("default", "", ACCEPTED),),
    (),
    (),
)
