"""Forms in parts, over real sockets: files on disk, limits, clients that leave, real clients."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path as FilePath
from random import Random
from typing import Annotated, cast

import pytest
from counterfoil import JsonResource, Ok, Request
from counterfoil._errors import CodedError
from counterfoil._input.parts import MAX_PARTS, MAX_TEXT, FormParts, read_parts
from counterfoil._input.spooling import IN_MEMORY
from counterfoil._input.uploads import Upload
from counterfoil._threads import runs_inline
from counterfoil.stub import (
    Body,
    BodyStream,
    FormPart,
    Input,
    MultipartForm,
    Reply,
    answers,
    at_head,
    cancellable,
    limits,
    path,
    receive,
)
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from tests.runtime.test_lifecycle import until
from tests.serving import Serve, Server, reactor

LARGE = os.urandom(1024) * 5 * 1024
LIMIT = 8 * 1024 * 1024
TYPE = {"Content-Type": "multipart/form-data; boundary=b"}
END = b"--b--\r\n"
CLOCK = cast("IReactorTime", reactor)
CURL = shutil.which("curl") or ""
PIECES = [
    *(
        b"\r\n",
        b"\r",
        b"\n",
        b"--b",
        b"--b--",
        b"--",
        b"-",
        b'"',
        b"\\",
        b";",
        b":",
        b"\x00",
        b"\xff",
    ),
    *(b"name=", b"name*=", b"\r\n\r\n", b"Content-Disposition: form-data; name=title\r\n"),
]
# What two readers could take for two things.
ODD = (
    b'name="file"; name="title"',
    b'name="file"; filename="a"; FileName="b"',
    b'name="file"; filename="a\nContent-Type: text/html"',
    b'name="file"; filename="a.png\x00.exe"',
)
NODE = shutil.which("node") or ""


class Form(MultipartForm):
    file: Annotated[Upload, FormPart()]
    title: Annotated[str | None, FormPart()] = None
    more: Annotated[list[Upload] | None, FormPart()] = None


class Given(Input):
    body: Annotated[Form, Body(media_type="multipart/form-data")]


class Files:
    """What a servlet is, and its handler in one."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self.kept: list[Upload] = []

    @at_head
    @limits(max_body=LIMIT)
    @answers(Ok)
    async def digest(self, request: Request, **path: str) -> Reply[object]:
        body = (await receive(request, Given, path)).body
        self.kept = [body.file, *(body.more or ())]
        digests = [hashlib.sha256(await one.read()).hexdigest() for one in self.kept]
        on_disk = [not isinstance(one.file, BytesIO) for one in self.kept]
        return Ok({"title": body.title, "digests": digests, "on disk": on_disk})

    @at_head
    @limits(max_body=LIMIT)
    @answers(Ok)
    async def open(self, request: Request, **path: str) -> Reply[object]:
        before = len(temporary())
        body = (await receive(request, Given, path)).body
        self.kept = [body.file, *(body.more or ())]
        descriptors = len(temporary()) - before
        digests = [hashlib.sha256(await one.read()).hexdigest() for one in self.kept]
        return Ok({"digests": digests, "descriptors": descriptors})

    @at_head
    @limits(max_body=LIMIT * 2)
    @answers(Ok)
    async def threads(self, request: Request, **path: str) -> Reply[object]:
        body = (await receive(request, Given, path)).body
        self.kept = [body.file, *(body.more or ())]
        found = await gatherResults([Deferred.fromCoroutine(one.read()) for one in self.kept * 8])
        return Ok([hashlib.sha256(each).hexdigest() for each in found])

    @at_head
    @answers(Ok)
    async def fail(self, request: Request, **path: str) -> Reply[object]:
        self.kept = [(await receive(request, Given, path)).body.file]
        raise RuntimeError("no")

    @at_head
    @limits(max_body=LIMIT)
    @answers(Ok)
    async def slow(self, request: Request, **path: str) -> Reply[object]:
        body = (await receive(request, Given, path)).body
        self.kept = [body.file]
        await deferLater(CLOCK, 0.3)
        self.seen.append(await body.file.read() == LARGE)
        return Ok(None)

    @at_head
    @cancellable
    @limits(max_body=LIMIT)
    @answers(Ok)
    async def cancelled(self, request: Request, **path: str) -> Reply[object]:
        self.kept = [(await receive(request, Given, path)).body.file]
        await deferLater(CLOCK, 60)
        return Ok(None)

    @at_head
    @limits(max_body=LIMIT)
    @answers(Ok)
    async def save(self, request: Request, **path: str) -> Reply[object]:
        body = (await receive(request, Given, path)).body
        await body.file.save(body.title or "")
        return Ok(None)


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def server(serve: Serve, files: Files) -> Iterator[Server]:
    """Nothing of any file may be left when it ends."""
    root = JsonResource()
    for name in ("digest", "open", "threads", "fail", "slow", "cancelled", "save"):
        root.register_paths("POST", [path(f"/{name}")], getattr(files, name), name)
    before = temporary()
    yield serve(root, max_request_body_size=2 * LIMIT)
    until(lambda: temporary() == before)
    assert all(one.file.closed for one in files.kept)


def temporary() -> list[str]:
    """The open files that have no name any more."""
    gc.collect()
    found = []
    for fd in FilePath("/proc/self/fd").iterdir():
        try:
            target = str(fd.readlink())
        except OSError:
            continue
        if target.endswith("(deleted)") and ("/#" in target or "counterfoil-" in target):
            found.append(target)
    return sorted(found)


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    told = "" if filename is None else f'; filename="{filename}"'
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{told}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_small_files_are_in_memory_and_large_ones_on_disk(server: Server) -> None:
    content = part("file", b"small", "a") + part("title", b"T") + part("more", LARGE, "b")
    answer = server.request("POST", "/digest", body=content + END, headers=TYPE)
    assert answer.json() == {
        "title": "T",
        "digests": [digest(b"small"), digest(LARGE)],
        "on disk": [False, True],
    }


def test_many_small_files_are_no_large_memory(server: Server) -> None:
    each = b"x" * (IN_MEMORY // 4)
    content = part("file", each, "a") + part("more", each, "b") * 15
    told = server.request("POST", "/digest", body=content + END, headers=TYPE).json()
    assert isinstance(told, dict)
    assert told["digests"] == [digest(each)] * 16
    on_disk = told["on disk"]
    assert isinstance(on_disk, list)
    assert on_disk.count(False) <= 5


def test_many_files_are_one_on_disk(server: Server, files: Files) -> None:
    sizes = [IN_MEMORY, *(1000 + index for index in range(900))]
    contents = [bytes([index % 256]) * size for index, size in enumerate(sizes)]
    content = b"".join(
        part("more" if index else "file", each, "a") for index, each in enumerate(contents)
    )
    told = server.request("POST", "/open", body=content + END, headers=TYPE).json()
    assert told == {"digests": [digest(each) for each in contents], "descriptors": 1}


def test_threads_may_read_a_file_at_once(server: Server, files: Files) -> None:
    content = part("file", LARGE, "a") + part("more", LARGE[1:], "b") + END
    told = server.request("POST", "/threads", body=content, headers=TYPE).json()
    assert told == [digest(LARGE), digest(LARGE[1:])] * 8


def test_whatever_stands_in_a_file_and_however_it_is_cut(server: Server) -> None:
    odd = b"\r\n--b\r\n--bb--\r\n\r\n--\r\n--b"[2:] + b"\r\n--" + bytes(range(256)) + b"\r\n-"
    content = b"--long" + part("file", odd.replace(b"--b", b"-"), "a")[3:]
    content += b"--long--\r\nan epilogue"
    headers = {"Content-Type": 'Multipart/Form-Data; charset=x; boundary="long"'}
    wanted = digest(odd.replace(b"--b", b"-"))
    whole = server.request("POST", "/digest", body=content, headers=headers).json()
    with server.connect() as connection:
        lines = f"Content-Type: {headers['Content-Type']}\r\nContent-Length: {len(content)}"
        connection.send(f"POST /digest HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n".encode())
        for index in range(len(content)):
            connection.send(content[index : index + 1])
        assert connection.response().json() == whole
    assert isinstance(whole, dict)
    assert whole["digests"] == [wanted]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (part("file", b"", "") + END, 400),
        (part("title", b"x" * (MAX_TEXT + 1)) + END, 413),
        (part("title", b"x" * MAX_TEXT) + part("file", b"x", "a") + END, 200),
        (part("title", b"a") * MAX_PARTS + part("file", b"a", "a") + END, 413),
        (part("file", b"x" * LIMIT, "a") + END, 413),
        (b"--b\r\n" + b"X-Y: z\r\n" * 100 + b"\r\n\r\n" + END, 400),
        (b"--b\r\nX-Y: " + b"z" * 10_000 + b"\r\n\r\n\r\n" + END, 400),
        (b"--b\r\n\r\n\r\n" * 90_000 + END, 400),
        (b'--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\r\n' + END, 400),
        *(
            (b"--b\r\nContent-Disposition: form-data; " + odd + b"\r\n\r\nx\r\n" + END, 400)
            for odd in ODD
        ),
    ],
    ids=range(9 + len(ODD)),
)
def test_b37_what_is_too_much_or_malformed_is_refused(
    server: Server, content: bytes, status: int
) -> None:
    answer = server.request("POST", "/digest", body=content, headers=TYPE)
    assert answer.status == status, answer


@pytest.mark.parametrize("boundary", ["b; boundary=c", "", "b" * 71, '"b "', "\x7f", "b\xe9"])
def test_a_boundary_that_cannot_be_one(server: Server, boundary: str) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    assert server.request("POST", "/digest", body=END, headers=headers).status == 400


def test_a_handler_that_fails_leaves_no_file(server: Server, files: Files) -> None:
    assert server.request("POST", "/fail", body=form(), headers=TYPE).status == 500


@pytest.mark.parametrize("sent", [100, 3_000_000])
@pytest.mark.parametrize("leave", ["close", "reset"])
def test_a_client_that_leaves_in_the_middle_leaves_no_file(
    server: Server, leave: str, sent: int
) -> None:
    with server.connect() as connection:
        connection.send(head("/digest"))
        connection.send(form()[:sent])
        time.sleep(0.05)
        getattr(connection, leave)()


def test_a_handler_whose_client_left_still_has_its_file(server: Server, files: Files) -> None:
    with server.connect() as connection:
        connection.send(head("/slow") + form())
        until(lambda: files.kept)
        assert temporary()
        connection.reset()
    until(lambda: files.seen)
    assert files.seen == [True]


def test_a_handler_that_is_cancelled_leaves_no_file(server: Server, files: Files) -> None:
    with server.connect() as connection:
        connection.send(head("/cancelled") + form())
        until(lambda: files.kept)
        connection.reset()
    until(lambda: files.kept[0].file.closed)


def test_a_file_can_be_saved_and_hides_no_other(server: Server, tmp_path: FilePath) -> None:
    saved = tmp_path / "saved"
    content = part("file", LARGE, "a") + part("title", str(saved).encode()) + END
    assert server.request("POST", "/save", body=content, headers=TYPE).status == 200
    assert saved.read_bytes() == LARGE
    assert server.request("POST", "/save", body=content, headers=TYPE).status == 500
    assert [one.name for one in tmp_path.iterdir()] == ["saved"]


@pytest.mark.skipif(not CURL, reason="there is no curl")
def test_as_curl_sends_it(server: Server, tmp_path: FilePath) -> None:
    (tmp_path / "a b.bin").write_bytes(LARGE)
    given = ["-F", f"file=@{tmp_path / 'a b.bin'}", "-F", "title=caf\u00e9"]
    assert first(run([CURL, "-sS", *given, f"http://127.0.0.1:{server.port}/digest"])) == digest(
        LARGE
    )


@pytest.mark.skipif(not NODE, reason="there is no node")
def test_as_a_browser_sends_it(server: Server) -> None:
    """What fetch and FormData make is what the standard says, in node as in a browser."""
    script = f"""
        const form = new FormData();
        form.append("file", new File(["a\\r\\n--b", new Uint8Array(2000000)], 'x"y.bin'));
        form.append("title", "caf\\u00e9\\n");
        fetch("http://127.0.0.1:{server.port}/digest", {{method: "POST", body: form}})
            .then(answer => answer.text()).then(console.log);
    """
    assert first(run([NODE, "-e", script])) == digest(b"a\r\n--b" + bytes(2_000_000))


def form() -> bytes:
    return part("file", LARGE, "a") + END


def head(target: str) -> bytes:
    lines = f"Content-Type: {TYPE['Content-Type']}\r\nContent-Length: {len(form())}"
    return f"POST {target} HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n".encode()


def run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def first(answer: str) -> str:
    found: list[str] = json.loads(answer)["digests"]
    return found[0]


def test_mutated_forms_are_taken_or_refused_however_they_are_cut() -> None:
    """Nothing but a refusal comes of any, and where a network cuts them makes no difference."""
    random = Random(37)
    content = part("title", b"T") + part("file", b"x\r\n" * 20, "a") + END
    outcomes: Counter[str] = Counter()
    token = runs_inline.set(True)
    try:
        for _ in range(5_000):
            mutated = mutate(content, random)
            whole = outcome(mutated, len(mutated))
            assert outcome(mutated, random.randint(1, 5)) == whole, mutated
            outcomes[whole[:3]] += 1
    finally:
        runs_inline.reset(token)
    assert outcomes.keys() == {"200", "400"}
    assert min(outcomes.values()) > 300


def mutate(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(changed) + 1)
        match random.randrange(3):
            case 0:
                del changed[place : place + random.randint(1, 12)]
            case 1:
                changed[place:place] = random.choice(PIECES)
            case _:
                changed[place : place + 1] = bytes([random.randrange(256)])
    return bytes(changed)


def outcome(content: bytes, step: int) -> str:
    """What becomes of *content* that comes *step* bytes at a time, in words."""
    body = BodyStream(pause=lambda: None, resume=lambda: None)
    for start in range(0, len(content), step):
        body.feed(content[start : start + step])
    body.end()
    reading = read_parts(body, b"b", {"file": True, "title": False})
    try:
        reading.send(None)
    except CodedError as error:
        return f"{error.code}"
    except StopIteration as ended:
        parts: FormParts = ended.value
        told = [(one.filename, one.size, one.headers) for one in parts.uploads.get("file", [])]
        return f"200 {parts.texts} {told} {parts.others}"
    raise AssertionError("it waits for more")
