"""Templates print fragments and nothing else: every way in which jinja makes a text is tried."""

from __future__ import annotations

import pytest
from counterfoil_codegen.emit.environment import compiled, environment, finalize, template
from counterfoil_codegen.emit.internal import InternalError
from counterfoil_codegen.fragments import Constant, Expression, Identifier
from jinja2 import TemplateSyntaxError, UndefinedError
from markupsafe import Markup

TEXT = "import os"
EMPTY_MARKUP = Markup()


class Sly:
    """Something that prints as code."""

    text = TEXT

    def __str__(self) -> str:
        return TEXT

    def __html__(self) -> str:
        return TEXT

    def __repr__(self) -> str:
        return "Sly()"


def render(source: str) -> str:
    return compiled(source, "x").render(
        text=TEXT, name=Identifier("a"), sly=Sly(), names=[Identifier("a")], yes=True
    )


@pytest.mark.parametrize(
    "value",
    [TEXT, EMPTY_MARKUP, b"x", 1, 1.0, True, None, [], [Identifier("a")], Sly(), Identifier],
    ids=repr,
)
def test_nothing_else_is_final(value: object) -> None:
    with pytest.raises(InternalError, match="tried to print"):
        finalize(value)


@pytest.mark.parametrize("value", [Identifier("a"), Constant(1), Expression.none()], ids=repr)
def test_a_fragment_is_final(value: object) -> None:
    assert finalize(value) == str(value)


@pytest.mark.parametrize(
    "source",
    [
        "{{ text }}",
        "{{ sly }}",
        "{{ sly.text }}",
        "{{ yes }}",
        "{{ names }}",
        "{{ names.__class__ }}",
        "{% for x in names %}{{ loop }}{% endfor %}",
        "{% for x in names %}{{ loop.index }}{% endfor %}",
        "{% for x in text %}{{ x }}{% endfor %}",
        "{{ name | doc(0) }}",
        "{{ sly | literal }}",
        "{{ names | literal }}",
    ],
)
def test_what_is_no_fragment_is_not_printed(source: str) -> None:
    with pytest.raises((InternalError, UndefinedError)):
        render(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'import os' }}",
        "{{ 'import' ~ ' os' }}",
        "{{ text ~ name }}",
        "{{ name ~ name }}",
        "{{ 'a' + 'b' }}",
        "{{ text + text }}",
        "{{ text * 2 }}",
        "{{ '%s' % text }}",
        "{{ '%s' | format(text) }}",
        "{{ '{}'.format(text) }}",
        "{{ text.upper() }}",
        "{{ names | join(', ') }}",
        "{{ text | safe }}",
        "{{ text | string }}",
        "{{ text | e }}",
        "{{ text | upper }}",
        "{{ text | default('x') }}",
        "{{ text | attr('upper') }}",
        "{{ names | map(attribute='x') | join }}",
        "{{ names | list }}",
        "{{ names[0] }}",
        "{{ text[0] }}",
        "{{ text[1:] }}",
        "{{ [text] }}",
        "{{ (text, text) }}",
        "{{ {'a': text} }}",
        "{{ text if yes }}",
        "{{ text if yes else name }}",
        "{{ yes and text }}",
        "{{ text or name }}",
        "{{ not text }}",
        "{{ text == text }}",
        "{{ text in text }}",
        "{{ text is defined }}",
        "{{ -1 }}",
        "{{ 1 }}",
        "{{ none }}",
        "{{ true }}",
        "{{ self }}{% block b %}import os{% endblock %}",
        "{{ name() }}",
        "{{ names.pop() }}",
        "{{ lipsum() }}",
        "{{ cycler('import os').next() }}",
        "{{ joiner('import os')() }}",
        "{{ range(3) }}",
        "{{ caller() }}",
        "{{ _('import os') }}",
        "{{ text | literal | doc(0) }}",
        "{{ (text ~ text) | literal }}",
        "{{ text | doc('4') }}",
        "{{ text | doc(indent=4) }}",
        "{{ text | doc(*names) }}",
        "{{ text | doc(**names) }}",
        "{{ 'x' | literal }}",
        "{{ text.upper() | literal }}",
        "{% macro m() %}import os{% endmacro %}{{ m() }}",
        "{% macro m() %}import os{% endmacro %}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}import os{% endcall %}",
        "{% call name() %}import os{% endcall %}",
        "{% set x = text %}{{ x }}",
        "{% set x = 'import os' %}",
        "{% set x %}import os{% endset %}{{ x }}",
        "{% set x | upper %}import os{% endset %}{{ x }}",
        "{% filter upper %}import os{% endfilter %}",
        "{% filter literal %}import os{% endfilter %}",
        "{% with x = text %}{{ x }}{% endwith %}",
        "{% autoescape true %}{{ name }}{% endautoescape %}",
        "{% include 'x' %}",
        "{% import 'x' as x %}",
        "{% from 'x' import y %}",
        "{% extends 'x' %}",
        "{% block b %}{% endblock %}",
        "{% for a in names recursive %}{{ loop(names) }}{% endfor %}",
        "{% for a, b in names %}{% endfor %}",
        "{% for a in [text] %}{% endfor %}",
        "{% for a in 'import os' %}{% endfor %}",
        "{% for a in names | list %}{% endfor %}",
        "{% for a in range(3) %}{% endfor %}",
        "{% for a in names if text.upper() %}{% endfor %}",
        "{% if names.pop() %}{% endif %}",
        "{% if text == 'a' %}{% endif %}",
        "{% if text | upper %}{% endif %}",
        "{% if yes %}{{ 'import os' }}{% endif %}",
        "{% if yes %}{% elif yes %}{{ 'import os' }}{% endif %}",
        "{% if yes %}{% else %}{{ 'import os' }}{% endif %}",
        "{% for a in names %}{{ 'import os' }}{% endfor %}",
        "{% for a in names %}{% else %}{{ 'import os' }}{% endfor %}",
        "{% do names.append(text) %}",
        "{% trans %}import os{% endtrans %}",
    ],
)
def test_what_jinja_can_do_beyond_printing_is_refused(source: str) -> None:
    with pytest.raises((InternalError, TemplateSyntaxError)):
        compiled(source, "x")


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("{{ name }}", "a"),
        ("{{ text | literal }}", "'import os'"),
        ('"""{{ text | doc(4) }}"""', '"""import os"""'),
        ("{% for x in names if x %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}", "a"),
        ("{% if yes and not name %}{% else %}b{% endif %}", "b"),
        ("{% raw %}{{ text }}{% endraw %}{# a comment #}", "{{ text }}"),
    ],
)
def test_what_templates_need(source: str, printed: str) -> None:
    assert render(source) == printed


def test_an_undefined_name_is_an_error() -> None:
    with pytest.raises(InternalError, match="StrictUndefined"):
        render("{{ nothing }}")
    with pytest.raises(UndefinedError):
        render("{% if name.nothing %}{% endif %}")


def test_the_environment_holds_nothing_else() -> None:
    made = environment()
    assert made.globals == {}
    assert made.tests == {}
    assert set(made.filters) == {"literal", "doc"}
    assert made.loader is None
    assert made.autoescape is False


@pytest.mark.parametrize("name", ["package", "errors", "group", "models", "models_stub", "header"])
def test_our_templates_hold_to_it(name: str) -> None:
    assert template(name) is template(name)
