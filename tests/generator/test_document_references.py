"""`$ref` is followed inside the root only; every way to go wrong has its own finding (C13)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from counterfoil_codegen.document import Node
from counterfoil_codegen.document.limits import LONGEST_CHAIN

from tests.generator.document_support import Spec


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    root = tmp_path / "root"
    root.mkdir()
    return Spec(root)


def resolved(spec: Spec, name: str, *pointer: str) -> Node:
    node = spec.loader.resolve(spec.at(name, *pointer))
    assert spec.findings == []
    assert node is not None
    return node


def test_what_has_no_ref_is_itself(spec: Spec) -> None:
    spec.write({"x.yaml": "a: {b: 1}"})
    assert spec.loader.resolve(spec.at("x.yaml", "a")) == spec.at("x.yaml", "a")
    assert spec.loader.resolve(spec.at("x.yaml", "a", "b")) == spec.at("x.yaml", "a", "b")


@pytest.mark.parametrize(
    ("reference", "pointer"),
    [
        ("#", ()),
        ("#/", ("",)),
        ("#/a", ("a",)),
        ("#/l/0", ("l", "0")),
        ("#/l/1/b", ("l", "1", "b")),
        ("#/~1p~1%7Bid%7D/get", ("/p/{id}", "get")),
        ("#/m~0n", ("m~n",)),
        ("#/~01", ("~1",)),
        ("#/50%25", ("50%",)),
        ("#/caf%C3%A9", ("caf\u00e9",)),
        ("#/200", ("200",)),
    ],
)
def test_pointers(spec: Spec, reference: str, pointer: tuple[str, ...]) -> None:
    content = "'': 1\na: 1\nl: [1, {b: 1}]\n/p/{id}: {get: 1}\n"
    content += "m~n: 1\n~1: 1\n50%: 1\ncaf\u00e9: 1\n200: 1\n"
    spec.write({"x.yaml": f"{content}from: {{$ref: '{reference}'}}\n"})
    assert resolved(spec, "x.yaml", "from").pointer == pointer


@pytest.mark.parametrize(
    ("name", "reference", "target"),
    [
        ("x.yaml", "y.yaml", "y.yaml"),
        ("x.yaml", "./y.yaml#", "y.yaml"),
        ("x.yaml", "in/y.yaml", "in/y.yaml"),
        ("x.yaml", "in/../y.yaml", "y.yaml"),
        ("in/x.yaml", "../y.yaml", "y.yaml"),
        ("in/x.yaml", "y.yaml", "in/y.yaml"),
        ("x.yaml", "in/y%20z.json#/a", "in/y z.json"),
        ("x.yaml", "missing/../y.yaml", "y.yaml"),
    ],
)
def test_files(spec: Spec, name: str, reference: str, target: str) -> None:
    spec.write({"y.yaml": "a: 1", "in/y.yaml": "a: 1", "in/y z.json": '{"a": 1}'})
    spec.write({name: f"from: {{$ref: '{reference}'}}"})
    assert resolved(spec, name, "from").document.name == target


def test_a_file_is_one_document_however_it_is_named(spec: Spec) -> None:
    spec.write({"y.yaml": "a: 1", "x.yaml": "p: {$ref: y.yaml}\nq: {$ref: ./in/../y.yaml}\n"})
    assert resolved(spec, "x.yaml", "p") == resolved(spec, "x.yaml", "q")
    assert [document.name for document in spec.loader.documents] == ["x.yaml", "y.yaml"]


def test_a_symlink_inside_the_root_is_the_file_it_leads_to(spec: Spec) -> None:
    spec.write({"real/y.yaml": "a: 1\nb: {$ref: z.yaml}", "real/z.yaml": "c: 2"})
    (spec.root / "link.yaml").symlink_to("real/y.yaml")
    spec.write({"x.yaml": "p: {$ref: 'link.yaml#/b'}"})
    assert resolved(spec, "x.yaml", "p").document.name == "real/z.yaml"


def test_a_chain_ends_at_content(spec: Spec) -> None:
    spec.write(
        {
            "x.yaml": "a: {$ref: '#/b'}\nb: {$ref: 'y.json#/c'}\nd: {e: 1}\n",
            "y.json": '{"c": {"$ref": "x.yaml#/d"}}',
        }
    )
    assert resolved(spec, "x.yaml", "a") == spec.at("x.yaml", "d")


# The whole document x.yaml, whose `from` leads to a mapping with the key `found`.
IDENTIFIED = {
    "an anchor": "from: {$ref: '#a'}\nschemas: {A: {$anchor: a, found: 1}}",
    "a dynamic anchor": "from: {$ref: '#a'}\nschemas: {A: {$dynamicAnchor: a, found: 1}}",
    "an anchor of the part around it": "$defs: {A: {$id: b, from: {$ref: '#a'}, "
    "$defs: {C: {$anchor: a, found: 1}}}, B: {$anchor: a}}\nfrom: {$ref: 'b#/from'}",
    "an id": "from: {$ref: 'urn:example:a'}\n$defs: {A: {$id: 'urn:example:a', found: 1}}",
    "an id below an id": "from: {$ref: 'http://example.org/b'}\n"
    "$defs: {A: {$id: 'http://example.org/a', $defs: {B: {$id: b, found: 1}}}}",
    "a pointer below an id": "from: {$ref: 'http://example.org/a#/$defs/B'}\n"
    "$defs: {A: {$id: 'http://example.org/a', $defs: {B: {found: 1}}}}",
    "past the id around it": "$defs: {A: {$id: a, from: {$ref: '#/other'}}}\n"
    "other: {found: 1}\nfrom: {$ref: 'a#/from'}",
    "self": "$self: 'https://example.org/x'\nfrom: {$ref: 'https://example.org/x#/a'}\n"
    "a: {found: 1}",
    "beside self": "$self: 'https://example.org/x'\nfrom: {$ref: 'y.yaml'}",
    "relative to self": "$self: 'https://example.org/in/x'\nfrom: {$ref: '/in/x#/a'}\n"
    "a: {found: 1}",
    "an example names nothing": "example: {$id: y.yaml}\nfrom: {$ref: y.yaml}",
    "a property may have the name": "properties: {$id: {type: string}}\nfrom: {$ref: y.yaml}",
    "no URI": "$id: 'http://[x'\nfrom: {$ref: 'y.yaml'}",
}


@pytest.mark.parametrize("text", IDENTIFIED.values(), ids=IDENTIFIED)
def test_what_a_name_identifies(spec: Spec, text: str) -> None:
    spec.write({"x.yaml": text, "y.yaml": "found: 1"})
    assert resolved(spec, "x.yaml", "from").get("found") is not None


# What stands after `$ref: ` on line 2, and the finding at its column 9.
REFUSED = {
    "number": ("1", "CF151"),
    "mapping": ("{a: 1}", "CF151"),
    "null": ("~", "CF151"),
    "http": ("http://example.org/x.yaml#/a", "CF152"),
    "https": ("HTTPS://example.org/x.yaml", "CF152"),
    "ftp": ("ftp://example.org/x.yaml", "CF152"),
    "no scheme": ("//example.org/x.yaml", "CF152"),
    "absolute": ("/etc/passwd", "CF153"),
    "file": ("file:///etc/passwd", "CF153"),
    "drive": ("C:/x.yaml", "CF153"),
    "data": ("'data:application/json,{}'", "CF154"),
    "urn": ("urn:example:x", "CF154"),
    "backslash": ("in\\x.yaml", "CF155"),
    "nul": ("x%00.yaml", "CF155"),
    "bad escape in the path": ("x%zz.yaml", "CF155"),
    "bad escape in the pointer": ("'#/a%2'", "CF155"),
    "not UTF-8": ("'#/%FF'", "CF155"),
    "not UTF-8 in the path": ("'%FF.yaml'", "CF155"),
    "bad tilde": ("'#/a~2b'", "CF155"),
    "anchor": ("'#here'", "CF157"),
    "no target": ("'#/nowhere'", "CF157"),
    "past a scalar": ("'#/a/b'", "CF157"),
    "past a list": ("'#/l/1'", "CF157"),
    "no index": ("'#/l/00'", "CF157"),
    "dash": ("'#/l/-'", "CF157"),
    "huge index": ("'#/l/" + "9" * 5000 + "'", "CF157"),
    "itself": ("'#/from'", "CF158"),
    "missing": ("y.yaml", "CF101"),
    "a file as a folder": ("x.yaml/y.yaml", "CF101"),
    "long name": ("a" * 5000 + ".yaml", "CF102"),
    "a folder": ("in", "CF102"),
    "the root": (".", "CF102"),
    "above": ("../outside.yaml", "CF104"),
    "far above": ("../../../../../../../../etc/passwd", "CF104"),
    "escaped dots": ("'%2E%2E/outside.yaml'", "CF104"),
    "a link out": ("link.yaml", "CF104"),
    "a folder link out": ("out/outside.yaml", "CF104"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_reference_that_is_refused(spec: Spec, name: str) -> None:
    reference, rule = REFUSED[name]
    spec.write({"x.yaml": f"from:\n  $ref: {reference}\na: 1\nl: [1]\n", "in/z.yaml": "a: 1"})
    (spec.root.parent / "outside.yaml").write_text("secret: 1")
    (spec.root / "link.yaml").symlink_to("../outside.yaml")
    (spec.root / "out").symlink_to("..")
    node = spec.at("x.yaml", "from")
    assert spec.loader.resolve(node) is None
    assert spec.findings == [f"x.yaml:2:9 {rule}"]
    message, cure = spec.only
    assert message
    assert cure
    assert len(message) < 300
    assert "secret" not in message + cure


def test_nothing_outside_the_root_is_opened(spec: Spec) -> None:
    """Seen from the interpreter itself, whose audit hook hears of every file that is opened."""
    opened: list[str] = []
    listening = True

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        if listening and event in {"open", "socket.connect", "socket.getaddrinfo"}:
            opened.append(str(arguments[0]))

    references = [text for text, _ in REFUSED.values()]
    spec.write({"x.yaml": "".join(f"- $ref: {text}\n" for text in references)})
    (spec.root.parent / "outside.yaml").write_text("secret: 1")
    (spec.root / "link.yaml").symlink_to("../outside.yaml")
    (spec.root / "out").symlink_to("..")
    sys.addaudithook(hear)
    root = spec.load("x.yaml")
    assert root is not None
    for node in root.elements():
        spec.loader.resolve(node)
    listening = False
    assert opened
    assert {Path(name).parent for name in opened} == {spec.root}


def test_near_names_are_suggested(spec: Spec) -> None:
    schemas = "components:\n  schemas: {Notice: {}, Board: {}, Notices: {}}\n"
    spec.write({"x.yaml": f"from: {{$ref: '#/components/schemas/Notise'}}\n{schemas}"})
    assert spec.loader.resolve(spec.at("x.yaml", "from")) is None
    message, cure = spec.only
    assert "'Notise' in 'x.yaml#/components/schemas'" in message
    assert cure == "did you mean 'Notice' or 'Notices'?"


def test_without_near_names_those_there_are_shown(spec: Spec) -> None:
    spec.write({"x.yaml": "from: {$ref: '#/b/zzz'}\nb: {one: 1, two: 2}\n"})
    assert spec.loader.resolve(spec.at("x.yaml", "from")) is None
    assert spec.only[1] == "there is 'one', 'two'"


def test_near_files_are_suggested(spec: Spec) -> None:
    spec.write({"x.yaml": "from: {$ref: schemas/notise.yaml}", "schemas/notice.yaml": "a: 1"})
    assert spec.loader.resolve(spec.at("x.yaml", "from")) is None
    assert spec.only[1] == "did you mean 'notice.yaml'?"


def test_a_loop_across_files_is_named(spec: Spec) -> None:
    spec.write({"x.yaml": "a: {$ref: 'y.yaml#/b'}", "y.yaml": "b: {$ref: 'x.yaml#/a'}"})
    assert spec.loader.resolve(spec.at("x.yaml", "a")) is None
    assert spec.findings == ["y.yaml:1:11 CF158"]
    assert spec.only[0].endswith("a chain of 2 $ref does not arrive: 'x.yaml#/a' -> 'y.yaml#/b'")


def test_a_chain_without_end_is_cut(spec: Spec) -> None:
    """Else following each link of a long chain would take time that grows with its square."""
    links = "".join(f"a{i}: {{$ref: '#/a{i + 1}'}}\n" for i in range(200))
    spec.write({"x.yaml": f"{links}a200: {{}}\n"})
    assert resolved(spec, "x.yaml", f"a{201 - LONGEST_CHAIN}").name == "a200"
    assert spec.loader.resolve(spec.at("x.yaml", "a0")) is None
    assert spec.findings == [f"x.yaml:{LONGEST_CHAIN}:{len(f'a{LONGEST_CHAIN}: {{$ref: ')} CF158"]


def test_a_file_that_is_refused_is_reported_once_where_it_is_wrong(spec: Spec) -> None:
    spec.write({"x.yaml": "a: {$ref: y.yaml}\nb: {$ref: 'y.yaml#/c'}", "y.yaml": "a: [\n"})
    assert spec.loader.resolve(spec.at("x.yaml", "a")) is None
    assert spec.loader.resolve(spec.at("x.yaml", "b")) is None
    assert [finding.split(":")[0] for finding in spec.findings] == ["y.yaml"]


def test_a_missing_file_is_reported_wherever_it_is_named(spec: Spec) -> None:
    spec.write({"x.yaml": "a: {$ref: y.yaml}\nb: {$ref: 'y.yaml#/c'}"})
    for key in ("a", "b"):
        assert spec.loader.resolve(spec.at("x.yaml", key)) is None
    assert spec.findings == ["x.yaml:1:11 CF101", "x.yaml:2:11 CF101"]


def test_a_pointer_goes_through_a_reference(spec: Spec) -> None:
    spec.write({"x.yaml": "a: {$ref: y.yaml}\nfrom: {$ref: '#/a/b/c'}\n"})
    spec.write({"y.yaml": "b: {$ref: '#/d'}\nd: {c: 1}\n"})
    assert resolved(spec, "x.yaml", "from") == spec.at("y.yaml", "d", "c")


@pytest.mark.parametrize("target", ["#/a/b", "#/c/b"])
def test_a_pointer_through_itself_leads_nowhere(spec: Spec, target: str) -> None:
    spec.write(
        {"x.yaml": f"a: {{$ref: '{target}'}}\nc: {{$ref: '#/a'}}\nfrom: {{$ref: '#/a/b'}}\n"}
    )
    assert spec.loader.resolve(spec.at("x.yaml", "from")) is None
    assert {finding[-5:] for finding in spec.findings} == {"CF157"}


def test_a_part_of_an_api_may_point_as_if_it_stood_in_the_whole(spec: Spec) -> None:
    spec.write({"api.yaml": "openapi: 3.1.0\nc: {d: 1}\n", "x.yaml": "from: {$ref: '#/c/d'}\n"})
    whole = spec.at("api.yaml", "c", "d")
    assert spec.loader.resolve(spec.at("x.yaml", "from")) == whole
    assert spec.findings == ["x.yaml:1:14 CF272"]


def test_a_whole_api_points_into_itself_alone(spec: Spec) -> None:
    spec.write({"api.yaml": "openapi: 3.1.0\nc: {d: 1}\n"})
    spec.write({"x.yaml": "openapi: 3.1.0\nfrom: {$ref: '#/c/d'}\n"})
    spec.at("api.yaml")
    assert spec.loader.resolve(spec.at("x.yaml", "from")) is None
    assert spec.findings == ["x.yaml:2:14 CF157"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x: {$ref: text.md}", "# All\n"),
        ("x: {$ref: '#/y'}\ny: told", "told"),
        ("x: {$ref: '#/y'}\ny: 5", "5"),
    ],
)
def test_a_string_may_stand_elsewhere(spec: Spec, text: str, value: str) -> None:
    spec.write({"x.yaml": text, "text.md": "# All\n"})
    assert spec.at("x.yaml").string("x") == value
    assert spec.findings[0] == "x.yaml:1:4 CF271"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        ("{a: 1, b: [on]}", {"a": 1, "b": ["on"]}),
    ],
)
def test_a_file_of_json_is_read_as_such_whatever_its_name(
    spec: Spec, text: str, value: object
) -> None:
    spec.write({"x.yaml": text})
    assert spec.value("x.yaml") == value


def test_what_is_asked_for_again_is_not_looked_up_again(
    spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A schema that many use is resolved for each of them; one that leads nowhere is told again."""
    spec.write({"x.yaml": "a: {$ref: y.yaml#/b}\nc: {$ref: y.yaml#/z}\n", "y.yaml": "b: 1\n"})
    found = spec.loader.resolve(spec.at("x.yaml", "a"))
    assert found is not None
    asked: list[Node] = []
    follow = spec.loader.follow

    def heard(node: Node) -> Node | None:
        asked.append(node)
        return follow(node)

    monkeypatch.setattr(spec.loader, "follow", heard)
    assert spec.loader.resolve(spec.at("x.yaml", "a")) == found
    assert asked == []
    assert spec.loader.resolve(spec.at("x.yaml", "c")) is None
    assert spec.loader.resolve(spec.at("x.yaml", "c")) is None
    assert len(asked) == 2
