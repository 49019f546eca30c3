"""Writing a generated package: all or nothing, and nothing that is not ours (FAULTS C10)."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from counterfoil_codegen.output import exchange as exchanging
from counterfoil_codegen.output import manifest as manifests
from counterfoil_codegen.output import writing
from counterfoil_codegen.output.drift import drift
from counterfoil_codegen.output.lock import exclusive, shared
from counterfoil_codegen.output.manifest import Manifest
from counterfoil_codegen.refusal import RefusalError

from tests.generator.output_support import FIRST, SECOND, Project

ROOT: Final = Path(__file__).parent.parent.parent


@pytest.fixture
def by_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where folders cannot be exchanged."""
    monkeypatch.setattr(writing, "exchange", lambda one, other: False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)


def refused(action: Callable[[], object]) -> list[tuple[str, str]]:
    """The rule and the file of each finding of a refusal."""
    with pytest.raises(RefusalError) as caught:
        action()
    return [(found.rule.id, found.span.file) for found in caught.value.diagnostics]


def test_what_is_written_is_what_was_asked_for(project: Project) -> None:
    written = project.write(FIRST)
    assert set(written.written) == {*FIRST, manifests.NAME}
    assert project.names() == {*FIRST, manifests.NAME, "models/"}
    assert all((project.package / name).read_bytes() == FIRST[name] for name in FIRST)
    data = (project.package / manifests.NAME).read_bytes()
    assert Manifest.from_bytes(data) == project.manifest(FIRST)
    assert [path.name for path in project.package.parent.iterdir()] == ["noticeboard"]


def test_equal_files_are_not_touched(project: Project) -> None:
    project.write(FIRST)
    project.age()
    before = project.state()
    assert set(project.write(FIRST).unchanged) == {*FIRST, manifests.NAME}
    assert project.state() == before
    written = project.write(SECOND)
    assert written.unchanged == ("models/_a.py",)
    name = "generated/noticeboard/models/_a.py"
    assert project.state()[name] == before[name]


def test_stale_files_and_empty_folders_are_removed(project: Project) -> None:
    project.write(FIRST)
    cache = project.package / "models" / "__pycache__"
    cache.mkdir()
    (cache / "_a.cpython-311.pyc").write_bytes(b"")
    written = project.write({"__init__.py": b"first\n"})
    assert set(written.removed) == {"models/_a.py", "models/_b.py"}
    assert project.names() == {"__init__.py", manifests.NAME}


def test_a_folder_that_holds_something_else_is_kept(project: Project) -> None:
    project.write(FIRST)
    (project.package / "models" / "mine.txt").write_text("mine")
    project.write({"__init__.py": b"first\n"})
    assert project.names() == {"__init__.py", manifests.NAME, "models/", "models/mine.txt"}


def test_an_edited_stale_file_is_kept_and_named(project: Project) -> None:
    project.write(FIRST)
    edited = project.package / "models" / "_b.py"
    edited.write_bytes(b"b = 2\n")
    assert project.write(SECOND).kept == ("models/_b.py",)
    assert edited.read_bytes() == b"b = 2\n"


def test_an_edited_file_that_is_still_generated_is_put_right(project: Project) -> None:
    project.write(FIRST)
    (project.package / "__init__.py").write_bytes(b"edited\n")
    assert project.write(FIRST).written == ("__init__.py",)
    assert (project.package / "__init__.py").read_bytes() == b"first\n"


@pytest.mark.parametrize("error", [OSError("no"), KeyboardInterrupt(), SystemExit(143)])
@pytest.mark.parametrize(
    ("first", "function", "steps"),
    # One is created, replaced, removed, and the manifest; or all are put in place at once.
    [(FIRST, "replace", 4), (None, "rename", 1)],
    ids=["over an old one", "anew"],
)
@pytest.mark.usefixtures("by_steps")
def test_a_failure_at_any_step_leaves_the_old_output_whole(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    first: dict[str, bytes] | None,
    function: str,
    steps: int,
) -> None:
    if first:
        project.write(first)
        project.age()
    before, folders = project.state(), set(project.folder.rglob("*"))
    failures = 0
    while True:
        with monkeypatch.context() as patched:
            fail_at(patched, os, function, failures, error)
            try:
                project.write(SECOND)
            except type(error):
                failures += 1
            else:
                break
        assert project.state() == before
        assert set(project.folder.rglob("*")) == folders
    assert failures == steps
    assert project.names() == {*SECOND, manifests.NAME, "models/", "other/"}


@pytest.mark.parametrize(("function", "steps"), [("link", 1), ("chown", 2), ("mkdir", 3)])
def test_an_interruption_before_folders_are_exchanged(
    project: Project, monkeypatch: pytest.MonkeyPatch, function: str, steps: int
) -> None:
    project.write(FIRST)
    project.age()
    before, folders = project.state(), set(project.folder.rglob("*"))
    for number in range(steps):
        with monkeypatch.context() as patched:
            fail_at(patched, os, function, number, KeyboardInterrupt())
            with pytest.raises(KeyboardInterrupt):
                project.write(SECOND)
        assert project.state() == before
        assert set(project.folder.rglob("*")) == folders
    assert set(project.write(SECOND).removed) == {"models/_b.py"}


def test_c10_a_kill_at_any_step_leaves_the_old_package_or_the_new_one(tmp_path: Path) -> None:
    """And what it leaves beside these is gone with the next write."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.generator.killing", str(tmp_path)],
        cwd=ROOT,
        env={"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "generator")))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    over, anew = map(int, done.stdout.strip("()\n").split(","))
    assert over > 40
    assert anew > 15


@pytest.mark.parametrize("way", ["exchange", "link", "stand in it"])
def test_where_folders_cannot_be_exchanged(
    project: Project, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """As on a network's file system, one that has no links, or from within: file by file."""
    project.write(FIRST)
    if way == "exchange":
        monkeypatch.setattr(writing, "exchange", lambda one, other: False)
    elif way == "link":
        fail_at(monkeypatch, os, "link", 0, OSError("no links here"))
    else:
        monkeypatch.chdir(project.package / "models")
    before = project.package.stat().st_ino
    project.write(SECOND)
    assert project.package.stat().st_ino == before
    assert project.names() == {*SECOND, manifests.NAME, "models/", "other/"}


def test_what_a_person_saves_meanwhile_is_kept(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor writes a new file, and puts it in the place of the old one."""
    project.write(FIRST)
    mine = project.package / "mine"
    mine.mkdir()
    (mine / "a.txt").write_text("old")
    os.mkfifo(mine / "pipe")
    (mine / "link").symlink_to("nowhere")

    def exchange(one: Path, other: Path) -> bool:
        (mine / "new.txt").write_text("new")
        (mine / "new.txt").replace(mine / "a.txt")
        (project.package / "more").mkdir()
        (project.package / "more" / "b.txt").write_text("more")
        return exchanging.exchange(one, other)

    monkeypatch.setattr(writing, "exchange", exchange)
    project.write(SECOND)
    assert (mine / "a.txt").read_text() == "new"
    assert (project.package / "more" / "b.txt").read_text() == "more"
    assert (mine / "pipe").is_fifo()
    assert (mine / "link").readlink() == Path("nowhere")
    assert not (project.package / "models" / "_b.py").exists()


def test_the_folder_keeps_its_mode(project: Project) -> None:
    project.write(FIRST)
    project.package.chmod(0o2750)
    project.write(SECOND)
    assert stat.S_IMODE(project.package.stat().st_mode) == 0o2750


@pytest.mark.parametrize(("module", "function"), [(shutil, "copy2"), (os, "mkdir")])
@pytest.mark.usefixtures("by_steps")
def test_a_failure_before_the_first_file_is_put(
    project: Project, monkeypatch: pytest.MonkeyPatch, module: object, function: str
) -> None:
    project.write(FIRST)
    before = project.state()
    for number in range(2):
        with monkeypatch.context() as patched:
            fail_at(patched, module, function, number, OSError("disk full"))
            if function == "copy2" or number:
                with pytest.raises(OSError, match="disk full"):
                    project.write(SECOND)
        assert project.state() == before


@pytest.mark.usefixtures("by_steps")
def test_what_cannot_be_brought_back_is_left_in_the_staging_folder(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(FIRST)
    real, calls = os.replace, iter(range(100))

    def replace(source: str | Path, target: str | Path) -> None:
        if next(calls) > 1:
            raise OSError("read-only")
        real(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", replace)
        with pytest.raises(OSError, match=r"see .*counterfoil-"):
            project.write(SECOND)
    (staging,) = project.package.parent.glob(".counterfoil-*")
    assert b"b = 1\n" in [path.read_bytes() for path in staging.iterdir()]


def test_a_foreign_file_is_never_touched(project: Project) -> None:
    project.write(FIRST)
    (project.package / "other").mkdir()
    (project.package / "other" / "c.py").write_bytes(b"mine\n")
    before = project.state()
    assert refused(lambda: project.write(SECOND)) == [
        ("CF511", "generated/noticeboard/other/c.py"),
    ]
    assert project.state() == before


def test_a_foreign_file_that_is_byte_equal_is_taken_over(project: Project) -> None:
    project.write(FIRST)
    (project.package / manifests.NAME).unlink()
    assert project.write(FIRST).written == (manifests.NAME,)


def test_without_a_manifest_nothing_there_is_ours(project: Project) -> None:
    project.write(FIRST)
    (project.package / manifests.NAME).unlink()
    before = project.state()
    assert refused(lambda: project.write(SECOND)) == [
        ("CF511", "generated/noticeboard/__init__.py"),
    ]
    assert project.state() == before


@pytest.mark.parametrize("name", ["__init__.py", "other", "counterfoil.json"])
def test_a_folder_or_a_file_of_the_wrong_kind_is_in_the_way(project: Project, name: str) -> None:
    place = project.package / name
    if name == "other":
        project.package.mkdir(parents=True)
        place.write_text("a file")
    else:
        place.mkdir(parents=True)
    assert refused(lambda: project.write(SECOND)) == [("CF511", f"generated/noticeboard/{name}")]


@pytest.mark.parametrize("name", ["", "other", "other/c.py", "counterfoil.json"])
@pytest.mark.parametrize("dead", [False, True])
def test_no_link_is_followed(project: Project, name: str, dead: bool) -> None:
    outside = project.folder / "outside"
    if not dead:
        if "." in name:
            outside.write_bytes(project.manifest(FIRST).to_bytes())
        else:
            outside.mkdir()
    link = project.package / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside)
    before = project.state()
    wanted = [("CF512", f"generated/noticeboard/{name}".rstrip("/"))]
    assert refused(lambda: project.write(SECOND)) == wanted
    assert project.state() == before
    assert link.is_symlink()


def test_a_stale_file_behind_a_link_is_not_removed(project: Project) -> None:
    project.write({"__init__.py": b"first\n", "old/a.py": b"a = 1\n"})
    (project.package / "old").rename(project.folder / "elsewhere")
    (project.package / "old").symlink_to(project.folder / "elsewhere")
    assert project.write({"__init__.py": b"first\n"}).kept == ("old/a.py",)
    assert (project.folder / "elsewhere" / "a.py").read_bytes() == b"a = 1\n"


@pytest.mark.parametrize(
    "name",
    ["../victim.py", "/etc/passwd", "a/../../victim.py", "a//b.py", "./a.py", "counterfoil.json",
     "C:/a.py", "a\\b.py", "", ".hidden", "a/", "__pycache__/../x.py"],
)  # fmt: skip
def test_a_hostile_manifest_moves_nothing(project: Project, name: str) -> None:
    victim = project.package.parent / "victim.py"
    project.write(FIRST)
    victim.write_bytes(b"mine\n")
    hostile = project.manifest({**FIRST, name: b"mine\n"})
    (project.package / manifests.NAME).write_bytes(hostile.to_bytes())
    before = project.state()
    wanted = [("CF513", "generated/noticeboard/counterfoil.json")]
    assert refused(lambda: project.write(FIRST)) == wanted
    assert refused(lambda: project.write(SECOND)) == wanted
    assert project.state() == before


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"format": 2}', '{"format": 1}', "<<<<<<< HEAD\n", "\xff",
     '{"format": 1, "options": {"package": "x", "sources": []}, "outputs": {"a.py": "0"}}',
     "[" * 100_000],
)  # fmt: skip
def test_a_broken_manifest_is_refused(project: Project, text: str) -> None:
    project.write(FIRST)
    (project.package / manifests.NAME).write_bytes(text.encode("latin-1"))
    before = project.state()
    assert refused(lambda: project.write(SECOND))[0][0] == "CF513"
    assert project.state() == before


@pytest.mark.parametrize("name", ["../x.py", "/x.py", "counterfoil.json", "a b.py", ""])
def test_a_generated_file_has_a_tame_name(project: Project, name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a generated file"):
        project.write({name: b""})
    assert not project.package.parent.exists()


def test_one_writer_at_a_time(project: Project) -> None:
    project.write(FIRST)
    done = threading.Event()

    def write() -> None:
        project.write(SECOND)
        done.set()

    with exclusive(project.package.parent):
        thread = threading.Thread(target=write)
        thread.start()
        assert not done.wait(0.3)
    thread.join(10)
    assert done.is_set()


def test_a_writer_does_not_wait_for_ever(tmp_path: Path) -> None:
    with (
        exclusive(tmp_path),
        pytest.raises(TimeoutError, match="another counterfoil is writing"),
        exclusive(tmp_path, wait_seconds=0.1),
    ):
        raise AssertionError


def test_who_compares_waits_for_who_writes(project: Project) -> None:
    project.write(FIRST)
    found: list[object] = []
    compared = threading.Event()

    def compare() -> None:
        found.extend(drift(project.package, FIRST, project.manifest(FIRST)))
        compared.set()

    with exclusive(project.package.parent):
        thread = threading.Thread(target=compare)
        thread.start()
        assert not compared.wait(0.3)
    thread.join(10)
    assert found == []


def test_those_who_compare_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with (
        shared(tmp_path),
        shared(tmp_path, wait_seconds=0),
        pytest.raises(TimeoutError),
        exclusive(tmp_path, wait_seconds=0),
    ):
        raise AssertionError
    with shared(tmp_path / "nowhere"):
        pass


def test_the_lock_of_a_dead_process_is_free(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path\n"
        "from counterfoil_codegen.output.lock import exclusive\n"
        "with exclusive(Path(sys.argv[1])): os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert done.returncode == 9
    with exclusive(tmp_path, wait_seconds=0.1):
        assert list(tmp_path.iterdir()) == []


def fail_at(
    patched: pytest.MonkeyPatch, module: object, function: str, number: int, error: BaseException
) -> None:
    """Let the call of *function* that has this *number*, from 0, raise *error*."""
    real = getattr(module, function)
    calls = iter(range(1_000_000))

    def failing(*args: object, **options: object) -> object:
        if next(calls) == number:
            raise error
        return real(*args, **options)

    patched.setattr(module, function, failing)
