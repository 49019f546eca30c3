"""The client behind proxies. On real sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from pathlib import Path

import pytest
from counterfoil import Request, Site, SiteRequest
from counterfoil._server.proxies import TrustedProxies
from counterfoil.testing import TestClient
from twisted.web.resource import Resource
from typing_extensions import override

from tests.serving import Serve, in_reactor, reactor


class Who(Resource):
    """Says whose request it was."""

    isLeaf = True

    def __init__(self) -> None:
        Resource.__init__(self)

    @override
    def render(self, request: Request) -> bytes:
        assert isinstance(request, SiteRequest)
        assert request.context.client == request.client_address
        assert getattr(request.getClientAddress(), "host", "-") == request.client_address
        return request.client_address.encode()


def seen(serve: Serve, trusted: Iterable[str], *lines: str) -> str:
    server = serve(Site(Who(), trusted_proxies=trusted))
    fields = "".join(f"X-Forwarded-For: {line}\r\n" for line in lines)
    with server.connect() as connection:
        connection.send(f"GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n".encode("latin-1"))
        return connection.response().body.decode()


@pytest.mark.parametrize(
    ("lines", "client"),
    [
        (["192.0.2.1"], "192.0.2.1"),
        (["192.0.2.1, 10.0.0.5"], "192.0.2.1"),
        (["192.0.2.1", "10.0.0.5"], "192.0.2.1"),
        (["6.6.6.6, 192.0.2.1, 10.1.2.3"], "192.0.2.1"),
        (["forged, 192.0.2.1"], "192.0.2.1"),
        (["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
        (["2001:db8::1"], "2001:db8::1"),
        (["::ffff:192.0.2.1"], "192.0.2.1"),
        ([], "127.0.0.1"),
        ([""], "127.0.0.1"),
        (["unknown"], "127.0.0.1"),
        (["192.0.2.1, unknown"], "127.0.0.1"),
        (["192.0.2.1, unknown, 10.0.0.1"], "127.0.0.1"),
        (["192.0.2.1:80"], "127.0.0.1"),
        (["192.0.2.01"], "127.0.0.1"),
        (["fe80::1%eth0"], "127.0.0.1"),
        (["\xb9"], "127.0.0.1"),
    ],
)
def test_a115_the_nearest_client_that_is_no_trusted_proxy(
    serve: Serve, lines: list[str], client: str
) -> None:
    assert seen(serve, ["127.0.0.1", "10.0.0.0/8"], *lines) == client


@pytest.mark.parametrize("trusted", [[], ["10.0.0.0/8"], ["unix"], ["::1"]])
def test_a115_b74_others_are_not_believed(serve: Serve, trusted: list[str]) -> None:
    assert seen(serve, trusted, "192.0.2.1") == "127.0.0.1"


@pytest.mark.parametrize("trusted", ["localhost", "10.0.0.1/8", ""])
def test_a115_what_is_trusted_must_be_an_address(trusted: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear|has host bits"):
        Site(Who(), trusted_proxies=[trusted])


@pytest.mark.parametrize(("trusted", "client"), [(["unix"], b"192.0.2.1"), ([], b"-")])
def test_a115_peers_on_a_unix_socket(
    running_reactor: None, tmp_path: Path, trusted: list[str], client: bytes
) -> None:
    address = str(tmp_path / "s")
    site = Site(Who(), trusted_proxies=trusted)
    port = in_reactor(lambda: reactor.listenUNIX(address, site))
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(address)
            connection.sendall(
                b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n"
                b"Connection: close\r\n\r\n"
            )
            received = b""
            while more := connection.recv(1000):
                received += more
        assert received.endswith(b"\r\n\r\n" + client)
    finally:
        in_reactor(port.stopListening)


def test_a115_a_peer_without_a_known_address_is_not_trusted() -> None:
    assert not TrustedProxies(["127.0.0.1"]).trusts("somewhere")


def test_a115_in_the_test_client() -> None:
    client = TestClient(Who(), trusted_proxies=["192.168.0.0/16"])
    assert client.get("/", headers={"X-Forwarded-For": "192.0.2.1"}).body == b"192.0.2.1"


def test_what_is_no_proxy_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"trusted proxies are a list: \['127\.0\.0\.1'\]"):
        Site(Who(), trusted_proxies="127.0.0.1")
    with pytest.raises(ValueError, match="'localhost' is no trusted proxy: "):
        Site(Who(), trusted_proxies=["localhost"])


def test_what_is_no_header_cannot_name_the_one_with_the_id() -> None:
    with pytest.raises(ValueError, match="request_id_header: 'X Request' is no header's name"):
        Site(Who(), request_id_header="X Request")
