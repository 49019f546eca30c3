"""Which files are read, which are refused, and what a node knows."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from counterfoil_codegen.ordinary import LARGEST

from tests.generator.document_support import Spec


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    root = tmp_path / "root"
    root.mkdir()
    return Spec(root)


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        ("a: 1\n".encode("utf-16"), "1:1 CF111"),
        ("a: 1\n".encode("utf-16-be"), "1:1 CF111"),
        ("a: 1\n".encode("utf-32"), "1:1 CF111"),
        (b"a: \xc3\xa9\nb: caf\xe9\n", "2:7 CF111"),
        (b"a: \xed\xa0\x80\n", "1:4 CF111"),
    ],
)
@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
def test_encodings(spec: Spec, name: str, content: bytes, finding: str) -> None:
    assert spec.write({name: content}).load(name) is None
    assert spec.findings == [f"{name}:{finding}"]


@pytest.mark.parametrize(
    ("name", "text"), [("x.yaml", b"a: 1\nb: [\n"), ("x.json", b'{"a": 1,\n"b": [\n')]
)
def test_a_byte_order_mark_is_no_part_of_the_text(spec: Spec, name: str, text: bytes) -> None:
    marked = b"\xef\xbb\xbf" + text
    assert spec.write({name: marked + b"]}" if name == "x.json" else marked + b"]"}).load(name)
    assert spec.load(name) == spec.at(name)
    assert spec.findings == []
    assert spec.at(name, "a").key_span.column == (1 if name == "x.yaml" else 2)


@pytest.mark.parametrize(
    ("name", "text"), [("x.yaml", "a: b\x93c\x85"), ("x.json", '{"a":"b\x93c\x85"}')]
)
def test_c12_controls_of_a_wrong_decoding_reach_nothing(spec: Spec, name: str, text: str) -> None:
    node = spec.write({name: text}).load(name)
    assert node is not None
    assert node.string("a") == "b\ufffdc\ufffd"
    columns = (5, 7) if name == "x.yaml" else (8, 10)
    assert spec.findings == [f"{name}:1:{column} CF264" for column in columns]
    assert "\x93" not in "".join(spec.loader.lines(name))


@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
def test_c12_escaped_controls_reach_nothing(spec: Spec, name: str) -> None:
    """Neither in values nor in keys, which stay where they stood; twins are one, and reported."""
    text = r'{"a\u001a": ["b\u001bc"], "d": {"\u0001": 1, "\u0002": 2}}'
    spec.write({name: text})
    assert spec.at(name).value == {"a\ufffd": ["b\ufffdc"], "d": {"\ufffd": 1}}
    assert spec.at(name, "a\ufffd").key_span.column == 2
    rules = [finding.rpartition(" ")[2] for finding in spec.findings]
    assert sorted(rules) == ["CF141", *["CF264"] * 4]


def test_the_lines_of_a_refused_file_can_still_be_listed(spec: Spec) -> None:
    spec.write({"x.yaml": b"a: 1\r\nb: caf\xe9\rc: d"}).load("x.yaml")
    assert list(spec.loader.lines("x.yaml")) == ["a: 1", "b: caf\ufffd", "c: d"]
    assert list(spec.loader.lines("never-read.yaml")) == []


def test_a_missing_file(spec: Spec) -> None:
    spec.write({"notices.yaml": "a: 1"})
    assert spec.load("notice.yaml") is None
    assert spec.findings == ["notice.yaml:1:1 CF101"]
    assert spec.only[1] == "did you mean 'notices.yaml'?"


def test_a_large_file(spec: Spec) -> None:
    spec.write({"fits.yaml": b"a: 1\n#" + b"x" * (LARGEST - 6)})
    assert spec.load("fits.yaml") is not None
    spec.write({"x.yaml": b"a: 1\n#" + b"x" * (LARGEST - 5)})
    assert spec.load("x.yaml") is None
    assert spec.findings == ["x.yaml:1:1 CF103"]


def test_a_pipe_is_not_waited_for(spec: Spec) -> None:
    os.mkfifo(spec.root / "x.yaml")
    assert spec.load("x.yaml") is None
    assert spec.findings == ["x.yaml:1:1 CF102"]
    assert spec.loader.find(spec.root) == []


@pytest.mark.parametrize("change", ["pipe", "link", "growth"])
def test_c12_a_file_that_changes_when_it_is_opened(
    spec: Spec, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """What is read is judged, not what stood there a moment before."""
    path = spec.write({"x.yaml": "a: 1"}).root / "x.yaml"
    (spec.root.parent / "secret.yaml").write_text("secret: 1")
    really = os.open

    def changing(name: str, flags: int) -> int:
        path.unlink()
        if change == "pipe":
            os.mkfifo(path)
        elif change == "link":
            path.symlink_to("../secret.yaml")
        else:
            path.write_bytes(b"a: 1\n#" + b"x" * LARGEST)
        return really(name, flags)

    monkeypatch.setattr(os, "open", changing)
    assert spec.load("x.yaml") is None
    assert spec.findings == [f"x.yaml:1:1 CF10{3 if change == 'growth' else 2}"]


def test_a_file_that_may_not_be_read(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, flags: int) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    spec.write({"x.yaml": "a: 1"})
    monkeypatch.setattr(os, "open", refuse)
    assert spec.load("x.yaml") is None
    assert spec.findings == ["x.yaml:1:1 CF102"]
    assert "Permission denied" in spec.only[0]


def test_outside_the_root(spec: Spec) -> None:
    (spec.root.parent / "x.yaml").write_text("a: 1")
    assert spec.load("../x.yaml") is None
    assert spec.loader.load(spec.root.parent / "x.yaml") is None
    assert spec.loader.find(spec.root.parent) == []
    assert [finding.rpartition(" ")[2] for finding in spec.findings] == ["CF104"] * 3


def test_a_root_behind_a_symlink(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    spec = Spec(tmp_path / "link").write({"x.yaml": "openapi: 3.1.0"})
    assert spec.loader.load(tmp_path / "link" / "x.yaml") is not None
    assert spec.loader.load(tmp_path / "real" / "x.yaml") is not None
    assert [document.name for document in spec.loader.documents] == ["x.yaml"]


def test_documents_are_sorted_and_their_digest_ignores_the_ends_of_lines(spec: Spec) -> None:
    spec.write({"b.yaml": "a: 1\r\nb: 2\r\n", "a/c.json": "{}", "bad.yaml": "["})
    for name in ("b.yaml", "a/c.json", "bad.yaml"):
        spec.load(name)
    first, second = spec.loader.documents
    assert (first.name, second.name) == ("a/c.json", "b.yaml")
    assert second.sha256 == hashlib.sha256(b"a: 1\nb: 2\n").hexdigest()
    assert second.path == spec.root.resolve() / "b.yaml"


def test_find_in_a_folder(spec: Spec) -> None:
    spec.write(
        {
            "api/b.yaml": "# x\nopenapi: 3.1.0\n",
            "api/a/c.yml": "'openapi': 3.0.3\n",
            "api/d.json": '{"info": {},\n "openapi": "3.1.0"}',
            "api/e.yaml": "{openapi: 3.1.0}",
            "api/old.json": '{"swagger": "2.0"}',
            "api/schema.yaml": "type: object\nproperties:\n  openapi:\n    type: string\n",
            "api/example.json": '{"a": {"openapi": "3.1.0"}}',
            "api/list.json": "[1]",
            "api/broken.yaml": "a: [\n",
            "api/readme.md": "openapi: 3.1.0",
            "api/.hidden/x.yaml": "openapi: 3.1.0",
            "other.yaml": "openapi: 3.1.0",
        }
    )
    found = spec.loader.find(Path("api"))
    assert [path.relative_to(spec.root.resolve()).as_posix() for path in found] == [
        "api/a/c.yml",
        "api/b.yaml",
        "api/d.json",
        "api/e.yaml",
        "api/old.json",
    ]
    assert spec.findings == []


def test_find_reports_an_openapi_document_that_cannot_be_read(spec: Spec) -> None:
    spec.write({"a.yaml": "openapi: 3.1.0\nx: [\n", "b.yaml": "openapi: 3.1.0\n".encode("utf-16")})
    assert [path.name for path in spec.loader.find(Path())] == ["a.yaml", "b.yaml"]
    assert [finding.rpartition(" ")[2] for finding in spec.findings] == ["CF121", "CF111"]


def test_find_takes_a_symlink_for_the_file_it_leads_to(spec: Spec) -> None:
    spec.write({"api/a.yaml": "openapi: 3.1.0", "other/b.yaml": "openapi: 3.1.0"})
    (spec.root / "api" / "again.yaml").symlink_to("a.yaml")
    (spec.root / "api" / "other.yaml").symlink_to("../other/b.yaml")
    assert [path.name for path in spec.loader.find(Path("api"))] == ["a.yaml", "b.yaml"]
    assert spec.findings == []


def test_find_does_not_look_outside_the_root(spec: Spec) -> None:
    (spec.root.parent / "outside.yaml").write_text("openapi: 3.1.0")
    spec.write({"a.yaml": "openapi: 3.1.0"})
    (spec.root / "link.yaml").symlink_to("../outside.yaml")
    assert [path.name for path in spec.loader.find(Path())] == ["a.yaml"]
    assert [finding.rpartition(" ")[2] for finding in spec.findings] == ["CF104"]


def test_find_a_file_is_that_file(spec: Spec) -> None:
    spec.write({"x.yaml": "not: openapi"})
    assert spec.loader.find(Path("x.yaml")) == [spec.root.resolve() / "x.yaml"]
    assert spec.loader.find(Path("y.yaml")) == []
    assert spec.findings == ["y.yaml:1:1 CF101"]


def test_find_nothing(spec: Spec) -> None:
    spec.write({"api/x.yaml": "a: 1"})
    assert spec.loader.find(Path("api")) == []
    assert spec.findings == ["api:1:1 CF105"]


def test_members_of_a_node(spec: Spec) -> None:
    spec.write({"x.yaml": "s: text\nb: true\nn: 1\nm: {k: 1}\nl: [1, 2]\n"})
    root = spec.at("x.yaml")
    assert root.string("s") == "text"
    assert root.boolean("b") is True
    assert root.mapping("m") == spec.at("x.yaml", "m")
    assert root.sequence("l") == spec.at("x.yaml", "l")
    assert [key for key, _ in root.items()] == ["s", "b", "n", "m", "l"]
    assert [node.value for node in spec.at("x.yaml", "l").elements()] == [1, 2]
    assert list(spec.at("x.yaml", "l").items()) == []
    assert list(root.elements()) == []
    assert root.get("nothing") is None
    assert spec.at("x.yaml", "l").get("0") is None
    assert root.string("nothing") is None
    assert root.boolean("nothing") is None
    assert root.mapping("nothing") is None
    assert root.sequence("nothing") is None
    assert (root.name, spec.at("x.yaml", "m", "k").name) == ("", "k")
    assert spec.findings == []


def test_a_node_is_known_by_its_place(spec: Spec) -> None:
    spec.write({"x.yaml": "a: 1\nb: 1", "y.yaml": "a: 1"})
    assert spec.at("x.yaml", "a") == spec.at("x.yaml", "a")
    assert len({spec.at("x.yaml", "a"), spec.at("x.yaml", "b"), spec.at("y.yaml", "a")}) == 3


@pytest.mark.parametrize(
    "text", ["s: []\nb: 0\nm: []\nl: {}\n", '{"s":[],\n"b":0,\n"m":[],\n"l":{}}']
)
def test_a_wrong_type_is_reported_at_the_value(spec: Spec, text: str) -> None:
    name = "x.json" if text.startswith("{") else "x.yaml"
    root = spec.write({name: text}).at(name)
    assert root.string("s") is None
    assert root.boolean("b") is None
    assert root.mapping("m") is None
    assert root.sequence("l") is None
    columns = (6, 5, 5, 5) if name == "x.json" else (4, 4, 4, 4)
    assert spec.findings == [
        f"{name}:{line}:{column} CF161" for line, column in enumerate(columns, 1)
    ]
    assert [found.message for found in spec.diagnostics] == [
        "'s' must be a string, not a list",
        "'b' must be a boolean, not a number",
        "'m' must be a mapping, not a list",
        "'l' must be a list, not a mapping",
    ]


@pytest.mark.parametrize(
    ("text", "string", "boolean"),
    [("s: 1.5\nb: 'true'\n", "1.5", True), ('{"s":true,\n"b":"False"}', "true", False)],
)
def test_what_spells_the_value_is_read_and_reported(
    spec: Spec, text: str, string: str, boolean: bool
) -> None:
    name = "x.json" if text.startswith("{") else "x.yaml"
    root = spec.write({name: text}).at(name)
    assert (root.string("s"), root.boolean("b")) == (string, boolean)
    columns = (6, 5) if name == "x.json" else (4, 4)
    assert spec.findings == [
        f"{name}:{line}:{column} CF260" for line, column in enumerate(columns, 1)
    ]
