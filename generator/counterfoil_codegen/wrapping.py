"""Text of a spec, broken into lines for a docstring.

Nothing here asks Python's Unicode tables, which differ from one Python to the next: the same spec
gives the same bytes on each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

_LINE_END: Final = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_LIST_MARK: Final = re.compile(r"(?:[-*+]|[0-9]{1,3}[.)]) +")
# What is no paragraph: headings, quotations, tables, rules, HTML.
_BLOCK: Final = re.compile(r"[#>|<]|[-=*_]{3,}$")
_CODE_MARGIN: Final = 4
_DEEPEST_MARGIN: Final = 24
# The first character of the scripts that a terminal shows two columns wide; all after it count so.
_WIDE: Final = 0x1100

# What shows nothing, breaks lines, joins or turns text: controls, format characters, odd spaces,
# surrogates, private use at the margins, tags and non-characters.
_HIDDEN: Final = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u070f\\u115f\\u1160\\u1680\\u17b4\\u17b5"
    "\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\u3164\\ud800-\\udfff"
    "\\ufdd0-\\ufdef\\ufe00-\\ufe0d\\ufeff\\uffa0\\ufff0-\\ufffb\\ufffe\\uffff"
    "\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U0001fffe\\U0001ffff\\U000e0000-\\U0010ffff]"
)


def printable(line: str) -> str:
    """Escape what could end a line, hide text, or turn it round; keep letters of every script."""
    if _is_plain(line):
        return line
    return _HIDDEN.sub(_escaped, line.replace("\t", " ").replace("\xa0", " "))


def wrap(text: str, width: int) -> Iterator[str]:
    """Break the lines of *text* at spaces, to *width* columns.

    A longer word keeps a line of its own. A line that goes on is indented as its first part is, or
    to stand under the text of a list item. Lines of one Markdown paragraph flow together if one of
    them is too long; other lines stay apart.
    """
    lines = [line.replace("\t", "    ").rstrip() for line in _LINE_END.split(text)]
    if all(_fits(line, width) for line in lines):
        yield from lines
        return
    for paragraph in _paragraphs(lines):
        if all(_fits(line, width) for line in paragraph):
            yield from paragraph
        else:
            first, *others = paragraph
            yield from _wrap_line(" ".join((first, *map(str.strip, others))), width)


def _paragraphs(lines: Iterable[str]) -> Iterator[list[str]]:
    """The lines in runs that Markdown would show as one paragraph."""
    run: list[str] = []
    fenced = False
    for line in lines:
        fence = line.lstrip().startswith("```")
        if run and (fenced or fence or not _goes_on(run[-1], line)):
            yield run
            run = []
        fenced ^= fence
        run.append(line)
        if fenced or fence:
            yield run
            run = []
    if run:
        yield run


def _goes_on(before: str, line: str) -> bool:
    """Whether *line* goes on with the paragraph that *before* is in (CommonMark 0.31, 4.8)."""
    content = line.lstrip()
    if not content or not before.strip() or _BLOCK.match(content) or _BLOCK.match(before.lstrip()):
        return False
    return not _LIST_MARK.match(content) and len(line) - len(content) < _CODE_MARGIN


def _fits(line: str, width: int) -> bool:
    return len(line) <= width and columns(line) <= width


def _wrap_line(line: str, width: int) -> Iterator[str]:
    if _fits(line, width):
        yield line
        return
    content = line.lstrip(" ")
    margin = " " * min(len(line) - len(content), _DEEPEST_MARGIN)
    mark = _LIST_MARK.match(content)
    hanging = margin + " " * len(mark[0]) if mark else margin
    current, used = margin, len(margin)
    fresh = True
    for word in content.split():
        size = columns(word)
        if not fresh and used + 1 + size > width:
            yield current
            current, used, fresh = hanging, len(hanging), True
        current += word if fresh else " " + word
        used += size if fresh else size + 1
        fresh = False
    yield current


def columns(text: str) -> int:
    """How many columns *text* takes on a screen, at the most."""
    if _is_plain(text):
        return len(text) + text.count("\\")
    hidden = _HIDDEN.findall(text)
    wide = sum(ord(char) >= _WIDE for char in text)
    return len(text) + wide + 9 * len(hidden) + text.count("\\")


def _is_plain(text: str) -> bool:
    """Whether it is of the characters that every Python takes for printable ones."""
    return text.isascii() and text.isprintable()


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"
