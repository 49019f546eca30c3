"""The site behind each kind of endpoint that Twisted listens on. On real sockets."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from counterfoil import AccessLog, Request, Site, SiteRequest
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CertificateError
from twisted.internet.interfaces import IListeningPort
from twisted.internet.ssl import Certificate, PrivateCertificate
from twisted.internet.tcp import Port
from twisted.web.server import NOT_DONE_YET

from tests.compatibility.pages import PIECE, PIECES, Push, tree
from tests.compatibility.process import PATIENCE
from tests.compatibility.test_requests import until
from tests.mounts.certificate import write_certificate
from tests.mounts.host import ROOT, SOURCES
from tests.serving import in_reactor, reactor

# Twisted itself hands certificates over as pyOpenSSL would rather not have them.
pytestmark = pytest.mark.filterwarnings("ignore:Passing pyOpenSSL:DeprecationWarning")

SYSTEMD = "systemd:domain=INET:index=0"


def who(request: Request) -> bytes:
    """Says who asks, and how."""
    client, host = request.getClientAddress(), request.getHost()
    assert cast("SiteRequest", request).client_address == getattr(client, "host", "-")
    shown = (type(client).__name__, getattr(client, "host", None), getattr(client, "port", None))
    return repr((shown, getattr(host, "host", None), request.isSecure())).encode()


def peer(request: Request) -> bytes:
    """The certificate that the client has shown."""
    try:
        return bytes(Certificate.peerFromTransport(request.transport).dumpPEM())
    except CertificateError:
        return b"none"


def large(request: Request) -> int:
    Push(request).start()
    return NOT_DONE_YET


Listen = Callable[[str], Port]


@pytest.fixture
def site() -> Site:
    return Site(tree(who=who, peer=peer, large=large), access_log=AccessLog())


@pytest.fixture
def listen(running_reactor: None, site: Site) -> Iterator[Listen]:
    """Listens on an endpoint, as a description of it says."""
    ports: list[Port] = []

    def listen(description: str) -> Port:
        def start() -> Deferred[IListeningPort]:
            endpoint = serverFromString(reactor, description)
            return cast("Deferred[IListeningPort]", endpoint.listen(site))

        ports.append(cast("Port", in_reactor(start)))
        return ports[-1]

    yield listen
    for port in ports:
        in_reactor(port.stopListening)
    until(lambda: not site.channels)


def ask(client: socket.socket, target: str = "/who", before: bytes = b"") -> bytes:
    """The body of the answer to a GET of *target*."""
    with client, client.makefile("rb") as answer:
        client.settimeout(PATIENCE)
        client.sendall(before + f"GET {target} HTTP/1.0\r\nHost: a\r\n\r\n".encode())
        head, _, body = answer.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 200 OK\r\n")
    return body


def number(port: Port) -> int:
    return int(port.getHost().port)


def test_tcp(listen: Listen) -> None:
    port = number(listen("tcp:0:interface=127.0.0.1"))
    body = ask(socket.create_connection(("127.0.0.1", port)))
    assert re.fullmatch(rb"\(\('IPv4Address', '127.0.0.1', \d+\), '127.0.0.1', False\)", body)


def test_tcp_of_version_6(listen: Listen) -> None:
    port = number(listen("tcp6:0:interface=\\:\\:1"))
    body = ask(socket.create_connection(("::1", port)))
    assert re.fullmatch(rb"\(\('IPv6Address', '::1', \d+\), '::1', False\)", body)


def test_unix_sockets(listen: Listen, tmp_path: Path) -> None:
    listen(f"unix:{tmp_path / 'socket'}")
    for target, body in (("/who", b"(('UNIXAddress', None, None), None, False)"), ("/large", b"")):
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(tmp_path / "socket"))
        assert ask(client, target) == (body or PIECE * PIECES)


@contextmanager
def connected(port: int, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        yield context.wrap_socket(plain, server_hostname="127.0.0.1")


def test_tls(listen: Listen, tmp_path: Path) -> None:
    pem = tmp_path / "tls.pem"
    write_certificate(pem)
    port = number(listen(f"ssl:0:interface=127.0.0.1:privateKey={pem}"))
    context = ssl.create_default_context(cafile=str(pem))
    with connected(port, context) as client:
        assert re.fullmatch(rb"\(\('IPv4Address', '127.0.0.1', \d+\), .*, True\)", ask(client))
    with connected(port, context) as client:
        assert ask(client, "/peer") == b"none"
    with connected(port, context) as client:
        assert ask(client, "/large") == PIECE * PIECES


def test_clients_show_their_certificates(running_reactor: None, site: Site, tmp_path: Path) -> None:
    pem = tmp_path / "tls.pem"
    write_certificate(pem)
    write_certificate(tmp_path / "client.pem")
    own = PrivateCertificate.loadPEM(pem.read_bytes())
    options = own.options(Certificate.loadPEM((tmp_path / "client.pem").read_bytes()))
    port = in_reactor(lambda: reactor.listenSSL(0, site, options, interface="127.0.0.1"))
    context = ssl.create_default_context(cafile=str(pem))
    context.load_cert_chain(str(tmp_path / "client.pem"))
    with connected(number(cast("Port", port)), context) as client:
        assert ask(client, "/peer") in (tmp_path / "client.pem").read_bytes()
    in_reactor(port.stopListening)


def test_a_proxy_that_says_who_its_client_is(
    listen: Listen, capfd: pytest.CaptureFixture[str]
) -> None:
    port = number(listen("haproxy:tcp:0:interface=127.0.0.1"))
    line = b"PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n"
    client = socket.create_connection(("127.0.0.1", port))
    assert ask(client, before=line) == (
        b"(('IPv4Address', '192.0.2.7', 4711), '198.51.100.1', False)"
    )
    assert ask(socket.create_connection(("127.0.0.1", port)), "/large", line) == PIECE * PIECES
    until(lambda: True)
    assert capfd.readouterr().err.count("192.0.2.7 - ") == 2


@pytest.mark.parametrize("sent", [b"", b"GET /who", b"GET /who HTTP/1.1\r\nHost: a\r\n"])
def test_who_leaves_early_is_named_by_the_proxy(
    listen: Listen, capfd: pytest.CaptureFixture[str], sent: bytes
) -> None:
    """B76."""
    port = number(listen("haproxy:tcp:0:interface=127.0.0.1"))
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n" + sent)
    said: list[str] = []

    def has_left() -> bool:
        said.append(capfd.readouterr().err)
        return "left before" in said[-1]

    until(has_left)
    assert "Z 192.0.2.7 left before its request was complete\n" in said[-1]


HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="web")
os.execv(sys.executable, [sys.executable, "-m", "tests.compatibility.serve", *sys.argv[2:]])
"""
"""What systemd does with a socket: see sd_listen_fds(3)."""


def test_a_socket_that_systemd_hands_over(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        descriptor = listening.fileno()
        with subprocess.Popen(
            [sys.executable, "-c", HAND_OVER, str(descriptor), "epoll", tmp_path, SYSTEMD],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(SOURCES)},
            pass_fds=[descriptor],
        ) as server:
            try:
                body = ask(socket.create_connection(listening.getsockname()), "/later")
            finally:
                server.terminate()
    assert body == b"later"
    assert server.returncode == 0
