"""JSON text to plain values, fast; what is wrong and where is looked for only if something is."""

from __future__ import annotations

import json
import math
import re
from functools import cached_property
from typing import Final, NoReturn

from counterfoil_codegen.diagnostics import Span
from counterfoil_codegen.document import faults
from counterfoil_codegen.document.json_scanner import Mark, report_faults, scan
from counterfoil_codegen.document.limits import DEEPEST, LONGEST_NUMBER, MOST_VALUES
from counterfoil_codegen.document.source import Source, UnusableError
from counterfoil_codegen.document.text import without_controls
from counterfoil_codegen.document.values import JsonValue, Pointer, Positions
from counterfoil_codegen.rules import reading as rules

_SPACE: Final = " \t\r\n"
# An escape that may stand for a control character or half of a pair: \b, \f, \u00.., \ud8.. to df.
_SUSPECT: Final = re.compile(r"\\(?:[bf]|u00[0189][0-9a-fA-F]|u007[fF]|u[dD][89a-fA-F])")


def read_json(source: Source) -> tuple[JsonValue, Positions]:
    """The value of a JSON document, and where its parts stand.

    Raises:
        UnusableError: it has no value to go on with; reported, as is anything less grave.
    """
    if not source.text.strip(_SPACE):
        raise faults.empty_file(source)
    reader = _Reader()
    try:
        value = reader.read(source.text)
    except json.JSONDecodeError as error:
        _report_syntax(source, error)
    except RecursionError:
        report_faults(source)
        raise UnusableError(source.name) from None
    if value is None:
        raise faults.empty_file(source)
    if reader.faulty or _SUSPECT.search(source.text) or _exceeds(value):
        report_faults(source)
        value = _without_controls(value)
    return value, JsonPositions(source)


def _without_controls(value: JsonValue) -> JsonValue:
    """The *value*, no deeper than the limit, without what was escaped in its strings and keys."""
    if isinstance(value, dict):
        replaced: dict[str, JsonValue] = {}
        for key, member in value.items():  # of keys that become one, the first counts
            replaced.setdefault(without_controls(key), _without_controls(member))
        return replaced
    if isinstance(value, list):
        return [_without_controls(element) for element in value]
    return without_controls(value) if isinstance(value, str) else value


class _Reader:
    """Reads with the hooks of `json` and notes whether any of it must be looked at again."""

    def __init__(self) -> None:
        self.faulty = False

    def read(self, text: str) -> JsonValue:
        value: JsonValue = json.loads(
            text,
            object_pairs_hook=self._mapping,
            parse_int=self._integer,
            parse_float=self._float,
            parse_constant=self._constant,
        )
        return value

    def _mapping(self, pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
        value = dict(pairs)
        if len(value) != len(pairs):
            self.faulty = True
            value = dict(reversed(pairs))
        return value

    def _integer(self, text: str) -> int:
        if len(text) > LONGEST_NUMBER:
            self.faulty = True
            return 0
        return int(text)

    def _float(self, text: str) -> float:
        value = float(text)
        if len(text) > LONGEST_NUMBER or not math.isfinite(value):
            self.faulty = True
            return 0.0
        return value

    def _constant(self, text: str) -> float:
        self.faulty = True
        return 0.0


def _exceeds(value: JsonValue) -> bool:
    """Whether the value is deeper or larger than the limits, level by level."""
    level = [value]
    count = 1
    for _ in range(DEEPEST - 1):
        inner: list[JsonValue] = []
        for container in level:
            count += _size(container)
            inner.extend(_containers(container))
        if not inner:
            return count > MOST_VALUES
        level = inner
    return any(level) or count > MOST_VALUES


def _size(value: JsonValue) -> int:
    """How many keys and values stand directly in a value."""
    if isinstance(value, dict):
        return 2 * len(value)
    return len(value) if isinstance(value, list) else 0


def _containers(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, dict):
        return [member for member in value.values() if isinstance(member, dict | list)]
    if isinstance(value, list):
        return [element for element in value if isinstance(element, dict | list)]
    return []


def _report_syntax(source: Source, error: json.JSONDecodeError) -> NoReturn:
    problem = (error.msg[0].lower() + error.msg[1:]).removesuffix(" at")
    position = error.pos
    comma = _last_comma(error)
    if comma is not None:
        problem, position = "a comma after the last member", comma
    source.report(
        rules.JSON_SYNTAX,
        source.at_offset(position),
        f"this is not JSON: {problem}",
        "see RFC 8259: no comments, no comma after the last member, keys in double quotes",
    )
    raise UnusableError(source.name)


def _last_comma(error: json.JSONDecodeError) -> int | None:
    """Where the comma after a last member stands. Python 3.13 points at it, others behind it."""
    if error.msg.startswith("Illegal trailing comma"):
        return error.pos
    before = error.doc[: error.pos].rstrip(_SPACE)
    if error.doc[error.pos : error.pos + 1] in ("}", "]") and before.endswith(","):
        return len(before) - 1
    return None


class JsonPositions:
    """Looks positions up in marks that are made by a second pass, when first asked."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def _root(self) -> Mark:
        return scan(self._source.text).root

    def of_value(self, pointer: Pointer) -> Span:
        return self._source.at_offset(self._mark(pointer).value)

    def of_key(self, pointer: Pointer) -> Span:
        return self._source.at_offset(self._mark(pointer).key)

    def _mark(self, pointer: Pointer) -> Mark:
        mark = self._root
        for token in pointer:
            mark = mark.members[token]
        return mark
