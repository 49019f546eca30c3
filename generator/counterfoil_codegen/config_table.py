"""A table of pyproject.toml, read key by key. What is wrong is reported, and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics, Rule, Span
from counterfoil_codegen.rules import project as rules

_HEADER: Final = re.compile(r"\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(?:#.*)?")


class Lines:
    """Where things stand in a TOML file. `tomllib` does not say, so this looks for the usual forms.

    A table or key written in another form (inline, dotted) is placed at the nearest header, or at
    the first line.
    """

    def __init__(self, file: str, text: str) -> None:
        self.file: Final = file
        self._lines: Final = text.splitlines()

    def of(self, header: str, nth: int, key: str | None) -> Span:
        """The place of *key* below the *nth* (from 0) header called *header*, or of that header."""
        begin = self._header(header, nth)
        if begin is None:
            return Span(self.file, 1, 1)
        for number, line in enumerate(self._lines[begin + 1 :], begin + 1):
            if key is None or _HEADER.fullmatch(line):
                break
            if found := re.match(rf"\s*([\"']?){re.escape(key)}\1\s*=", line):
                return Span(self.file, number + 1, len(found[0]) - len(found[0].lstrip()) + 1)
        return Span(self.file, begin + 1, 1)

    def _header(self, name: str, nth: int) -> int | None:
        found = [
            number
            for number, line in enumerate(self._lines)
            if (header := _HEADER.fullmatch(line)) and re.sub(r"[\s\"']", "", header[1]) == name
        ]
        return found[nth] if nth < len(found) else None


class Table:
    """One table, and where it stands."""

    def __init__(
        self,
        values: Mapping[str, object],
        lines: Lines,
        diagnostics: Diagnostics,
        *,
        header: str,
        nth: int = 0,
    ) -> None:
        self._values: Final = values
        self._lines: Final = lines
        self._diagnostics: Final = diagnostics
        self._header: Final = header
        self._nth: Final = nth

    def report(self, rule: Rule, key: str | None, message: str, cure: str) -> None:
        """A finding at *key*, or at the table's own header."""
        self._diagnostics.report(rule, self._lines.of(self._header, self._nth, key), message, cure)

    def refuse_unknown(self, *known: str) -> None:
        for key in self._values.keys() - set(known):
            near = get_close_matches(key, known, n=1)
            self.report(
                rules.CONFIG_UNKNOWN_KEY,
                key,
                f"unknown key {key!r} in [{self._header}]",
                f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(known)}",
            )

    def string(self, key: str) -> str | None:
        """The text at *key*; None if there is none, or none that is usable."""
        value = self._values.get(key)
        if isinstance(value, str) and value:
            return value
        if value is not None:
            self._wrong_type(key, "a string that is not empty")
        return None

    def required(self, key: str, example: str) -> str | None:
        self._require(key, example)
        return self.string(key)

    def strings(self, key: str) -> tuple[str, ...]:
        """The texts at *key*; empty if there are none, or none that are usable."""
        value = self._values.get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
            return tuple(str(item) for item in value)
        self._wrong_type(key, "a list of strings")
        return ()

    def required_strings(self, key: str, example: str) -> tuple[str, ...]:
        self._require(key, example)
        if self._values.get(key) == []:
            self.report(rules.CONFIG_BAD_VALUE, key, f"{key!r} is empty", f"write {example}")
        return self.strings(key)

    def tables(self, key: str) -> list[Table]:
        """The tables of the array of tables at *key*."""
        value = self._values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._wrong_type(key, f"tables, each under [[{self._header}.{key}]]")
            return []
        return [
            Table(item, self._lines, self._diagnostics, header=f"{self._header}.{key}", nth=nth)
            for nth, item in enumerate(value)
        ]

    def table(self, key: str) -> Table:
        """The table at *key*; an empty one if there is none, or none that is usable."""
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            self._wrong_type(key, f"a table, under [{self._header}.{key}]")
            value = {}
        return Table(value, self._lines, self._diagnostics, header=f"{self._header}.{key}")

    def count(self, key: str, default: int) -> int:
        """The whole number at *key*, from 1; *default* if there is none, or none that is usable."""
        value = self._values.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        self._wrong_type(key, "a whole number, from 1")
        return default

    def _require(self, key: str, example: str) -> None:
        if key not in self._values:
            message = f"[{self._header}] has no {key!r}"
            self.report(rules.CONFIG_MISSING_KEY, None, message, f"add {example}")

    def _wrong_type(self, key: str, wanted: str) -> None:
        self.report(
            rules.CONFIG_WRONG_TYPE,
            key,
            f"{key!r} is {_toml_type(self._values[key])}",
            f"write {wanted}",
        )


def _toml_type(value: object) -> str:
    names: dict[type, str] = {str: "a string", list: "an array", dict: "a table"}
    names |= {bool: "a boolean", int: "an integer", float: "a float"}
    return "an empty string" if value == "" else names.get(type(value), "a date or a time")
