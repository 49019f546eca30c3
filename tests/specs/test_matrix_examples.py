"""Matrix, asked with the examples of its own spec, and with what these are not to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing

import pytest
from counterfoil_codegen import ir

from tests.serving import Serve
from tests.specs.catalogue import REAL_APIS, SPECS
from tests.specs.documents import Documents, Written
from tests.specs.examples import Example, examples
from tests.specs.generation import Generated
from tests.specs.mounted import Client, credentials_for, mounted
from tests.specs.mutations import mutations
from tests.specs.wellformed import Built

MATRIX = [real for real in REAL_APIS if real.package.startswith("matrix_")]
APIS = pytest.mark.parametrize("package", [real.package for real in MATRIX])


# Examples that break the spec they stand in, by operation, with the reason.
UNFIT = {
    (
        "matrix_server",
        "queryInfo",
    ): "its path is that of queryProfile, which wants a query",
}


@APIS
def test_the_examples_are_accepted(
    package: str, real_apis: Mapping[str, Generated], serve: Serve
) -> None:
    """Of every operation: each reaches its stub, which is not implemented."""
    generated = real_apis[package]
    wrong = {}
    with closing(Client(serve(mounted(generated)).port)) as client:
        for operation, written in pairs(generated):
            for example in examples(written):
                status, body = answer(client, operation, example)
                if status != 501:
                    wrong[operation.id] = (status, body, example)
    assert wrong.keys() == {id_ for api, id_ in UNFIT if api == package}, wrong


# How many requests the mutations make.
MUTATIONS = {
    "matrix_client": 2346,
    "matrix_server": 1085,
    "matrix_appservice": 140,
    "matrix_identity": 426,
    "matrix_push": 143,
}


@APIS
def test_mutated_examples_are_refused(
    package: str, real_apis: Mapping[str, Generated], serve: Serve
) -> None:
    """Whatever is missing, of the wrong type or out of bounds: a 400 that names the place."""
    generated = real_apis[package]
    wrong = []
    sent = 0
    with closing(Client(serve(mounted(generated)).port)) as client:
        for operation, written in pairs(generated):
            for example in examples(written):
                for mutation in mutations(written, example):
                    status, body = answer(client, operation, mutation.example)
                    sent += 1
                    if status != 400 or mutation.place not in body:
                        wrong.append((operation.id, mutation, status, body))
    assert not wrong
    assert sent == MUTATIONS[package]


def answer(client: Client, operation: ir.Operation, example: Example) -> tuple[int, str]:
    """The status and the body of what *example* is answered with."""
    built = example.sent(operation.path.template.replace(" ", "%20"))
    headers = {**built.headers, **credentials_for(operation)}
    sent = Built(built.target, headers, built.body)
    status, _, body = client.send(operation.method.value, sent)
    return status, body.decode()


def pairs(generated: Generated) -> Iterator[tuple[ir.Operation, Written]]:
    """Each operation, and what its document says of it."""
    written = list(Documents(SPECS, generated.real.spec).operations())
    for _, operation in generated.operations:
        template = operation.path.template.replace("%20", " ")
        (found,) = [
            one for one in written if one.id == operation.id and template.endswith(one.path)
        ]
        yield operation, found
