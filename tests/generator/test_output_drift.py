"""What differs from what the spec asks for, and whose doing it is."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from counterfoil_codegen.output import manifest as manifests
from counterfoil_codegen.output.drift import Drift, drift
from counterfoil_codegen.output.fresh import is_fresh
from counterfoil_codegen.output.listing import diffs
from counterfoil_codegen.output.manifest import digest

from tests.generator.output_support import FIRST, SECOND, Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.write(FIRST)
    return project


def found(project: Project, files: dict[str, bytes]) -> list[tuple[str, str]]:
    """The file and the rule of each drift."""
    drifted = drift(project.package, files, project.manifest(files))
    return [
        (one.file.removeprefix("generated/noticeboard/"), one.diagnostic.rule.id) for one in drifted
    ]


def only(project: Project, files: dict[str, bytes]) -> Drift:
    (one,) = drift(project.package, files, project.manifest(files))
    return one


def test_nothing(project: Project) -> None:
    assert found(project, FIRST) == []
    assert is_fresh(project.target)


def test_the_spec_has_changed(project: Project) -> None:
    project.spec.write_text("openapi: 3.1.1\n")
    assert not is_fresh(project.target)
    assert found(project, SECOND) == [
        ("__init__.py", "CF521"),
        ("models/_b.py", "CF524"),
        ("other/c.py", "CF523"),
        ("counterfoil.json", "CF521"),
    ]
    drifted = drift(project.package, SECOND, project.manifest(SECOND))
    assert "the spec has changed" in drifted[0].diagnostic.message
    assert "not generated yet" in drifted[2].diagnostic.message
    assert "changed: spec.yaml" in drifted[3].diagnostic.message


def test_only_a_comment_of_the_spec_has_changed(project: Project) -> None:
    project.spec.write_text("openapi: 3.1.0  # yes\n")
    assert found(project, FIRST) == [("counterfoil.json", "CF521")]


def test_other_ends_of_lines_of_a_spec_change_nothing(project: Project) -> None:
    project.spec.write_bytes(b"openapi: 3.1.0\r\n")
    assert is_fresh(project.target)


def test_edited_by_hand(project: Project) -> None:
    (project.package / "models" / "_a.py").write_bytes(b"a = 1\nb = 2\n")
    assert not is_fresh(project.target)
    one = only(project, FIRST)
    assert (one.diagnostic.rule.id, one.diagnostic.span.line) == ("CF522", 2)
    assert one.diagnostic.message == "edited by hand since it was generated"


def test_edited_and_outdated(project: Project) -> None:
    (project.package / "__init__.py").write_bytes(b"edited\n")
    project.spec.write_text("openapi: 3.1.1\n")
    drifted = drift(project.package, SECOND, project.manifest(SECOND))
    assert drifted[0].diagnostic.rule.id == "CF522"
    assert "besides, the spec has changed" in drifted[0].diagnostic.message


def test_the_generator_has_changed(project: Project) -> None:
    manifest = replace(project.manifest({**FIRST, "__init__.py": b"new\n"}), generator="other")
    drifted = drift(project.package, {**FIRST, "__init__.py": b"new\n"}, manifest)
    assert "counterfoil or one of its tools has changed" in drifted[0].diagnostic.message


@pytest.mark.parametrize(("generator", "version"), [("other", "1"), (None, "0")])
def test_other_tools_that_give_the_same_are_no_drift(
    project: Project, generator: str | None, version: str
) -> None:
    manifest = project.manifest(FIRST)
    other = replace(
        manifest,
        generator=generator or manifest.generator,
        tools={**manifest.tools, "ruff": version},
    )
    (project.package / manifests.NAME).write_bytes(other.to_bytes())
    assert not is_fresh(project.target)
    assert found(project, FIRST) == []


def test_missing_stale_and_foreign(project: Project) -> None:
    (project.package / "__init__.py").unlink()
    (project.package / "new.py").write_bytes(b"mine\n")
    assert not is_fresh(project.target)
    assert found(project, {**FIRST, "new.py": b"n\n"})[:2] == [
        ("__init__.py", "CF523"),
        ("new.py", "CF511"),
    ]


def test_a_stale_file_that_was_edited(project: Project) -> None:
    (project.package / "models" / "_b.py").write_bytes(b"mine\n")
    stale = drift(project.package, SECOND, project.manifest(SECOND))[1].diagnostic
    assert (stale.rule.id, stale.help) == ("CF524", "delete it")
    assert "edited by hand" in stale.message


def test_a_link_or_a_folder_in_place_of_a_file(project: Project) -> None:
    place = project.package / "__init__.py"
    (project.folder / "first.py").write_bytes(place.read_bytes())
    place.unlink()
    place.symlink_to(project.folder / "first.py")
    assert not is_fresh(project.target)
    assert found(project, FIRST) == [("__init__.py", "CF512")]
    place.unlink()
    place.mkdir()
    assert found(project, FIRST) == [("__init__.py", "CF511")]


def test_never_generated(project: Project) -> None:
    for name in (*FIRST, manifests.NAME):
        (project.package / name).unlink()
    assert not is_fresh(project.target)
    assert only(project, FIRST).diagnostic.message == "the package was never generated"


@pytest.mark.parametrize(("content", "rule"), [(None, "CF523"), (b"{}", "CF513"), (b" ", "CF513")])
def test_the_manifest_itself(project: Project, content: bytes | None, rule: str) -> None:
    path = project.package / manifests.NAME
    path.unlink() if content is None else path.write_bytes(content)
    assert not is_fresh(project.target)
    assert found(project, FIRST) == [("counterfoil.json", rule)]


def test_a_manifest_in_another_form_was_edited(project: Project) -> None:
    path = project.package / manifests.NAME
    path.write_bytes(path.read_bytes() + b"\n")
    assert not is_fresh(project.target)
    assert found(project, FIRST) == [("counterfoil.json", "CF522")]


def test_other_options_are_not_fresh(project: Project) -> None:
    assert not is_fresh(replace(project.target, specs=(project.folder / "other.yaml",)))
    assert not is_fresh(replace(project.target, root=project.folder.parent))


def test_a_missing_input_is_not_fresh(project: Project) -> None:
    project.spec.unlink()
    assert not is_fresh(project.target)


@pytest.mark.parametrize(
    ("name", "content", "fresh"),
    [
        ("b.yaml", b"openapi: 3.1.0\n", False),
        ("b.json", b'{"info": {}, "openapi": "3.1.0"}', False),
        ("deep/er/b.yml", b"'swagger' : 2\n", False),
        ("b.yaml", "openapi: 3.1.0".encode("utf-16"), False),
        ("b.yaml", b"type: object\n", True),
        ("b.txt", b"openapi: 3.1.0\n", True),
        (".hidden/b.yaml", b"openapi: 3.1.0\n", True),
    ],
)
def test_a_new_document_in_a_spec_folder(
    tmp_path: Path, name: str, content: bytes, fresh: bool
) -> None:
    project = Project(tmp_path)
    folder = tmp_path / "spec"
    folder.mkdir()
    target = replace(project.target, specs=(folder,))
    manifest = replace(project.manifest(FIRST), sources=("spec",), inputs={})
    project.write(FIRST)
    (project.package / manifests.NAME).write_bytes(manifest.to_bytes())
    assert is_fresh(target)
    new = folder / name
    new.parent.mkdir(parents=True, exist_ok=True)
    new.write_bytes(content)
    assert is_fresh(target) is fresh


@pytest.mark.parametrize("kind", ["pipe", "device", "large"])
def test_c12_what_is_no_document_does_not_hold_up_the_quick_answer(
    tmp_path: Path, kind: str
) -> None:
    """A pipe is passed over, as `generate` does; of a file of 1 TiB only the beginning is read."""
    project = Project(tmp_path)
    folder = tmp_path / "spec"
    folder.mkdir()
    odd = folder / "b.yaml"
    if kind == "pipe":
        os.mkfifo(odd)
    elif kind == "device":
        odd.symlink_to("/dev/zero")
    else:
        odd.touch()
        os.truncate(odd, 2**40)
    project.write(FIRST)
    for inputs in ({}, {"spec/b.yaml": digest(b"")}):
        manifest = replace(project.manifest(FIRST), sources=("spec",), inputs=inputs)
        (project.package / manifests.NAME).write_bytes(manifest.to_bytes())
        fresh = is_fresh(replace(project.target, specs=(folder,)))
        assert fresh is (kind != "device" and not inputs)


def test_a_diff_leads_from_the_disk_to_the_spec(project: Project) -> None:
    (project.package / "models" / "_a.py").write_bytes(b"a = 2\n")
    ((_, lines),) = diffs([only(project, FIRST)])
    name = "generated/noticeboard/models/_a.py"
    assert lines == [f"--- {name}", f"+++ {name}", "@@ -1 +1 @@", "-a = 2", "+a = 1"]


def test_a_diff_is_safe_on_a_terminal(project: Project) -> None:
    (project.package / "models" / "_a.py").write_bytes(b"\x1b[2Ja\r\xff\xe2\x80\xae")
    ((_, lines),) = diffs([only(project, FIRST)])
    assert "-\\x1b[2Ja\\r\\xff\\u202e" in lines
    assert "\\ No newline at end of file" in lines


def test_a_diff_is_bounded(project: Project) -> None:
    files = {f"m{number}.py": b"x = 1\n" * 1000 for number in range(20)}
    drifted = drift(project.package, {**FIRST, **files}, project.manifest({**FIRST, **files}))
    listed = {one.file: lines for one, lines in diffs(drifted)}
    assert sum(map(len, listed.values())) < 500
    assert "923 more lines left out" in listed["generated/noticeboard/m0.py"][-1]
    assert all(any("left out" in line or "not compared" in line for line in lines)
               for file, lines in listed.items() if "/m" in file)  # fmt: skip


def test_a_digest_is_sha_256() -> None:
    assert digest(b"").startswith("e3b0c44298fc1c14")
