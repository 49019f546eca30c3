"""Pieces of Python text that a template may print.

The spec is untrusted. A template can print nothing but a `Fragment`; each kind is made in one place
here, from data, and checks itself when it is made. There is no way to turn spec text into code:
text enters only inside a literal, a docstring, or a sanitised comment.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NoReturn, Self

from counterfoil_codegen.wrapping import printable, wrap

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST_IDENTIFIER: Final = 200
_MODULE: Final = re.compile(r"(?:\.|[a-z_])[A-Za-z0-9_]*(?:\.[a-z_][A-Za-z0-9_]*)*")
_NOT_FOR_COMMENTS: Final = re.compile(r"[^A-Za-z0-9 ._/@+,~-]")
_BARE_QUOTE_AT_END: Final = re.compile(r'((?<!\\)(?:\\\\)*)"\Z')
_LONGEST_COMMENT: Final = 200
_STRING: Final = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_ADJACENT: Final = re.compile(rf"{_STRING} {_STRING}")
_LITERAL_WIDTH: Final = 72
_DOC_WIDTH: Final = 84
# The least line length that is in use: PEP 8's.
_SHORTEST_LINE: Final = 79

LiteralValue = str | int | float | bool | None | Sequence["LiteralValue"]


class Fragment:
    """A checked piece of Python. Only the subclasses in this module exist; none can be changed."""

    __slots__ = ("_text",)
    _text: str

    def __init_subclass__(cls) -> None:
        if cls.__module__ != __name__:
            raise TypeError("fragments are made in counterfoil_codegen.fragments only")

    def __new__(cls, *_args: object, **_keywords: object) -> Self:
        if cls is Fragment:
            raise TypeError("a fragment has a kind: Identifier, Constant, Expression, ...")
        return super().__new__(cls)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a fragment cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a fragment cannot be changed")

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._text!r})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and str(other) == self._text

    def __hash__(self) -> int:
        return hash((type(self), self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a fragment is made from data, never loaded")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


class Identifier(Fragment):
    """A Python name: ASCII, no keyword, no dunder.

    Raises:
        ValueError: *name* is none of that. Spec names go through `naming` first.
    """

    __slots__ = ()

    def __init__(self, name: str) -> None:
        if (
            type(name) is not str
            or not _IDENTIFIER.fullmatch(name)
            or keyword.iskeyword(name)
            or name.startswith("__")
            or len(name) > _LONGEST_IDENTIFIER
        ):
            raise ValueError(f"not a usable Python name: {name[:80]!r}")
        _set_text(self, name)


class Constant(Fragment):
    """A literal that evaluates to exactly the value it was made from.

    A long string is written as several adjacent ones, so that no line is too long. With *whole* a
    string without spaces stays in one piece, for those who search for it.

    Raises:
        ValueError: the value has no literal form (not finite, a foreign type).
    """

    __slots__ = ()

    def __init__(self, value: LiteralValue, *, whole: bool = False) -> None:
        text = _literal(value, whole=whole)
        if ast.literal_eval(text) != _listed(value):
            raise ValueError(f"no literal form: {value!r:.80}")
        _set_text(self, text)


class Expression(Fragment):
    """An annotation or a call, composed of names and constants; never parsed from text."""

    __slots__ = ("_members",)
    _members: tuple[str, ...]

    def __init__(self) -> None:
        raise TypeError("compose an expression: Expression.name, .subscript, .union, .call, ...")

    @classmethod
    def name(cls, *parts: Identifier) -> Expression:
        """`models.Notice` from its dotted parts."""
        return _expression(".".join(_text_of(part, Identifier) for part in parts))

    @classmethod
    def none(cls) -> Expression:
        """`None`."""
        return _expression("None")

    @classmethod
    def subscript(cls, base: Expression, *arguments: Expression | Constant) -> Expression:
        """`list[str]`, `Literal["a", "b"]`."""
        given = list(_arguments(arguments))
        if len(given) > 1:
            given = [_grouped(text) for text in given]
        return _expression(f"{_text_of(base, Expression)}[{', '.join(given)}]")

    @classmethod
    def union(cls, *members: Expression) -> Expression:
        """`A | B | None`: each member once, in the order given, None last."""
        flat = [text for member in members for text in _members_of(member)]
        ordered = [text for text in dict.fromkeys(flat) if text != "None"]
        return _expression(*ordered, *(["None"] if "None" in flat else []))

    @classmethod
    def optional(cls, member: Expression) -> Expression:
        """`A | None`."""
        return cls.union(member, cls.none())

    @classmethod
    def several(cls, *members: Expression | Constant) -> Expression:
        """`("a", "b")`, `("a",)`, `()`."""
        given = [_grouped(text) for text in _arguments(members)]
        return _expression(f"({', '.join(given)}{',' if len(given) == 1 else ''})")

    @classmethod
    def call(
        cls,
        function: Expression,
        arguments: Iterable[Constant | Expression] = (),
        keywords: Iterable[tuple[Identifier, Constant | Expression]] = (),
    ) -> Expression:
        """`Field(ge=1, le=100)`."""
        given = list(_arguments(arguments))
        if len(given) > 1:
            given = [_grouped(text) for text in given]
        for name, value in keywords:
            text = _grouped("".join(_arguments([value])))
            given.append(f"{_text_of(name, Identifier)}={text}")
        return _expression(f"{_text_of(function, Expression)}({', '.join(given)})")


class Import(Fragment):
    """An import statement. Without *names* the module itself is imported.

    One that is long has a comma at its end, so that every formatter gives each name a line, and no
    import sorter with another line length than ours wants to join or to split them.

    Raises:
        ValueError: *module* is no dotted module name.
    """

    __slots__ = ()

    def __init__(self, module: str, names: Sequence[Identifier] = ()) -> None:
        if not _MODULE.fullmatch(module):
            raise ValueError(f"not a module: {module[:80]!r}")
        if not names:
            _set_text(self, f"import {module}")
            return
        listed = ", ".join(_text_of(name, Identifier) for name in names)
        short = f"from {module} import {listed}"
        is_short = len(short) <= _SHORTEST_LINE
        _set_text(self, short if is_short else f"from {module} import ({listed},)")


class DocText(Fragment):
    """The inside of a triple-quoted docstring, wrapped and indented for its place.

    Several lines end with one more, on which the closing quotes stand. Text stays text: what could
    end a line or the docstring, hide, or turn the reading direction is written as an escape.
    """

    __slots__ = ()

    def __init__(self, text: str, indent: int = 0) -> None:
        lines = _trimmed([_escape_doc(line) for line in wrap(text, _DOC_WIDTH - indent)])
        if not lines:
            raise ValueError("a docstring says something")
        if len(lines) == 1:
            lines = list(wrap(lines[0], _DOC_WIDTH - indent - 3))
        margin = "\n" + " " * indent
        inside = margin.join(lines) + (margin if len(lines) > 1 else "")
        inside = re.sub(r" +\n", "\n", inside)
        inside = _BARE_QUOTE_AT_END.sub(r"\1\"", inside)
        if not isinstance(ast.literal_eval(f'"""{inside}"""'), str):
            raise ValueError("not a docstring")
        _set_text(self, inside)


class Comment(Fragment):
    """Text for the rest of a comment line: one line, bounded, of characters that file names have.

    No colon and no equals sign: `coding: utf-7` in a comment would say how the file is encoded
    (PEP 263), `type: ignore` and the like would speak to a checker.
    """

    __slots__ = ()

    def __init__(self, text: str) -> None:
        _set_text(self, _NOT_FOR_COMMENTS.sub("?", text)[:_LONGEST_COMMENT])


KINDS: Final = frozenset({Identifier, Constant, Expression, Import, DocText, Comment})
"""Every kind of fragment."""


def _set_text(fragment: Fragment, text: str) -> None:
    if type(text) is not str:
        raise TypeError("the text of a fragment is a plain str")
    object.__setattr__(fragment, "_text", text)


def _text_of(fragment: Fragment, kind: type[Fragment]) -> str:
    """The text of a fragment that is of this kind at run time too."""
    if type(fragment) is not kind:
        raise TypeError(f"{kind.__name__} expected, not {type(fragment).__name__}")
    return str(fragment)


def _arguments(arguments: Iterable[Expression | Constant]) -> Iterator[str]:
    for argument in arguments:
        yield _text_of(argument, Constant if isinstance(argument, Constant) else Expression)


def _expression(*members: str) -> Expression:
    """The expression of this text; of several, their union."""
    if not members:
        raise ValueError("a union of nothing")
    made = Expression.__new__(Expression)
    object.__setattr__(made, "_members", members)
    _set_text(made, " | ".join(members))
    return made


def _members_of(expression: Expression) -> tuple[str, ...]:
    _text_of(expression, Expression)
    return expression._members


def _literal(value: LiteralValue, *, whole: bool) -> str:
    # Exact types: a subclass could print itself as anything.
    if type(value) is str:
        return _string(value, whole=whole)
    if value is None or type(value) is bool or type(value) is int:
        return repr(value)
    if type(value) is float:
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError("not a finite number")
        return repr(value)
    if type(value) is list or type(value) is tuple:
        return f"[{', '.join(_grouped(_literal(item, whole=whole)) for item in value)}]"
    raise ValueError(f"no literal form for {type(value).__name__}")


def _grouped(text: str) -> str:
    """Adjacent strings among others in parentheses, lest they look like a forgotten comma."""
    return f"({text})" if _ADJACENT.match(text) else text


def _listed(value: LiteralValue) -> LiteralValue:
    """The value with each sequence as a list, as its literal has it."""
    if isinstance(value, list | tuple):
        return [_listed(item) for item in value]
    return value


def _string(text: str, *, whole: bool) -> str:
    literal = ascii(text)
    if len(literal) <= _LITERAL_WIDTH or (whole and " " not in text):
        return literal
    return " ".join(ascii(piece) for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces, each a line's width at most.

    They end with each line of the text; within one, after a space where there is one.
    """
    start = width = 0
    space = 0
    for index, char in enumerate(text):
        size = len(ascii(char)) - 2
        if width + size > _LITERAL_WIDTH:
            end = space if space > start else index
            yield text[start:end]
            width = len(ascii(text[end:index])) - 2
            start = end
        width += size
        if char == " ":
            space = index + 1
        elif char == "\n":
            yield text[start : index + 1]
            start, width = index + 1, 0
    if start < len(text):
        yield text[start:]


def _escape_doc(line: str) -> str:
    return printable(line).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _trimmed(lines: list[str]) -> list[str]:
    """The lines without blank ones at either end."""
    filled = [index for index, line in enumerate(lines) if line.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []
