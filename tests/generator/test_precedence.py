"""Routes in an order that a host which takes the first match can use."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import permutations

from counterfoil_codegen import ir
from counterfoil_codegen.emit.precedence import registration_order, specificity

from tests.generator.emit_sample import group, operation, path, success


def of(module: str, *templates: str) -> ir.Group:
    """A group with a GET of each template."""
    paths = [
        replace(path(f"P{index}", text, *names(text)), rest=rest_of(text))
        for index, text in enumerate(templates)
    ]
    operations = (
        operation(f"get{index}", f"get{index}", ir.Method("GET"), one, (success(204, "NoContent"),))
        for index, one in enumerate(paths)
    )
    return group(module, "", *operations)


def names(template: str) -> list[str]:
    return re.findall(r"\{([^{}]*)\}", template)


def rest_of(template: str) -> str | None:
    return "rest" if "{rest}" in template else None


def order(*groups: ir.Group) -> list[str]:
    return [str(one.module) for one in registration_order(groups)]


def test_text_goes_before_parameters() -> None:
    templates = ["/a/{rest}", "/a/{b}", "/a/{b}.json", "/a/b", "/{a}/b"]
    (found,) = (sorted(one.paths, key=specificity) for one in [of("a", *templates)])
    assert [one.template for one in found] == [
        "/a/b",
        "/a/{b}.json",
        "/a/{b}",
        "/a/{rest}",
        "/{a}/b",
    ]


def test_the_more_specific_group_goes_first_whatever_its_name() -> None:
    numbers = of("numbers", "/numbers/{sid}.json")
    local = of("numbers_local", "/numbers/Local.json")
    other = of("other", "/numbers/x/y")
    for groups in permutations((numbers, local, other)):
        found = order(*groups)
        assert found.index("numbers_local") < found.index("numbers")


def test_groups_that_do_not_overlap_stay_in_order() -> None:
    assert order(of("a", "/x/{y}"), of("b", "/z/y"), of("c", "/x/{y}/z")) == ["a", "b", "c"]


def test_groups_that_each_go_first_stay_in_order() -> None:
    one = of("a", "/x/{y}", "/z/y")
    other = of("b", "/x/y", "/z/{y}")
    assert order(one, other) == ["a", "b"]


def test_a_parameter_that_takes_the_rest_goes_last() -> None:
    files = of("files", "/files/{rest}/raw")
    deeper = of("z_deeper", "/files/{a}/b/raw")
    other = of("z_other", "/files/{a}/b/text", "/file/a/b/raw")
    for groups in permutations((files, deeper, other)):
        found = order(*groups)
        assert found.index("z_deeper") < found.index("files")
    assert order(files, other) == ["files", "z_other"]
