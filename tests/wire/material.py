"""Requests of each kind, and what is put into them."""

from __future__ import annotations

from typing import Final

__all__ = ["BYTES", "CHUNKS", "FIELDS", "LINE_ENDS", "REQUESTS", "TOKENS"]

_HOST: Final = b" HTTP/1.1\r\nHost: localhost\r\n"
_JSON: Final = b'{"text": "Tea at four", "colour": "pink"}'
_CHUNKED: Final = b"Transfer-Encoding: chunked\r\n\r\n"

REQUESTS: Final = (
    b"GET /boards/lobby" + _HOST + b"\r\n",
    b"GET /boards/lobby" + _HOST + b"User-Agent: a b\r\nAccept: */*\r\nCookie: a=b\r\n\r\n",
    b"GET /boards/lobby/notices?limit=2&from=a" + _HOST + b"\r\n",
    b"GET /search?text=tea&board=lobby&colour=pink&limit=50" + _HOST + b"Accept: a/b\r\n\r\n",
    b"POST /boards/lobby/notices"
    + _HOST
    + b"Content-Type: application/json\r\nIdempotency-Key: 1\r\nContent-Length: %d\r\n\r\n"
    % len(_JSON)
    + _JSON,
    b"PUT /boards/lobby" + _HOST + b'Content-Length: 18\r\n\r\n{"title": "Lobby"}',
    b"POST /boards/lobby/notices" + _HOST + _CHUNKED + b"5\r\nhello\r\n0\r\n\r\n",
    b"PUT /boards/lobby" + _HOST + _CHUNKED + b'12\r\n{"title": "Lobby"}\r\n0\r\n\r\n',
    b"POST /upload" + _HOST + b"Content-Length: 10\r\n\r\n0123456789",
    b"POST /upload" + _HOST + _CHUNKED + b"5\r\nhello\r\n3;a=b\r\nyou\r\n0\r\nX-Sum: 1\r\n\r\n",
    b"POST /upload" + _HOST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
    b"PUT /boards/lobby" + _HOST + b"Expect: 100-continue\r\nContent-Length: 3000\r\n\r\n{",
    b"GET /nowhere/at/all?a=b" + _HOST + b"\r\n",
    b"GET /boards/lobby/notices/7" + _HOST + b"\r\n",
    b"DELETE /boards/lobby" + _HOST + b"\r\n",
    b"DELETE /boards/lobby/notices/7" + _HOST + b"\r\n",
    b"GET /boards/lobby/next?after=1&timeout=0" + _HOST + b"Connection: keep-alive\r\n\r\n",
    b"OPTIONS /boards/lobby" + _HOST + b"Origin: https://example.org\r\n\r\n",
    b"OPTIONS *" + _HOST + b"\r\n",
    b"HEAD /boards/lobby" + _HOST + b"\r\n",
    b"GET /pieces" + _HOST + b"\r\n",
    b"HEAD /pieces" + _HOST + b"\r\n",
    b"GET http://localhost/boards/lobby" + _HOST + b"Connection: Upgrade\r\nUpgrade: x\r\n\r\n",
    b"GET /boards/lobby HTTP/1.0\r\n\r\n",
    b"PUT /boards/lobby HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
    b"GET /boards/lobby" + _HOST + b"Connection: close\r\n\r\n",
)

BYTES: Final = tuple(
    bytes([byte])
    for byte in (*range(33), *b"\"#%&'()*+,-./09:;<=>?@AZ[\\]^_`{|}~", 127, 128, 160, 178, 255)
)

LINE_ENDS: Final = (b"\n", b"\r", b"\n\r", b"\r\r\n", b"\r\n\r\n", b"\r\n ", b"\r\n\t", b"", b"\0")

FIELDS: Final = (
    *(b"Content-Length: %b" % value for value in (b"0", b"1", b"5", b"10", b"11", b"3000")),
    *(b"Content-Length: %b" % value for value in (b"+5", b"-0", b"0x5", b"0_5", b"5, 5", b"5 5")),
    *(b"Content-Length: %b" % value for value in (b"", b"\xb2", b"5e0", b"9" * 20, b"1" * 5000)),
    *(b"Transfer-Encoding: %b" % value for value in (b"chunked", b"Chunked", b"identity", b"gzip")),
    *(b"Transfer-Encoding: %b" % value for value in (b"gzip, chunked", b"chunked, identity")),
    *(b"Transfer-Encoding: %b" % value for value in (b"xchunked", b"chunked;q=1", b'"chunked"')),
    *(
        b"Transfer-Encoding: %b" % value
        for value in (b"\x0bchunked", b"chunked\0", b"chunked,", b"")
    ),
    *(
        b"Transfer-Encoding : chunked",
        b"Transfer-Encoding\t: chunked",
        b"Transfer_Encoding: chunked",
    ),
    *(
        b" Transfer-Encoding: chunked",
        b"X: a\r\n Transfer-Encoding: chunked",
        b"Content-Length : 5",
    ),
    *(b"Content-Length\x0b: 5", b"Content-Length: 5\r\n 5", b"X: a\nTransfer-Encoding: chunked"),
    *(b"X: a\rTransfer-Encoding: chunked", b"X: a\0b", b": a", b"no colon", b"X Y: a", b"X(: a"),
    *(
        b"Connection: close",
        b"Connection: keep-alive, close",
        b"Connection: x,close",
        b"Connection:",
    ),
    *(b"Connection: Content-Length", b"Connection: Upgrade\r\nUpgrade: h2c", b"Upgrade: websocket"),
    *(
        b"Host: a",
        b"Host: a b",
        b"Host:",
        b"Host: a/b",
        b"Host: a@b",
        b"Host: [::1]:80",
        b"host: b",
    ),
    *(
        b"Expect: 100-continue",
        b"Expect: foo",
        b"Expect: 100-continue, foo",
        b"Content-Encoding: gzip",
    ),
    *(b"Cookie: a=b; c", b"Cookie: \x01=;", b"Content-Type: multipart/form-data; boundary=a"),
    *(
        b"Content-Type: application/x-www-form-urlencoded",
        b"Content-Type: \x85;=",
        b"Range: bytes=0-",
    ),
    *(
        b"If-None-Match: *",
        b"If-Modified-Since: x",
        b"Accept: a;q=9, */*;q=",
        b"Accept-Encoding: gzip",
    ),
    *(
        b"X-Forwarded-For: 1",
        b"Trailer: X-Sum",
        b"TE: trailers",
        b"X-A: \xff",
        b"X-B:\tb \t",
        b"Te: x",
    ),
    *(b"Access-Control-Request-Method: PUT", b"Origin: null", b"Authorization: Bearer \xe9"),
)

CHUNKS: Final = (
    *(
        b"0",
        b"1",
        b"4",
        b"6",
        b"05",
        b"0x5",
        b"+5",
        b"-1",
        b" 5",
        b"5 ",
        b"0_5",
        b"",
        b"5;",
        b"5;a",
    ),
    *(b"5;a=b", b'5;a="b\\"c"', b'5;a="\r\n"', b"5;\n", b"5;\0", b"5;\r", b"5\t", b"5\n", b"5\r"),
    *(b"f" * 16, b"f" * 17, b"1" + b"0" * 16, b"0" * 30 + b"5", b"f" * 1100, b"5;" + b"a" * 1100),
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"0\r\n\r\n",
        b"0\r\n",
        b"0\n\n",
        b"0\r\nX: y\r\n\r\n",
        b"0\r\nX\r\n\r\n",
    ),
    *(
        b"0\r\n X: y\r\n\r\n",
        b"0\r\nX: y\n\nGET / HTTP/1.1\r\n",
        b"5\r\nhello\r\n",
        b"5\r\nhello\n",
    ),
    *(b"g", b"\xb5", b"\xff", b"5\x0b", b"5\x0c", b"ffffffff", b"7fffffffffffffff", b"A", b"a"),
)

TOKENS: Final = (
    *(
        b" ",
        b"  ",
        b"\t",
        b"\r",
        b"\n",
        b"\r\n",
        b"\r\n\r\n",
        b"\n\n",
        b"\r\n ",
        b"\0",
        b"\x01",
        b"\x0b",
    ),
    *(
        b"\x7f",
        b"\x80",
        b"\x85",
        b"\xa0",
        b"\xff",
        b":",
        b"::",
        b"/",
        b"//",
        b"?",
        b"#",
        b"%",
        b"%00",
    ),
    *(
        b"%2f",
        b"%zz",
        b"..",
        b"/../",
        b"*",
        b'"',
        b"\\",
        b"^",
        b"{",
        b"}",
        b"|",
        b";",
        b",",
        b"=",
        b"&",
    ),
    *(b"[", b"]", b"[[[[", b"a=1&", b"&" * 300, b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/0.9"),
    *(
        b"HTTP/1.10",
        b"HTTP/01.1",
        b"http/1.1",
        b"HTTP/1",
        b" HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ),
    *(
        b"GET",
        b"get",
        b"HEAD",
        b"CONNECT ",
        b"TRACE ",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"M" * 200,
    ),
    *(b"\x16\x03\x01\x02\x00\x01\x00", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"),
    *(
        b"Host: a\r\n",
        b"0\r\n\r\n",
        b"5\r\nhello\r\n",
        b"1e999",
        b"NaN",
        b"\\ud800",
        b"\xef\xbb\xbf",
        b"null",
    ),
    *(
        b"9" * 30,
        b"-1",
        b"\xe2\x82\xac",
        b"\xed\xa0\x80",
        b"{" * 100,
        b'{"a":',
        b"X: a\r\n",
        b"a" * 300,
    ),
    *(
        b"localhost",
        b"chunked",
        b"close",
        b"keep-alive",
        b"\r\nX-Injected: 1",
        b"<script>",
        b"\x1b[2J",
    ),
)
