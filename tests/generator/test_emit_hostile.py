"""A hostile spec (FAULTS, part C): its text never becomes code, in whichever field it stands."""

from __future__ import annotations

import ast
import dataclasses
import io
import tokenize
from collections.abc import Callable
from typing import Final

import pytest
from counterfoil_codegen import ir
from counterfoil_codegen.emit import emit
from counterfoil_codegen.emit.render import render
from counterfoil_codegen.emit.verify import verify
from counterfoil_codegen.fragments import Constant, Expression, Identifier

from tests.generator.emit_sample import LIST_NOTICES, NOTICEBOARD, POST_NOTICE, TXN_CONFLICT
from tests.generator.hostile_texts import HOSTILE_TEXTS

Change = Callable[[ir.Api, str], ir.Api]


def in_operation(change: Callable[[ir.Operation, str], ir.Operation]) -> Change:
    """A change of both `listNotices` and `postNotice`."""

    def changed(api: ir.Api, text: str) -> ir.Api:
        groups = []
        for group in api.groups:
            operations = tuple(
                change(operation, text)
                if operation.name in (LIST_NOTICES.name, POST_NOTICE.name)
                else operation
                for operation in group.operations
            )
            groups.append(dataclasses.replace(group, operations=operations))
        return dataclasses.replace(api, groups=tuple(groups))

    return changed


def in_parameter(change: Callable[[ir.Parameter, str], ir.Parameter]) -> Change:
    """A change of `limit` and `from`."""

    def changed(operation: ir.Operation, text: str) -> ir.Operation:
        parameters = tuple(
            parameter if parameter.location is ir.Location.PATH else change(parameter, text)
            for parameter in operation.parameters
        )
        return dataclasses.replace(operation, parameters=parameters)

    return in_operation(changed)


def in_body(change: Callable[[ir.Body, str], ir.Body]) -> Change:
    return in_operation(
        lambda operation, text: dataclasses.replace(
            operation, body=None if operation.body is None else change(operation.body, text)
        )
    )


def in_group_doc(api: ir.Api, text: str) -> ir.Api:
    groups = tuple(dataclasses.replace(group, doc=text) for group in api.groups)
    return dataclasses.replace(api, groups=groups)


def in_error_doc(api: ir.Api, text: str) -> ir.Api:
    errors = tuple(dataclasses.replace(error, doc=text) for error in api.errors)
    return dataclasses.replace(api, errors=errors)


def in_template(operation: ir.Operation, text: str) -> ir.Operation:
    path = dataclasses.replace(operation.path, template=f"/notices/{text}")
    return dataclasses.replace(operation, path=path)


def in_choices(body: ir.Body, text: str) -> ir.Body:
    choices = tuple(ir.Choice(one.annotation, (f"text/{text}",)) for one in body.choices)
    return dataclasses.replace(body, choices=choices)


def in_media_types(operation: ir.Operation, text: str) -> ir.Operation:
    successes = tuple(
        dataclasses.replace(success, media_types=(f"text/{text}", f"{text}/plain"))
        for success in operation.successes
    )
    return dataclasses.replace(operation, successes=successes)


def in_cors(operation: ir.Operation, text: str) -> ir.Operation:
    """Every text of a policy; on an input that the reader of specs would never let through."""
    policy = ir.Cors((text,), (text,), (text, f"x-{text}"), (text,))
    return dataclasses.replace(operation, options=ir.Options(cors=policy))


def in_lifecycle(operation: ir.Operation, text: str) -> ir.Operation:
    """Every text of a deprecation and a sunset; which the reader of specs would refuse."""
    milestone = ir.Milestone(text, text)
    options = dataclasses.replace(operation.options, deprecation=milestone, sunset=milestone)
    return dataclasses.replace(operation, options=options)


def in_headers(api: ir.Api, text: str) -> ir.Api:
    """Every text of the headers of responses, and of what other origins may read."""
    member = ir.ResponseHeader(
        name=Identifier("x_total"),
        wire_name=f"x-{text}",
        annotation=Expression.name(Identifier("int")),
        required=True,
        explode=True,
        is_json=True,
        doc=text,
    )
    headers = ir.ResponseHeaders(Identifier("ListNoticesResponse200Headers"), (member,), text)
    exposing = in_operation(lambda op, _: dataclasses.replace(op, exposed=(text, f"x-{text}")))
    return exposing(dataclasses.replace(api, headers=(headers,)), text)


def in_security(api: ir.Api, text: str) -> ir.Api:
    """Every text of a scheme, and the scopes that are required of it."""
    scheme = ir.SecurityScheme(
        id=text,
        name=Identifier("app_key"),
        constant=Identifier("APP_KEY"),
        kind=ir.SchemeKind.HEADER_KEY,
        argument=text,
        scoped=True,
        follows=True,
        doc=text,
    )
    required = ir.RequiredScheme(scheme, (text, f"x-{text}"))
    security = ir.Security(((required,),), optional=True)
    secured = in_operation(lambda op, _: dataclasses.replace(op, security=security))
    return secured(dataclasses.replace(api, schemes=(scheme,)), text)


def in_message(api: ir.Api, text: str) -> ir.Api:
    """Every text of a request that the API sends."""
    tag = ir.Parameter(
        name=Identifier("tag"),
        wire_name=f"x-{text}",
        location=ir.Location.HEADER,
        annotation=Expression.name(Identifier("str")),
        constraints=((Identifier("pattern"), Constant(text)),),
        required=False,
        default=Constant(text),
        explode=None,
        doc=text,
        place=LIST_NOTICES.place,
    )
    body = ir.Body(
        (ir.Choice(Expression.name(Identifier("bytes")), (f"text/{text}",), contract=text),),
        required=True,
        doc=text,
    )
    message = ir.Message(
        name=Identifier("NewNoticeWebhook"),
        occasion=f"webhook {text}",
        method=ir.Method(text),
        parameters=(tag,),
        body=body,
        successes=POST_NOTICE.successes,
        errors=(TXN_CONFLICT,),
        doc=f"{text}\n\n{text}",
    )
    return dataclasses.replace(api, messages=(message,), contracts=text)


FIELDS: Final[dict[str, Change]] = {
    "source": lambda api, text: dataclasses.replace(api, sources=(text,)),
    "sources": lambda api, text: dataclasses.replace(api, sources=(text, text)),
    "title": lambda api, text: dataclasses.replace(api, title=text),
    "version": lambda api, text: dataclasses.replace(api, version=text),
    "api doc": lambda api, text: dataclasses.replace(api, doc=text),
    "group doc": in_group_doc,
    "error doc": in_error_doc,
    "operation id": in_operation(lambda op, text: dataclasses.replace(op, id=text)),
    "operation doc": in_operation(lambda op, text: dataclasses.replace(op, doc=text)),
    "operation doc, further on": in_operation(
        lambda op, text: dataclasses.replace(op, doc=f"{op.doc}\n\n{text}")
    ),
    "template": in_operation(in_template),
    "wire name": in_parameter(lambda p, text: dataclasses.replace(p, wire_name=f"x-{text}")),
    "parameter doc": in_parameter(lambda p, text: dataclasses.replace(p, doc=text)),
    "default": in_parameter(lambda p, text: dataclasses.replace(p, default=Constant(text))),
    "constraint": in_parameter(
        lambda p, text: dataclasses.replace(
            p, constraints=((Identifier("pattern"), Constant(text)),)
        )
    ),
    "body media type": in_body(in_choices),
    "body doc": in_body(lambda b, text: dataclasses.replace(b, doc=text)),
    "reply media type": in_operation(in_media_types),
    "cors": in_operation(in_cors),
    "lifecycle": in_operation(in_lifecycle),
    "headers": in_headers,
    "security": in_security,
    "message": in_message,
}

LITERALS: Final = ("operation id", "template", "wire name", "default", "constraint")


def shape(text: str) -> str:
    """The syntax tree of a file, every text in it taken out."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


def shapes(files: dict[str, str]) -> dict[str, str]:
    return {name: shape(text) for name, text in files.items()}


def texts(text: str) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def assert_inert(hostile: dict[str, str], shapes: dict[str, str], given: str) -> None:
    """A package has these shapes: it is the same code, but for what its constants say."""
    verify(hostile)
    assert hostile.keys() == shapes.keys()
    for name, text in hostile.items():
        assert shape(text) == shapes[name], f"{name}: {given}"
        if name != "py.typed":
            assert_one_comment(text)


def assert_one_comment(text: str) -> None:
    """The first line is the only comment, and says nothing of an encoding."""
    first, _, rest = text.partition("\n")
    assert first.startswith("# Code generated by counterfoil from ")
    assert first.endswith(". DO NOT EDIT.")
    assert len(first) <= 100
    assert first.isascii()
    assert "#" not in rest or not _comments(rest)
    assert tokenize.detect_encoding(io.BytesIO(text.encode()).readline)[0] == "utf-8"


def _comments(text: str) -> list[str]:
    return [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    ]


@pytest.fixture(scope="module")
def harmless() -> dict[str, str]:
    """The shapes of the package with a harmless text in every field."""
    api = NOTICEBOARD
    for change in FIELDS.values():
        api = change(api, "b")
    return shapes(render(api))


# A MiB takes its time, and a literal and a docstring are each written in one place.
LARGE: Final = 100_000
TAKES_LARGE: Final = ("default", "template", "operation doc")


@pytest.mark.parametrize("turn", range(len(HOSTILE_TEXTS)))
def test_each_text_is_inert_in_each_field(turn: int, harmless: dict[str, str]) -> None:
    """At each turn every field has another text, so that each text is in each field once."""
    named = list(HOSTILE_TEXTS.items())
    api, given = NOTICEBOARD, {}
    for index, (field, change) in enumerate(FIELDS.items()):
        name, text = named[(turn + index) % len(named)]
        if len(text) < LARGE or field in TAKES_LARGE:
            given[field] = f"{name}: {text[:50]!a}"
        else:
            text = "b"
        api = change(api, text)
        if field in LITERALS:
            found = texts(render(change(NOTICEBOARD, text))["notices.py"])
            assert any(literal.endswith(text) for literal in found), given[field]
    assert_inert(render(api), harmless, str(given))


@pytest.mark.parametrize("name", [name for name in HOSTILE_TEXTS if not name.startswith("1 MiB")])
def test_hostile_texts_everywhere_at_once(name: str) -> None:
    text = HOSTILE_TEXTS[name]
    hostile, plain = NOTICEBOARD, NOTICEBOARD
    for change in FIELDS.values():
        hostile, plain = change(hostile, text), change(plain, "b")
    assert_inert(emit(hostile), shapes(emit(plain)), name)


def test_a_source_cannot_set_the_encoding() -> None:
    """PEP 263: `coding` and a colon or an equals sign in the first line would."""
    api = dataclasses.replace(NOTICEBOARD, sources=("spec/coding: utf-7.yaml",))
    first = emit(api)["errors.py"].partition("\n")[0]
    assert first == "# Code generated by counterfoil from spec/coding? utf-7.yaml. DO NOT EDIT."


def test_a_blank_doc_still_says_something() -> None:
    api = FIELDS["group doc"](NOTICEBOARD, " \n")
    api = FIELDS["operation doc"](FIELDS["error doc"](api, " \n"), "\n")
    files = render(dataclasses.replace(api, title="", version="", doc=""))
    assert '"""Operations of noticeboard."""' in files["notices.py"]
    assert '"""GET /boards/{board_id}/notices' in files["notices.py"]
    assert f'"""An error with status {TXN_CONFLICT.status}."""' in files["errors.py"]
    assert '"""noticeboard."""' in files["__init__.py"]
