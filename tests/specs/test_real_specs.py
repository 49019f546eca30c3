"""Real specs of the world: each generates, imports, is clean, and every operation is reached."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from importlib import resources
from itertools import zip_longest
from pathlib import Path
from urllib.parse import quote

import counterfoil
import pytest
from counterfoil_codegen import ir
from counterfoil_codegen.document import Node

from tests.serving import Serve
from tests.specs.catalogue import REAL_APIS
from tests.specs.generation import Generated
from tests.specs.mounted import Client, credentials_for, mounted
from tests.specs.wellformed import Built, build_request

APIS = pytest.mark.parametrize("package", [real.package for real in REAL_APIS])
METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
SEED = 7


@APIS
def test_all_operations_are_generated(package: str, real_apis: Mapping[str, Generated]) -> None:
    generated = real_apis[package]
    assert len(generated.operations) == generated.real.operations


@APIS
def test_imports_by_itself(package: str, real_apis: Mapping[str, Generated]) -> None:
    """Every module and every model, in a process without the generator."""
    names = [
        ".".join(file.relative_to(real_apis[package].folder.parent).with_suffix("").parts)
        for file in sorted(real_apis[package].folder.rglob("*.py"))
    ]
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "assert 'counterfoil_codegen' not in sys.modules\n"
    )
    run([sys.executable, "-W", "error", "-c", code], real_apis[package])


def test_mypy_finds_nothing(real_apis: Mapping[str, Generated], tmp_path: Path) -> None:
    packages = [part for one in real_apis.values() for part in ("-p", one.real.package)]
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    run([*command, *packages], next(iter(real_apis.values())))


def test_pyright_finds_nothing(real_apis: Mapping[str, Generated]) -> None:
    """In its strict mode."""
    (folder,) = {one.folder.parent for one in real_apis.values()}
    (folder / "pyrightconfig.json").write_text(
        json.dumps(
            {
                "include": list(real_apis),
                "extraPaths": [str(folder), str(Path(counterfoil.__file__).parent.parent)],
                "typeCheckingMode": "strict",
            }
        )
    )
    run(
        [sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable],
        real_apis["github"],
    )


def test_ruff_finds_nothing(real_apis: Mapping[str, Generated]) -> None:
    (folder,) = {one.folder.parent for one in real_apis.values()}
    ruff = [sys.executable, "-m", "ruff"]
    run([*ruff, "check", "--isolated", "--no-cache", str(folder)], real_apis["github"])
    run([*ruff, "format", "--isolated", "--no-cache", "--check", str(folder)], real_apis["github"])


@APIS
def test_every_operation_is_reached(
    package: str, real_apis: Mapping[str, Generated], serve: Serve
) -> None:
    """Through its stub, which is not implemented, with a request that fits: 501."""
    generated = real_apis[package]
    wrong = []
    with closing(Client(serve(mounted(generated)).port)) as client:
        for group, operation in generated.operations:
            built = request_for(package, group, operation)
            status, _, body = client.send(operation.method.value, built)
            if status != 501:
                wrong.append((operation.method.value, built.target, status, body[:300]))
    assert not wrong


@APIS
def test_a_wrong_method_is_405_with_the_exact_allow(
    package: str, real_apis: Mapping[str, Generated], serve: Serve
) -> None:
    """A46: on every path, every method that it does not have."""
    generated = real_apis[package]
    served = patterns(generated)
    wrong = []
    with closing(Client(serve(mounted(generated)).port)) as client:
        for path, built in paths(package, generated).items():
            wanted = allowed(served, path)
            for method in set(METHODS) - wanted:
                status, headers, _ = client.send(method, built)
                given = set(re.split(r",\s*", headers.get("allow", "")))
                if status != 405 or given != wanted:
                    wrong.append((method, path, status, given, wanted))
    assert not wrong


@APIS
def test_an_unknown_path_is_404(
    package: str, real_apis: Mapping[str, Generated], serve: Serve
) -> None:
    """A45: on every path with a segment more that no template has."""
    generated = real_apis[package]
    served = patterns(generated)
    wrong = []
    with closing(Client(serve(mounted(generated)).port)) as client:
        for path in paths(package, generated):
            unknown = f"{path}/no/such/thing/at-all"
            if not allowed(served, unknown):
                status, _, body = client.send("GET", Built(unknown, {}, b""))
                if status != 404 or b"M_UNRECOGNIZED" not in body:
                    wrong.append((unknown, status, body))
    assert not wrong


@APIS
def test_a_secured_operation_refuses_strangers(
    package: str, real_apis: Mapping[str, Generated], serve: Serve
) -> None:
    """Every one of them, and without a look at its body: 401, with a challenge."""
    generated = real_apis[package]
    secured = [pair for pair in generated.operations if is_secured(pair[1])]
    wrong = []
    with closing(Client(serve(mounted(generated)).port)) as client:
        for group, operation in secured:
            built = request_for(package, group, operation)
            stranger = Built(built.target, {}, b"")
            status, headers, body = client.send(operation.method.value, stranger)
            if status != 401 or "www-authenticate" not in headers:
                wrong.append((operation.method.value, built.target, status, body[:300]))
    assert not wrong
    assert len(secured) == generated.real.secured


def is_secured(operation: ir.Operation) -> bool:
    security = operation.security
    if security is None or security.optional:
        return False
    schemes = [one.scheme for alternative in security.alternatives for one in alternative]
    return all(scheme.kind is not ir.SchemeKind.UNDECLARED for scheme in schemes)


def request_for(package: str, group: ir.Group, operation: ir.Operation) -> Built:
    module = importlib.import_module(f"{package}.{group.module}")
    inputs: type[object] | None = getattr(module, str(operation.input), None)
    built = build_request(operation.path.template, inputs, SEED)
    return Built(built.target, {**built.headers, **credentials_for(operation)}, built.body)


def paths(package: str, generated: Generated) -> dict[str, Built]:
    """A well-formed request for each path of the API, by its path without the query."""
    found: dict[str, Built] = {}
    for group, operation in generated.operations:
        built = request_for(package, group, operation)
        found.setdefault(built.target.partition("?")[0], built)
    return found


def patterns(generated: Generated) -> dict[re.Pattern[str], set[str]]:
    """What an oracle knows of the API: a regex for each template, and its methods."""
    methods: defaultdict[re.Pattern[str], set[str]] = defaultdict(set)
    for _, operation in generated.operations:
        methods[oracle(operation)].add(operation.method.value)
    return methods


def oracle(operation: ir.Operation) -> re.Pattern[str]:
    """A parameter is what stands between slashes; one that GitHub marks takes slashes too."""
    texts_and_names = re.split(r"\{([^{}]*)\}", operation.path.template)
    texts = [re.escape(quote(text, safe="/:@!$&'()*+,;=~")) for text in texts_and_names[::2]]
    marked = {one.wire_name for one in operation.parameters if is_marked(one)}
    values = [".*" if name in marked else "[^/]*" for name in texts_and_names[1::2]]
    return re.compile("".join(map("".join, zip_longest(texts, values, fillvalue=""))))


def is_marked(parameter: ir.Parameter) -> bool:
    place = parameter.place
    return isinstance(place, Node) and place.boolean("x-multi-segment") is True


def allowed(served: Mapping[re.Pattern[str], set[str]], path: str) -> set[str]:
    """The methods that `Allow` must list for *path*; none if it is unknown."""
    found: set[str] = set()
    for pattern, methods in served.items():
        if pattern.fullmatch(path):
            found |= methods
    if "GET" in found:
        found.add("HEAD")
    return found | {"OPTIONS"} if found else found


def run(command: list[str], generated: Generated) -> None:
    """Run *command* beside the generated packages; what it prints is the failure."""
    runtime = Path(str(resources.files(counterfoil))).parent
    search = f"{generated.folder.parent}:{runtime}"
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=generated.folder.parent,
        env={"PYTHONPATH": search, "MYPYPATH": search, "PATH": ""},
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
