"""Files of a folder."""

from __future__ import annotations

import gc
import json
import os
import re
from contextlib import suppress
from email.utils import formatdate
from pathlib import Path
from typing import cast

import pytest
from counterfoil import OptionsResource, ProblemDetails, StaticResource
from counterfoil.testing import Response
from twisted.web.resource import IResource, Resource
from twisted.web.server import Site as TwistedSite

from tests.serving import Serve, Server

FRAMES = {"x-frame-options": "DENY", "content-security-policy": "frame-ancestors 'none';"}
OUTSIDE = b"outside of the folder"
TEXT = bytes(range(256)) * 4
LONG = os.urandom(1_000_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outside.txt").write_bytes(OUTSIDE)
    root = tmp_path / "served"
    (root / "pages" / "empty").mkdir(parents=True)
    (root / "a.txt").write_bytes(TEXT)
    (root / "empty.txt").touch()
    (root / "long.bin").write_bytes(LONG)
    (root / "pages" / "index.html").write_bytes(b"<p>index")
    (root / "caf\u00e9 x.html").write_bytes(b"<p>coffee")
    os.utime(root / "a.txt", (1_000_000_000, 1_000_000_000))
    return root


@pytest.fixture
def server(serve: Serve, folder: Path) -> Server:
    return serve(StaticResource(folder))


def is_missing(response: Response, status: int = 404) -> bool:
    """Whether it is an error in JSON, with no byte of any file, and cannot be framed."""
    return (
        response.status == status
        and OUTSIDE not in response.body
        and "errcode" in json.loads(response.body)
        and response.headers.items() >= FRAMES.items()
    )


def test_a54_a_file_is_sent_with_its_type_and_cannot_be_framed(server: Server) -> None:
    response = server.get("/a.txt")
    assert (response.status, response.body) == (200, TEXT)
    assert response.headers["content-length"] == str(len(TEXT))
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["last-modified"] == "Sun, 09 Sep 2001 01:46:40 GMT"
    assert response.headers.items() >= FRAMES.items()
    head = server.request("HEAD", "/a.txt")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(TEXT))
    assert head.headers.items() >= FRAMES.items()


def test_a54_a_long_file_is_sent_in_whole(server: Server) -> None:
    response = server.get("/long.bin")
    assert response.body == LONG
    assert response.headers["content-type"] == "application/octet-stream"
    assert server.get("/empty.txt").body == b""
    assert server.get("/caf%C3%A9%20x.html").body == b"<p>coffee"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("x.js", "text/javascript; charset=utf-8"),
        ("x.HTML", "text/html; charset=utf-8"),
        ("x.css", "text/css; charset=utf-8"),
        ("x.svg", "image/svg+xml"),
        ("x.yaml", "application/yaml"),
        ("x.tar.gz", "application/gzip"),
        ("x", "application/octet-stream"),
        ("x.unknown", "application/octet-stream"),
    ],
)
def test_b72_the_type_goes_by_the_suffix_and_never_by_a_guess(
    server: Server, folder: Path, name: str, kind: str
) -> None:
    (folder / name).write_bytes(b"<script>")
    response = server.get(f"/{name}")
    assert response.headers["content-type"] == kind
    assert "content-encoding" not in response.headers


def test_a54_a_304_a_404_and_a_206_cannot_be_framed(server: Server) -> None:
    tag = server.get("/a.txt").headers["etag"]
    known = server.get("/a.txt", headers={"If-None-Match": tag})
    assert (known.status, known.body) == (304, b"")
    assert known.headers["etag"] == tag
    assert "content-length" not in known.headers
    assert "content-type" not in known.headers
    part = server.get("/a.txt", headers={"Range": "bytes=1-2"})
    assert (part.status, part.body) == (206, TEXT[1:3])
    missing = server.get("/b.txt")
    assert missing.status == 404
    for response in (known, part, missing):
        assert response.headers.items() >= FRAMES.items()


@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other", W/TAG'}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": "DATE"}, 200),
        ({"If-Modified-Since": "DATE"}, 304),
        ({"If-Modified-Since": "Sun Sep  9 01:46:40 2001"}, 304),
        ({"If-Modified-Since": formatdate(1_000_000_001, usegmt=True)}, 304),
        ({"If-Modified-Since": formatdate(999_999_999, usegmt=True)}, 200),
        ({"If-Modified-Since": ""}, 200),
        ({"If-Modified-Since": ";"}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Modified-Since": "\xff"}, 200),
        ({"If-Modified-Since": "Sun, 06 Nov 99999999999 08:49:37 GMT"}, 200),
    ],
)
def test_a54_conditions_are_kept_and_bad_ones_ignored(
    server: Server, conditions: dict[str, str], status: int
) -> None:
    headers = server.get("/a.txt").headers
    sent = {
        name: text.replace("TAG", headers["etag"]).replace("DATE", headers["last-modified"])
        for name, text in conditions.items()
    }
    response = server.get("/a.txt", headers=sent)
    assert response.status == status
    assert response.body == (TEXT if status == 200 else b"")


@pytest.mark.parametrize("path", ["/", "/pages/empty/", "/pages/empty", ""])
def test_a55_a_folder_is_never_listed(serve: Serve, folder: Path, path: str) -> None:
    root = Resource()
    root.putChild(b"static", cast("IResource", StaticResource(folder)))
    response = serve(root).get(f"/static{path}")
    assert is_missing(response)
    assert b"a.txt" not in response.body


def test_a55_a_folder_is_its_index_and_is_named_with_a_slash(server: Server) -> None:
    response = server.get("/pages/")
    assert (response.status, response.body) == (200, b"<p>index")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    redirect = server.get("/pages?to=a%20b&c='\\")
    assert redirect.status == 302
    assert redirect.headers["location"] == "./pages/?to=a%20b&c='%5C"
    assert redirect.headers.items() >= FRAMES.items()
    assert is_missing(server.get("/a.txt/"))


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.txt",
        "/pages/../../outside.txt",
        "/%2e%2e/outside.txt",
        "/%2E%2E/outside.txt",
        "/.%2e/outside.txt",
        "/..%2foutside.txt",
        "/%2e%2e%2foutside.txt",
        "/pages%2f..%2f..%2foutside.txt",
        "/..%5coutside.txt",
        "/..\\outside.txt",
        "/pages%5cindex.html",
        "/pages\\index.html",
        "/pages%2findex.html",
        "/pages/../a.txt",
        "/./a.txt",
        "/%2e/a.txt",
        "//a.txt",
        "/pages//index.html",
        "/a.txt%00",
        "/%00",
        "/a.txt%00.html",
        "/%ff",
        "/%c0%ae%c0%ae/outside.txt",
        "/" + "x" * 300,
    ],
)
def test_a56_b48_what_leads_out_or_is_no_name_is_a_404(server: Server, path: str) -> None:
    assert is_missing(server.get(path))


def test_a56_an_absolute_path_is_a_404(server: Server, folder: Path) -> None:
    outside = folder.parent / "outside.txt"
    assert is_missing(server.get(f"/{outside}"))
    assert is_missing(server.get(f"/{str(outside).replace('/', '%2f')}"))


@pytest.fixture
def linked(folder: Path) -> Path:
    (folder / "out.txt").symlink_to(folder.parent / "outside.txt")
    (folder / "up").symlink_to(folder.parent)
    (folder / "in.txt").symlink_to(folder / "a.txt")
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "dangling").symlink_to(folder / "nothing")
    return folder


def test_a57_b48_a_link_that_leads_out_is_a_404(serve: Serve, linked: Path) -> None:
    server = serve(StaticResource(linked))
    for path in ["/out.txt", "/up/outside.txt", "/up/served/a.txt/../outside.txt", "/up/"]:
        assert is_missing(server.get(path))
    assert server.get("/in.txt").body == TEXT
    assert server.get("/up/served/a.txt").body == TEXT  # it leads back in


@pytest.mark.parametrize("follow", [False, True])
def test_a57_a_link_to_itself_or_to_nothing_is_a_404(
    serve: Serve, linked: Path, follow: bool
) -> None:
    server = serve(StaticResource(linked, follow_symlinks=follow))
    assert is_missing(server.get("/loop"))
    assert is_missing(server.get("/dangling"))


def test_a57_links_are_followed_if_that_is_asked_for(serve: Serve, linked: Path) -> None:
    server = serve(StaticResource(str(linked), follow_symlinks=True))
    assert server.get("/out.txt").body == OUTSIDE
    assert server.get("/up/outside.txt").body == OUTSIDE
    assert is_missing(server.get("/%2e%2e/outside.txt"))


def test_a57_the_folder_itself_may_be_a_link(serve: Serve, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert serve(StaticResource(tmp_path / "link")).get("/a.txt").body == TEXT


def test_b48_what_is_no_file_is_not_opened(server: Server, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert is_missing(server.get("/pipe"))


def test_b48_a_file_that_cannot_be_read_is_a_404(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(Path, "open", refuse)
    assert is_missing(server.get("/a.txt"))


@pytest.mark.parametrize(
    "value",
    [
        "bytes=\xff-\xfe",
        "\xff",
        "bytes=1-\xb2",
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=0-0,5-2",
        "bytes=1",
        "bytes=+1-2",
        "bytes=1-2-3",
        "bytes=1_0-20",
        "bytes=0-" + "9" * 20,
        "bytes=0-" + "9" * 5000,
        "lines=1-2",
        "bytes=" + ",".join(f"{each}-{each}" for each in range(0, 34, 2)),
    ],
)
def test_a58_b48_a_bad_range_is_ignored(server: Server, value: str) -> None:
    response = server.get("/a.txt", headers={"Range": value})
    assert (response.status, response.body) == (200, TEXT)
    assert "content-range" not in response.headers


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=0-", slice(0, 1024)),
        ("BYTES=1000-", slice(1000, 1024)),
        ("bytes=1000-9999999", slice(1000, 1024)),
        ("bytes=-10", slice(1014, 1024)),
        ("bytes=-5000", slice(0, 1024)),
        ("bytes= 1-2 , ", slice(1, 3)),
        ("bytes=0-5,3-9", slice(0, 10)),
        ("bytes=4-9,0-3", slice(0, 10)),
        ("bytes=0-9,2-3", slice(0, 10)),
        ("bytes=0-1,5000-", slice(0, 2)),
        ("bytes=" + "0-9," * 16, slice(0, 10)),
    ],
)
def test_a58_one_range_or_several_that_are_one(server: Server, value: str, part: slice) -> None:
    response = server.get("/a.txt", headers={"Range": value})
    assert (response.status, response.body) == (206, TEXT[part])
    assert response.headers["content-range"] == f"bytes {part.start}-{part.stop - 1}/1024"
    assert response.headers["content-length"] == str(len(response.body))


def parts(response: Response) -> list[tuple[str, bytes]]:
    """The parts of a multipart answer: where each is from, and what it holds."""
    found = re.fullmatch(r"multipart/byteranges; boundary=(\w+)", response.headers["content-type"])
    assert found
    boundary = found[1].encode("ascii")
    first, *between, last = response.body.split(b"\r\n--" + boundary)
    assert (first, last) == (b"", b"--\r\n")
    made = []
    for each in between:
        head, _, body = each.partition(b"\r\n\r\n")
        assert b"\r\nContent-Type: text/plain; charset=utf-8\r\n" in head
        made.append((head.decode("ascii").rpartition("Content-Range: ")[2], body))
    return made


def test_a58_several_ranges_are_parts_merged_and_in_order(server: Server) -> None:
    response = server.get("/a.txt", headers={"Range": "bytes=500-509,-1,0-1,1-2,505-511"})
    assert response.status == 206
    assert response.headers["content-length"] == str(len(response.body))
    assert "content-range" not in response.headers
    assert response.headers.items() >= FRAMES.items()
    assert parts(response) == [
        ("bytes 500-511/1024", TEXT[500:512]),
        ("bytes 1023-1023/1024", TEXT[1023:]),
        ("bytes 0-2/1024", TEXT[0:3]),
    ]


def test_a58_sixteen_ranges_are_sent(server: Server) -> None:
    value = "bytes=" + ",".join(f"{each}-{each}" for each in range(0, 32, 2))
    assert len(parts(server.get("/a.txt", headers={"Range": value}))) == 16


@pytest.mark.parametrize("value", ["bytes=1024-", "bytes=5000-6000,9000-", "bytes=-0"])
def test_a58_a_range_that_is_not_there_is_a_416(server: Server, value: str) -> None:
    response = server.get("/a.txt", headers={"Range": value})
    assert is_missing(response, 416)
    assert response.headers["content-range"] == "bytes */1024"


def test_a58_head_and_an_empty_file_have_no_ranges(server: Server) -> None:
    response = server.request("HEAD", "/a.txt", headers={"Range": "bytes=0-1"})
    assert (response.status, response.headers["content-length"]) == (200, "1024")
    assert server.get("/empty.txt", headers={"Range": "bytes=-1"}).status == 200


def test_a58_a_range_of_another_state_of_the_file_is_ignored(server: Server) -> None:
    headers = server.get("/a.txt").headers
    for known in (headers["etag"], headers["last-modified"]):
        response = server.get("/a.txt", headers={"Range": "bytes=0-1", "If-Range": known})
        assert response.status == 206
    for other in ('"other"', "Sun, 09 Sep 2001 01:46:41 GMT", "W/" + headers["etag"]):
        response = server.get("/a.txt", headers={"Range": "bytes=0-1", "If-Range": other})
        assert (response.status, response.body) == (200, TEXT)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "wrapper", "get"])
@pytest.mark.parametrize("path", ["/a.txt", "/nothing"])
def test_b48_other_methods_are_a_405_that_names_those_allowed(
    server: Server, method: str, path: str
) -> None:
    response = server.request(method, path)
    assert is_missing(response, 405)
    assert response.headers["allow"] == "GET, HEAD"


def test_b81_b83_a_file_that_becomes_shorter_ends_the_connection(
    server: Server, folder: Path
) -> None:
    size = 64_000_000
    (folder / "log.bin").touch()
    os.truncate(folder / "log.bin", size)
    with server.connect() as connection:
        connection.request("GET", "/log.bin")
        assert connection.some(15) == b"HTTP/1.1 200 OK"
        os.truncate(folder / "log.bin", 0)
        with suppress(ConnectionResetError):
            assert len(connection.rest()) < size
    assert server.get("/a.txt").body == TEXT


def test_b81_a_client_that_leaves_mid_file_leaves_no_open_file(serve: Serve, folder: Path) -> None:
    (folder / "huge.bin").write_bytes(bytes(20_000_000))
    server = serve(StaticResource(folder))
    before = open_files(folder)
    for _ in range(5):
        connection = server.connect()
        connection.request("GET", "/huge.bin")
        assert connection.some(15) == b"HTTP/1.1 200 OK"
        assert open_files(folder) > before
        connection.reset()
    server.get("/a.txt")
    for _ in range(100):
        if open_files(folder) == before:
            break
        server.get("/a.txt")
        gc.collect()
    assert open_files(folder) == before


def open_files(folder: Path) -> int:
    """How many files of *folder* this process has open."""
    links = Path("/proc/self/fd").iterdir()
    return sum(os.path.realpath(link).startswith(str(folder)) for link in links)


def test_a54_on_a_foreign_site_and_under_options(serve: Serve, folder: Path) -> None:
    root = OptionsResource()
    root.putChild(b"static", cast("IResource", StaticResource(folder)))
    server = serve(TwistedSite(root))
    response = server.get("/static/a.txt")
    assert response.body == TEXT
    assert response.headers["x-content-type-options"] == "nosniff"
    assert server.request("OPTIONS", "/static/a.txt").status == 204


def test_errors_have_the_shape_that_is_asked_for(serve: Serve, folder: Path) -> None:
    response = serve(StaticResource(folder, errors=ProblemDetails())).get("/nothing")
    assert response.headers["content-type"] == "application/problem+json"


def test_a_folder_that_is_none_is_refused_when_the_resource_is_made(folder: Path) -> None:
    with pytest.raises(NotADirectoryError):
        StaticResource(folder / "a.txt")
    with pytest.raises(FileNotFoundError):
        StaticResource(folder / "nothing")
