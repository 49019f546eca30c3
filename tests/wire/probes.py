"""The probes of docs/wire.md: what is sent, and the statuses of what must come back."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["LIMIT", "PROBES", "Probe"]

LIMIT: Final = 50_000
"""How long a body may be."""


class Probe(NamedTuple):
    """What a client sends."""

    data: bytes
    statuses: tuple[int, ...]
    """Of the answers."""

    ends: bool = True
    """Whether the connection ends, whatever else was sent."""

    continues: int = 0
    """How many times it is told to go on, if its body does not come with its head."""


def refused(*heads: bytes, status: int = 400) -> tuple[Probe, ...]:
    """Each of *heads* is refused, and the connection ends."""
    return tuple(Probe(head, (status,)) for head in heads)


def head(*fields: bytes, line: bytes = b"POST /upload HTTP/1.1") -> bytes:
    """The head of a request, with a valid host."""
    return b"\r\n".join([line, b"Host: localhost", *fields, b"", b""])


def get(*fields: bytes, target: bytes = b"/boards/lobby") -> bytes:
    """A request without a body."""
    return head(*fields, line=b"GET " + target + b" HTTP/1.1")


def body(*fields: bytes) -> bytes:
    """A request with these fields that say how long its body is, and one of each kind."""
    return head(*fields) + b"5\r\nhello\r\n0\r\n\r\n"


def chunks(data: bytes) -> bytes:
    """A request whose body is *data*, which may be no chunks at all."""
    return head(CHUNKED) + data


CHUNKED: Final = b"Transfer-Encoding: chunked"
IDENTITY: Final = b"Transfer-Encoding: identity"
TRAILERS: Final = b"2\r\nab\r\n0\r\n"
EXPECT: Final = b"Expect: 100-continue"


def coding(value: bytes) -> bytes:
    return body(b"Transfer-Encoding: " + value)


def length(value: bytes) -> bytes:
    return head(b"Content-Length: " + value) + b"ab"


def host(*values: bytes) -> bytes:
    lines = [b"GET /boards/lobby HTTP/1.1", *(b"Host: " + value for value in values)]
    return b"\r\n".join([*lines, b"", b""])


FRAMING: Final[dict[str, tuple[Probe, ...]]] = {
    "B1": refused(
        body(b"Content-Length: 5", CHUNKED),
        body(CHUNKED, b"Content-Length: 5"),
        body(b"Content-Length: 0", CHUNKED),
        body(CHUNKED, b"X: a", b"Content-Length: 0"),
    ),
    "B2": refused(body(IDENTITY, b"Content-Length: 5"), body(b"Content-Length: 5", IDENTITY)),
    "B3": refused(body(IDENTITY)),
    "B4": refused(body(CHUNKED, IDENTITY), body(IDENTITY, CHUNKED), body(CHUNKED, CHUNKED)),
    "B5": refused(
        *map(coding, (b"gzip, chunked", b"identity, chunked", b"chunked, gzip", b"chunked,")),
        body(b"Transfer-Encoding: gzip", CHUNKED),
    ),
    "B6": refused(
        *map(
            coding, (b"xchunked", b"chunked;q=1", b'"chunked"', b"\x0bchunked", b"chunked\0", b"")
        ),
        *(body(b"Transfer-Encoding%b: chunked" % space) for space in (b" ", b"\t", b"\x0b", b"\0")),
        *(body(b"%bTransfer-Encoding: chunked" % space) for space in (b" ", b"\t", b"\0")),
    ),
    "B7": refused(
        head(b"Content-Length: 2", b"Content-Length: 2") + b"ab",
        head(b"Content-Length: 2", b"Content-Length: 3") + b"abc",
        *map(length, (b"2, 2", b"+2", b"-0", b"0x2", b"0_2", b"2e0", b"2 2", b"\xb2", b"2\xa0")),
        *map(length, (b"2\0", b"", b"two", b"9" * 20, b"\xd9\xa2", b"2.0")),
    ),
    "B8": refused(length(b"9" * 5000), length(b"0" * 5000 + b"2")),
    "B9": refused(
        get(b"X: a", b" folded"),
        get(b"X: a", b"\tfolded"),
        get(b" X: a"),
        head(b"Content-Length: 2", b" 3") + b"ab",
        body(b"Transfer-Encoding:", b" chunked"),
        body(b"Transfer-Encoding: chunked", b" , identity"),
    ),
    "B10": refused(
        *(chunks(size + b"\r\nab\r\n0\r\n\r\n") for size in (b"0x2", b"+2", b"-1", b"0_2", b" 2")),
        *(chunks(size + b"\r\nab\r\n0\r\n\r\n") for size in (b"", b"1%016x" % 2, b"g", b"\xb2")),
        *(
            chunks(b"2\r\nab" + end + b"0\r\n\r\n")
            for end in (b"", b"\n", b"\r", b"c\r\n", b"\r\r")
        ),
        *(chunks(b"2;a" + bad + b"b\r\nab\r\n0\r\n\r\n") for bad in (b"\n", b"\r", b"\0")),
        chunks(b"2\nab\r\n0\r\n\r\n"),
        chunks(b"2\rab\r\n0\r\n\r\n"),
        chunks(b"2\r\nab\r\n0\n\r\n"),
    ),
    "B11": refused(
        chunks(b"f" * 2000),
        chunks(b"0" * 2000 + b"2\r\nab\r\n0\r\n\r\n"),
        chunks(b"2;" + b"a" * 65_536 + b"\r\nab\r\n0\r\n\r\n"),
    ),
    "B12": refused(
        chunks(b"0\r\n\nGET /boards/x HTTP/1.1\r\nHost: a\r\n\r\n"),
        chunks(TRAILERS + b"X: y\n\nGET /boards/x HTTP/1.1\r\nHost: a\r\n\r\n"),
        chunks(TRAILERS + b"X: y\n\r\n"),
        chunks(TRAILERS + b"\n"),
    ),
    "B13": refused(
        chunks(TRAILERS + b"GET /boards/x HTTP/1.1\r\nHost: a\r\n\r\n"),
        chunks(TRAILERS + b"no colon\r\n\r\n"),
        chunks(TRAILERS + b": a\r\n\r\n"),
        chunks(TRAILERS + b"X: a\r\n folded\r\n\r\n"),
        chunks(TRAILERS + b"Content-Length: 5\r\n\r\n"),
    ),
    "B14": refused(
        *(get(b"X: a%bY: b" % end) for end in (b"\n", b"\r", b"\0", b"\x0b", b"\x1b", b"\x7f")),
        *(get(line) for line in (b"no colon", b": a", b"X Y: a", b"X(: a", b"X\xe9: a", b"X\0: a")),
        b"GET /boards/lobby HTTP/1.1\nHost: localhost\n\n",
        b"GET /boards/lobby HTTP/1.1\r\nHost: localhost\n\r\n",
    ),
    "B15": refused(
        *(
            head(line=line)
            for line in (
                b"GET  /boards/lobby HTTP/1.1",
                b"GET /boards/lobby  HTTP/1.1",
                b" GET /boards/lobby HTTP/1.1",
                b"GET /boards/lobby HTTP/1.1 ",
                b"GET\t/boards/lobby HTTP/1.1",
            )
        )
    ),
    "B16": refused(
        *(head(line=b"GET /boards/lobby" + version) for version in (b"", b" ", b" HTTP/0.9")),
        *(
            head(line=b"GET / HTTP/" + version)
            for version in (b"2.0", b"1.2", b"1", b"01.1", b"1.10")
        ),
        head(line=b"GET /boards/lobby http/1.1"),
    ),
    "B17": refused(
        *(get(target=b"/boards/%c" % byte) for byte in (0x01, 0x7F, 0x80, 0x85, 0xA0, 0xB0, 0xFF))
    ),
    "B18": (
        Probe(get(target=b"boards/lobby"), (400,), ends=False),
        Probe(get(target=b"*"), (400,), ends=False),
        Probe(get(target=b"ftp://localhost/boards/lobby"), (400,), ends=False),
        Probe(get(target=b"http://localhost/boards/lobby"), (200,), ends=False),
    ),
    "B19": refused(
        host(),
        host(b"a", b"a"),
        *(host(value) for value in (b"a b", b"a/b", b"a@b", b"a, b", b"a:b", b"[::1", b"\xff")),
    ),
    "B20": (
        Probe(body(CHUNKED).replace(b"HTTP/1.1", b"HTTP/1.0"), (200,)),
        Probe(body(CHUNKED, b"Content-Length: 5").replace(b"HTTP/1.1", b"HTTP/1.0"), (400,)),
        Probe(b"GET /boards/lobby HTTP/1.0\r\n\r\n", (200,)),
    ),
    "B21": tuple(
        Probe(get(b"Connection: " + value), (200,))
        for value in (b"close", b"close, x", b"x,close", b"Close", b"x\r\nConnection: close")
    ),
    "B22": (
        Probe(
            head(line=b"DELETE /boards/lobby/notices/7 HTTP/1.1")
            + get()
            + get(target=b"/boards/lobby/next")
            + get(target=b"/nowhere")
            + head(b"Content-Length: 2")
            + b"ab",
            (204, 200, 200, 404, 200),
            ends=False,
        ),
    ),
    "B23": (
        Probe(head(EXPECT, b"Content-Length: 2") + b"ab", (200,), ends=False, continues=1),
        Probe(body(EXPECT, CHUNKED), (200,), ends=False, continues=1),
        Probe(head(EXPECT, b"Content-Length: 0"), (200,), ends=False),
        Probe(head(EXPECT, b"Content-Length: %d" % (LIMIT + 1)), (413,)),
        Probe(head(EXPECT, b"Content-Length: 2").replace(b"HTTP/1.1", b"HTTP/1.0") + b"ab", (200,)),
    ),
    "B24": (
        Probe(head(b"Expect: foo", b"Content-Length: 70000") + b"x" * 70_000, (417,)),
        Probe(head(b"Expect: 100-continue, foo", b"Content-Length: 70000"), (417,)),
        Probe(get(b"Expect: foo"), (200,), ends=False),
    ),
    "B25": (
        *(
            Probe(head(line=method + b" /boards/lobby HTTP/1.1"), (405,), ends=False)
            for method in (b"TRACE", b"M" * 200, b"wrapper", b"get", b"M-SEARCH", b"!")
        ),
        Probe(head(line=b"CONNECT localhost:80 HTTP/1.1"), (501,), ends=False),
    ),
    "B26": refused(
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 32 + b"\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ),
}

SIZES: Final[dict[str, tuple[Probe, ...]]] = {
    "B27": (
        *refused(b"GET /" + b"a" * 20_000, get(target=b"/" + b"a" * 20_000), status=414),
        *refused(
            get(b"X: " + b"a" * 17_000),
            get(*[b"X: " + b"a" * 1000] * 17),
            get(*[b"X: a"] * 501),
            status=431,
        ),
    ),
    "B28": refused(head(b"Content-Length: %d" % (LIMIT + 1)), status=413),
    "B29": refused(head(b"Content-Length: 3000000") + b"x" * 3_000_000, status=413),
    "B30": refused(chunks(b"ffff\r\n" + b"x" * 65_535 + b"\r\n0\r\n\r\n"), status=413),
    "B31": (Probe(chunks(b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n"), (200,), ends=False),),
    "B37": (
        Probe(
            head(
                b"Content-Type: multipart/form-data; boundary=a",
                b"Content-Length: 40000",
                line=b"PUT /boards/lobby HTTP/1.1",
            )
            + b"--a\r\n\r\n\r\n" * 4444
            + b"....",
            (415,),
            ends=False,
        ),
        Probe(
            head(
                b"Content-Type: application/x-www-form-urlencoded",
                b"Content-Length: 40000",
                line=b"PUT /boards/lobby HTTP/1.1",
            )
            + b"a=1&" * 10_000,
            (400,),
            ends=False,
        ),
    ),
    "B38": tuple(
        Probe(head(b"Content-Encoding: " + value, b"Content-Length: 70000"), (415,))
        for value in (b"gzip", b"deflate", b"br", b"identity, gzip", b"x")
    ),
}

PROBES: Final = FRAMING | SIZES
