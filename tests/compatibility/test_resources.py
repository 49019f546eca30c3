"""Twisted's own resources, and trees of them, on our site. On real sockets."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import xmlrpc.client
from pathlib import Path
from typing import BinaryIO, cast
from urllib.request import parse_http_list, parse_keqv_list

import pytest
from counterfoil import JsonResource, Request, Site
from counterfoil.stub import path
from twisted.cred.checkers import ICredentialsChecker, InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import IRealm, Portal
from twisted.internet.defer import Deferred
from twisted.web import pages, rewrite, server, static, template, util, vhost
from twisted.web.guard import (
    BasicCredentialFactory,
    DigestCredentialFactory,
    HTTPAuthSessionWrapper,
)
from twisted.web.iweb import IRenderable, IRequest, ITemplateLoader
from twisted.web.proxy import ReverseProxyResource
from twisted.web.resource import EncodingResourceWrapper, IResource, Resource
from twisted.web.server import NOT_DONE_YET, GzipEncoderFactory
from twisted.web.xmlrpc import XMLRPC
from typing_extensions import override

from tests.compatibility.pages import PIECE, PIECES, Page, Push, tree
from tests.serving import Serve, Server, in_reactor, reactor

BYTES = bytes(range(256)) * 40


def put(parent: Resource, name: bytes, child: Resource | IResource) -> None:
    parent.putChild(name, IResource(child))


# Trees.


class Dynamic(Resource):
    """Makes its children when they are asked for."""

    def __init__(self, names: tuple[bytes, ...] = ()) -> None:
        Resource.__init__(self)
        self._names = names

    @override
    def getChild(self, path: bytes, request: Request) -> Resource:
        return Dynamic((*self._names, path))

    @override
    def render(self, request: Request) -> bytes:
        return repr((self._names, request.prepath, request.postpath)).encode()


def test_children_are_put_made_or_missing(serve: Serve) -> None:
    root = tree(leaf=lambda request: repr((request.prepath, request.postpath)).encode())
    put(root, b"", Page(lambda _: b"index"))
    put(root, b"dynamic", Dynamic())
    nested = tree(deep=tree(deeper=lambda _: b"deepest"))
    put(root, b"nested", nested)
    put(root, b"none", pages.notFound())
    put(root, b"no", pages.forbidden())
    server = serve(root)
    for target, status, body in [
        ("/", 200, b"index"),
        ("/leaf", 200, b"([b'leaf'], [])"),
        ("/leaf/a//b%2Fc/", 200, b"([b'leaf'], [b'a', b'', b'b/c', b''])"),
        ("/dynamic", 200, b"((), [b'dynamic'], [])"),
        ("/dynamic/a/%62/", 200, b"((b'a', b'b', b''), [b'dynamic', b'a', b'b', b''], [])"),
        ("/nested/deep/deeper/x", 200, b"deepest"),
        ("/nowhere", 404, b"No Such Resource"),
        ("/nested/deep/nowhere", 404, b"No Such Resource"),
        ("/none", 404, b"No Such Resource"),
        ("/no", 403, b"Forbidden"),
    ]:
        answer = server.get(target)
        assert (target, answer.status) == (target, status)
        assert body in answer.body


def test_our_resource_stands_in_a_tree_of_theirs_and_theirs_below_a_site_of_ours(
    serve: Serve,
) -> None:
    api = JsonResource()
    api.register_paths("GET", [path("/api/{name}")], lambda _, name: (200, name), "Name")
    root = tree(page=lambda _: b"page")
    put(root, b"api", api)
    assert serve(root).get("/api/ann").json() == "ann"
    plain = server.Site(root)
    there = serve(plain)
    assert there.get("/api/ann").json() == "ann"
    assert there.get("/page").body == b"page"


def test_a_tree_of_one_site_may_stand_in_another(serve: Serve) -> None:
    inner = Site(tree(page=lambda _: b"inner"))
    root = tree(page=lambda _: b"outer")
    put(root, b"inner", inner.resource)
    served = serve(root)
    assert (served.get("/page").body, served.get("/inner/page").body) == (b"outer", b"inner")


class ByQuery(Site):
    """Knows one page, and finds it by its query."""

    @override
    def getResourceFor(self, request: Request) -> IResource:
        found = super().getResourceFor(request)
        return IResource(Page(lambda _: b"found")) if request.args else found


def test_a_site_may_find_resources_in_a_way_of_its_own(serve: Serve) -> None:
    served = serve(ByQuery(tree(page=lambda _: b"page")))
    assert served.get("/page").body == b"page"
    assert served.get("/page?a=b").body == b"found"


def test_hosts_by_name_and_paths_that_are_rewritten(serve: Serve) -> None:
    hosts = vhost.NameVirtualHost()
    vars(hosts)["default"] = tree(who=lambda _: b"default")  # declared to be None
    hosts.addHost(b"a.example", tree(who=lambda _: b"a"))
    hosts.addHost(b"b.example", tree(who=lambda request: request.prePathURL()))

    def old(request: Request) -> None:
        if request.postpath == [b"old"]:
            request.postpath = [b"who"]

    put(hosts.hosts[b"a.example"], b"mount", vhost.VHostMonsterResource())
    server = serve(cast("Resource", rewrite.RewriterResource(hosts, old)))
    assert server.get("/who").body == b"default"
    assert server.get("/who", headers={"Host": "a.example"}).body == b"a"
    assert server.get("/old", headers={"Host": "a.example"}).body == b"a"
    assert server.get("/who", headers={"Host": "b.example:80"}).body.startswith(b"http://b.example")
    outer = serve(cast("Resource", vhost.VHostMonsterResource()))
    outer.site.resource = IResource(
        tree(mount=vhost.VHostMonsterResource(), it=lambda request: request.prePathURL())
    )
    assert outer.get("/mount/https/public.example:8443/it").body == (
        b"https://public.example:8443/it"
    )


# Files.


@pytest.fixture
def files(serve: Serve, tmp_path: Path) -> Server:
    (tmp_path / "bytes.bin").write_bytes(BYTES)
    (tmp_path / "large.bin").write_bytes(PIECE * PIECES)
    (tmp_path / "page.html").write_text("<p>page</p>")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "index.html").write_text("index")
    return serve(tree(files=static.File(str(tmp_path)), data=static.Data(b"data", "text/plain")))


def test_files_are_sent(files: Server) -> None:
    whole = files.get("/files/bytes.bin")
    assert whole.body == BYTES
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["content-type"] == "application/octet-stream"
    assert files.get("/files/page.html").headers["content-type"] == "text/html"
    assert files.get("/files/empty.txt").body == b""
    assert files.get("/files/below/").body == b"index"
    assert files.get("/files/below").status == 302
    assert b"bytes.bin" in files.get("/files/").body
    assert files.get("/data").body == b"data"
    assert files.get("/files/none").status == 404
    assert files.get("/files/..%2F..%2Fetc%2Fpasswd").status in {400, 404}
    head = files.request("HEAD", "/files/bytes.bin")
    assert (head.body, head.headers["content-length"]) == (b"", str(len(BYTES)))


@pytest.mark.parametrize(
    ("asked", "status", "range_", "body"),
    [
        ("bytes=0-3", 206, "bytes 0-3/10240", BYTES[:4]),
        ("bytes=10000-", 206, "bytes 10000-10239/10240", BYTES[10000:]),
        ("bytes=-10", 206, "bytes 10230-10239/10240", BYTES[-10:]),
        ("bytes=20000-", 416, "bytes */10240", b""),
        ("lines=1-2", 200, None, BYTES),
    ],
)
def test_a_range_of_a_file(
    files: Server, asked: str, status: int, range_: str | None, body: bytes
) -> None:
    answer = files.get("/files/bytes.bin", headers={"Range": asked})
    assert answer.status == status
    assert answer.headers.get("content-range") == range_
    if status != 416:
        assert answer.body == body


def test_ranges_of_a_file(files: Server) -> None:
    answer = files.get("/files/bytes.bin", headers={"Range": "bytes=0-1,5-6"})
    assert answer.status == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert re.findall(rb"\r\n\r\n(.{2})\r\n", answer.body, re.DOTALL) == [BYTES[:2], BYTES[5:7]]


def test_a_file_that_a_client_has_is_not_sent_again(files: Server) -> None:
    modified = files.get("/files/bytes.bin").headers["last-modified"]
    again = files.get("/files/bytes.bin", headers={"If-Modified-Since": modified})
    assert (again.status, again.body) == (304, b"")


def test_large_files_follow_each_other_on_a_connection(files: Server) -> None:
    with files.connect() as connection:
        for _ in range(3):
            connection.request("GET", "/files/large.bin")
            assert connection.response().body == PIECE * PIECES


# Encodings.


def test_answers_are_compressed_for_those_who_can_read_it(serve: Serve) -> None:
    def pushed(request: Request) -> int:
        Push(request).start()
        return NOT_DONE_YET

    encoders = [GzipEncoderFactory()]
    root = Resource()
    for name, page in (("short", Page(lambda _: b"text" * 1000)), ("pushed", Page(pushed))):
        wrapped = EncodingResourceWrapper(IResource(page), encoders)
        root.putChild(name.encode(), IResource(wrapped))
    served = serve(root)
    for path_, body in (("/short", b"text" * 1000), ("/pushed", PIECE * PIECES)):
        answer = served.get(path_, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(answer.body) == body
        plain = served.get(path_)
        assert ("content-encoding" in plain.headers, plain.body) == (False, body)


# Passwords.


class Realm:
    """Gives everybody a page with their name."""

    def requestAvatar(
        self, avatar: bytes, mind: object, *interfaces: object
    ) -> tuple[object, Resource, object]:
        return IResource, Page(lambda _: b"Hello, " + avatar), lambda: None


def guarded(kind: BasicCredentialFactory | DigestCredentialFactory) -> IResource:
    users = InMemoryUsernamePasswordDatabaseDontUse(ann=b"secret")
    portal = Portal(cast("IRealm", Realm()), [cast("ICredentialsChecker", users)])
    return IResource(HTTPAuthSessionWrapper(portal, [kind]))


def test_basic_authentication(serve: Serve) -> None:
    served = serve(tree(page=guarded(BasicCredentialFactory(b"tea"))))
    refused = served.get("/page")
    assert (refused.status, refused.headers["www-authenticate"]) == (401, 'basic realm="tea"')
    for secret, status in (("ann:secret", 200), ("ann:wrong", 401), ("eve:secret", 401)):
        credentials = base64.b64encode(secret.encode()).decode()
        answer = served.get("/page", headers={"Authorization": f"Basic {credentials}"})
        assert answer.status == status
        assert (answer.body == b"Hello, ann") == (status == 200)


def test_digest_authentication(serve: Serve) -> None:
    served = serve(tree(page=guarded(DigestCredentialFactory(b"md5", b"tea"))))
    challenge = served.get("/page").headers["www-authenticate"].removeprefix("digest ")
    given = parse_keqv_list(parse_http_list(challenge))

    def digest(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    for secret, status in (("secret", 200), ("wrong", 401)):
        response = digest(
            f"{digest(f'ann:tea:{secret}')}:{given['nonce']}:00000001:c:auth:{digest('GET:/page')}"
        )
        fields = {
            "username": "ann",
            "realm": "tea",
            "nonce": given["nonce"],
            "uri": "/page",
            "opaque": given["opaque"],
            "nc": "00000001",
            "cnonce": "c",
            "qop": "auth",
            "response": response,
        }
        line = ", ".join(f'{name}="{value}"' for name, value in fields.items())
        assert served.get("/page", headers={"Authorization": f"Digest {line}"}).status == status


# Others.


def test_a_proxy_hands_on_what_it_gets(serve: Serve) -> None:
    def behind(request: Request) -> bytes:
        request.setResponseCode(418)
        request.setHeader("X-Behind", request.getHeader("X-Given") or "")
        return request.method + b" " + request.uri + b" " + cast("BinaryIO", request.content).read()

    def pushed(request: Request) -> int:
        Push(request).start()
        return NOT_DONE_YET

    back = serve(tree(there=behind, large=pushed))
    proxy = ReverseProxyResource("127.0.0.1", back.port, b"", reactor)
    front = serve(tree(via=proxy))
    answer = front.request("POST", "/via/there?a=b", body=b"body", headers={"X-Given": "given"})
    assert answer.status == 418
    assert answer.headers["x-behind"] == "given"
    assert answer.body == b"POST /there?a=b body"
    assert front.get("/via/large").body == PIECE * PIECES


class Calculator(XMLRPC):
    """Answers to `add`."""

    def __init__(self) -> None:
        XMLRPC.__init__(self)

    def xmlrpc_add(self, one: int, other: int) -> int:
        return one + other


def test_remote_procedures(serve: Serve) -> None:
    served = serve(tree(rpc=Calculator()))
    with xmlrpc.client.ServerProxy(f"http://127.0.0.1:{served.port}/rpc") as proxy:
        assert proxy.add(1, 2) == 3


class Title(template.Element):
    """A page with a title."""

    loader = cast(
        "ITemplateLoader",
        template.XMLString(
            '<h1 xmlns:t="http://twistedmatrix.com/ns/twisted.web.template/0.1" t:render="title"/>'
        ),
    )

    @template.renderer
    def title(self, request: IRequest, tag: template.Tag) -> template.Tag:
        return tag("Tea & milk")


def test_templates(serve: Serve) -> None:
    def page(request: Request) -> int:
        found = template.renderElement(cast("IRequest", request), cast("IRenderable", Title()))
        assert found == NOT_DONE_YET
        return NOT_DONE_YET

    assert serve(Page(page)).get("/").body.endswith(b"<h1>Tea &amp; milk</h1>")


def test_a_resource_that_comes_later(serve: Serve) -> None:
    waiting: Deferred[Resource] = Deferred()
    served = serve(tree(later=util.DeferredResource(waiting)))
    with served.connect() as connection:
        connection.request("GET", "/later")
        in_reactor(lambda: waiting.callback(Page(lambda _: b"came")))
        assert connection.response().body == b"came"
