"""What is served keeps the contract that its document states: schemathesis, with all its checks.

`make schemathesis` asks every operation, and for long; a run of the tests, some, and for short.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import noticeboard
import pytest
from counterfoil import InvalidResponseError, JsonResource
from counterfoil.validation import ResponseValidation
from counterfoil_codegen import ir
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Loader
from twisted.internet.base import DelayedCall, ReactorBase
from twisted.internet.defer import ensureDeferred
from twisted.internet.interfaces import IReactorTime
from twisted.web.resource import Resource
from twisted.web.server import Request
from typing_extensions import override

from examples.noticeboard.bell import Bell
from examples.noticeboard.handlers import Boards, Notices, Search
from examples.noticeboard.store import Store
from tests.contract.answers import CREDENTIALS, answering
from tests.contract.document import completed, document
from tests.contract.schemathesis import Effort, Excused, run
from tests.serving import Serve, in_reactor, reactor
from tests.specs.catalogue import MISSING, REAL_APIS, SPECS
from tests.specs.documents import members
from tests.specs.generation import Generated, generate

ROOT = Path(__file__).parent.parent.parent
OTHER_KEYS = "CF406: of patternProperties, every key is held to the schema of the pattern"
NO_BODY = "without a Content-Length, and with one of 0, a raw body is empty"
TEXTS = "a query spells every value as a text, null too"
OVERLAP = "a path that another template fits is routed to the methods of that one as well"
EITHER_BODY = "the stub answers with the body of either media type, whichever is accepted"
ANY_OBJECT = "one of the alternatives of oneOf is any object, so that each event is two of them"
CONFORMANCE = "response_schema_conformance"
EXCUSED = {
    "noticeboard": [
        Excused("listNotices", "positive_data_acceptance", "`from` is the cursor of a page before"),
    ],
    "matrix_client": [
        *(
            Excused(operation, "positive_data_acceptance", OTHER_KEYS)
            for operation in (
                "claimKeys",
                "putRoomKeys",
                "queryKeys",
                "sendToDevice",
                "uploadCrossSigningSignatures",
                "uploadKeys",
            )
        ),
        Excused("uploadContent", "negative_data_rejection", NO_BODY),
        Excused("uploadContentToMXC", "negative_data_rejection", NO_BODY),
        Excused("queryLocationByProtocol", "negative_data_rejection", TEXTS),
        Excused("queryUserByProtocol", "negative_data_rejection", TEXTS),
        Excused("getRoomStateWithKey", CONFORMANCE, ANY_OBJECT),
    ],
    "github": [
        Excused("activity/list-repos-starred-by-authenticated-user", CONFORMANCE, EITHER_BODY),
        Excused(
            "repos/get-content",
            CONFORMANCE,
            "a file is also what oneOf says of a symlink and of a submodule",
        ),
    ],
}


class Hurried:
    """A clock on which no wait is long."""

    def callLater(self, delay: float, call: Callable[[], object]) -> DelayedCall:
        return reactor.callLater(0, call)


STATELESS = "examples,coverage,fuzzing"


@pytest.fixture
def tries(soak: bool) -> int:
    """How many requests of each kind are made of an operation."""
    return 50 if soak else 3


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Path]:
    """A folder on the import path for what is generated."""
    if not SPECS.is_dir():
        pytest.skip(MISSING)
    sys.path.insert(0, str(tmp_path))
    yield tmp_path
    sys.path.remove(str(tmp_path))


def test_the_noticeboard(serve: Serve, tmp_path: Path, tries: int) -> None:
    """As it is worked out by hand, with its store."""
    root = Loader(ROOT, Diagnostics()).load(ROOT / "spec" / "noticeboard.yaml")
    assert root is not None
    opened: list[Store] = []
    opening = Store.open(cast("ReactorBase", reactor), str(tmp_path / "notices.sqlite3"))
    in_reactor(lambda: ensureDeferred(opening).addCallback(opened.append))
    (store,) = opened
    found: list[InvalidResponseError] = []
    boards = JsonResource(validation=ResponseValidation(report=found.append))
    noticeboard.register(
        boards,
        boards=Boards(store),
        notices=Notices(store, cast("IReactorTime", Hurried()), Bell()),
        search=Search(store),
    )
    said = run(
        completed(members(root.value)),
        serve(boards).port,
        tmp_path,
        effort=Effort(tries, f"{STATELESS},stateful"),
        excused=EXCUSED["noticeboard"],
    )
    assert covered(said) == 8
    assert not found


@pytest.mark.parametrize(("package", "share"), [("matrix_client", 6), ("github", 40)])
def test_real_operations(
    package: str, share: int, serve: Serve, real: Path, soak: bool, tries: int
) -> None:
    """Every operation answers with values of its generated models; two referees agree on them."""
    (found,) = (one for one in REAL_APIS if one.package == package)
    generated = generate(found, real)
    if soak:
        share = {"matrix_client": 1, "github": 4}[package]
    operations = some(generated, share)
    breaches: list[InvalidResponseError] = []
    said = run(
        completed(document(operations)),
        serve(answering(generated, breaches.append)).port,
        real,
        effort=Effort(tries, STATELESS),  # a stub forgets what it is told
        excused=[*EXCUSED[package], *overlapping(generated)],
        credentials=CREDENTIALS if generated.api.schemes else None,
    )
    assert covered(said) == len(operations)
    excused = {each.operation for each in EXCUSED[package] if each.check == CONFORMANCE}
    assert {one.operation for one in breaches} <= excused, [str(one) for one in breaches[:5]]
    assert not soak or len(operations) >= {"matrix_client": 166, "github": 100}[package]


class Liar(Resource):
    """Answers whatever it is asked with a board that is none."""

    isLeaf = True

    def __init__(self) -> None:
        Resource.__init__(self)

    @override
    def render(self, request: Request) -> bytes:
        request.setHeader(b"Content-Type", b"application/json")
        return b'{"id": 1}'


def test_a_breach_is_found(serve: Serve, tmp_path: Path) -> None:
    root = Loader(ROOT, Diagnostics()).load(ROOT / "spec" / "noticeboard.yaml")
    assert root is not None
    port = serve(Liar()).port
    with pytest.raises(AssertionError, match="violates schema"):
        run(completed(members(root.value)), port, tmp_path, effort=Effort(1, "examples"))


def some(generated: Generated, share: int) -> list[ir.Operation]:
    """The operations of one path in *share*."""
    operations = [operation for _, operation in generated.operations]
    paths = sorted({operation.path.template for operation in operations})[::share]
    return [operation for operation in operations if operation.path.template in paths]


def overlapping(generated: Generated) -> Iterator[Excused]:
    """Operations whose path fits another template too, as /releases/latest fits /releases/{id}."""
    templates = {operation.path.template for _, operation in generated.operations}
    patterns = {
        one: re.compile(re.sub(r"\\{[^{}]*\\}", "[^/]+", re.escape(one))) for one in templates
    }
    for _, operation in generated.operations:
        own = operation.path.template
        if any(re.fullmatch(found, own) for one, found in patterns.items() if one != own):
            for check in ("unsupported_method", "allow_header_conformance"):
                yield Excused(operation.id, check, OVERLAP)


def covered(said: str) -> int:
    """How many operations schemathesis tested."""
    (count,) = re.findall(r"Tested: (\d+)", said)
    return int(count)
