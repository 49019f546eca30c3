"""Bytes of a file to text: UTF-8 without surprises."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from itertools import islice
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics, Span
from counterfoil_codegen.document.source import Source, UnusableError
from counterfoil_codegen.document.values import JsonValue, Pointer, Positions
from counterfoil_codegen.rules import reading as rules
from counterfoil_codegen.rules.oddities import REPLACED_CONTROL

# C0 but tab, line feed and carriage return; delete; C1 (RFC 9839, section 2.2).
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# The C parser takes U+2028 and U+2029 for ends of lines, as YAML 1.1 did, and folds them away.
_YAML_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029]")
# What is left in a text that was taken for Latin-1 and saved as UTF-8: no terminal may see it.
_C1: Final = re.compile(r"[\x80-\x9f]")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_MOST_REPORTED: Final = 20

_WIDE: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def decode(name: str, data: bytes, diagnostics: Diagnostics) -> tuple[Source, bool]:
    """The text of a file called *name*, and whether it can be used.

    What is not UTF-8 is reported, and replaced, so that a listing can still be shown. A byte order
    mark is no part of the text (RFC 8259, section 8.1; YAML 1.2.2, section 5.2).
    """
    data = data.removeprefix(BOM_UTF8)
    text = data.decode(errors="replace")
    source = Source(name, _C1.sub(_REPLACEMENT, text), diagnostics)
    wide = next((encoding for mark, encoding in _WIDE if data.startswith(mark)), None)
    if wide or b"\0" in data[:4]:
        _report_encoding(source, 0, f"the file is encoded in {wide or 'UTF-16 or UTF-32'}")
        return source, False
    try:
        data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(errors="replace")
        problem = f"the byte 0x{data[error.start]:02X} is not UTF-8"
        _report_encoding(source, len(before), problem)
        return source, False
    _report_replaced(source, text)
    return source, True


class _Whole:
    """The positions in a file that is one string."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def of_value(self, pointer: Pointer) -> Span:
        return self._source.at(1, 1)

    of_key = of_value


def read_text(source: Source) -> tuple[JsonValue, Positions]:
    """A file that is one string: a description, in Markdown."""
    return source.text, _Whole(source)


def is_json_text(text: str) -> bool:
    """Whether *text* is JSON, whatever its file is called: YAML has not all of its escapes."""
    if text.lstrip()[:1] != "{":
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def without_controls(text: str) -> str:
    """The string *text*, in whose escapes control characters were written."""
    return CONTROL.sub(_REPLACEMENT, text)


def _report_replaced(source: Source, text: str) -> None:
    for control in islice(_C1.finditer(text), _MOST_REPORTED):
        source.report(
            REPLACED_CONTROL,
            source.at_offset(control.start()),
            f"the file holds the control character U+{ord(control[0]):04X}: "
            "it is read as U+FFFD, that which stands for what cannot be read",
            "write the character that is meant: a text was decoded wrongly, and saved again",
        )


def check_characters(source: Source, *, yaml: bool) -> None:
    """Refuse characters that no spec needs and that deceive whoever reads it.

    Raises:
        UnusableError: there are such; reported.
    """
    pattern = _YAML_CONTROL if yaml else CONTROL
    found = list(islice(pattern.finditer(source.text), _MOST_REPORTED))
    for control in found:
        source.report(
            rules.CONTROL_CHARACTER,
            source.at_offset(control.start()),
            f"the file holds the control character U+{ord(control[0]):04X}",
            "remove it; if the file is no text, it is no spec",
        )
    if found:
        raise UnusableError(source.name)


def _report_encoding(source: Source, offset: int, problem: str) -> None:
    source.report(rules.NOT_UTF8, source.at_offset(offset), problem, "save it as UTF-8")
