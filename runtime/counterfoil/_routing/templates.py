"""Path templates: `/boards/{board_id}/notices/{noticeId}.json` (OpenAPI 3.1, "Paths Object").

A parameter is any run of characters but `/`, as RFC 6570 spells a simple expansion, and may be
empty. Where a segment holds text and parameters, each parameter ends at the first occurrence of the
text after it, and the last text must end the segment. Where two parameters have nothing between
them, the second is what the last dot begins, as in `{name}{extension}`; a segment without a dot
does not fit. No pattern backtracks, so matching takes time in proportion to the path's length,
whatever the template.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias
from urllib.parse import quote

__all__ = ["PathTemplate", "Segment", "path", "template_of"]

_PARAMETER = re.compile(r"\{([^{}]*)\}")

# What may stand unescaped in a path (RFC 3986, section 3.3), and escapes that are there already.
_PATH_CHARACTERS = "/-._~!$&'()*+,;=:@%"


@dataclass(frozen=True, slots=True)
class Segment:
    """What stands between two slashes: texts, with a parameter between each and the next."""

    texts: tuple[str, ...]
    names: tuple[str, ...]
    is_rest: bool = False
    """Whether its one parameter takes segments, as many as there are."""

    @property
    def literal(self) -> str | None:
        """The text of a segment without parameters."""
        return None if self.names else self.texts[0]

    @property
    def is_parameter(self) -> bool:
        """Whether the whole segment is one parameter."""
        return self.texts == ("", "")

    def regex(self) -> str:
        """A pattern with one named group for each parameter."""
        if self.is_rest:
            return f"(?P<{self.names[0]}>(?s:.*))"
        parts = [re.escape(self.texts[0])]
        for index, name in enumerate(self.names):
            parts.append(f"(?P<{name}>{self._until(index)}){re.escape(self.texts[index + 1])}")
        return "".join(parts)

    def _until(self, index: int) -> str:
        """A pattern for the parameter at *index*; being possessive, it is linear."""
        following = self.texts[index + 1 :]
        neighbours = next((i for i, text in enumerate(following) if text), len(following) - 1)
        text = following[neighbours]
        end = r"(?=/|\Z)" if neighbours == len(following) - 1 else ""
        stop = f"{re.escape(text)}{end}"
        within = f"(?!{stop})" if text else ""
        extension = f"\\.(?:{within}[^/.])*+"
        if index and not self.texts[index]:
            return extension
        if neighbours:
            within = f"(?!(?:{extension}){{{neighbours}}}{stop}){within}"
        return f"(?:{within}[^/])*+" if within else "[^/]*"


class PathTemplate(str):
    """The text of a compiled pattern that remembers the template it was made from.

    `re.Pattern.pattern` is the very object that was compiled, so the template travels with the
    pattern through any `register_paths`, and a host that does not know it sees only a regex.
    """

    template: str
    segments: tuple[Segment, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters, in order."""
        return tuple(name for segment in self.segments for name in segment.names)


def path(template: str, *names: str, rest: str | None = None) -> re.Pattern[str]:
    """The pattern of a path template, anchored at both ends, with a named group a parameter.

    *names* are the Python names of the parameters, in the order of the template, where they differ
    from the template's own.

    The parameter *rest*, as the template calls it, takes segments, one at least: all that what
    follows it in the template leaves. It has a segment to itself.

    Raises `ValueError` for a template without a leading slash or with an unmatched brace, for two
    parameters of one name, for a name that is no identifier or occurs twice, for a
    wrong number of names, and for a *rest* that is no whole segment.
    """
    if not template.startswith("/"):
        raise ValueError(f"the path template {template!r} does not begin with a slash")
    given = tuple(_PARAMETER.findall(template))
    remaining = list(_checked(names or given, len(given), template))
    texts = template[1:].split("/")
    if rest is not None and f"{{{rest}}}" not in texts:
        raise ValueError(f"{{{rest}}} is no whole segment of {template!r}")
    segments = tuple(
        _segment(text, remaining, template, is_rest=text == f"{{{rest}}}") for text in texts
    )
    source = PathTemplate("^" + "".join("/" + segment.regex() for segment in segments) + r"\Z")
    source.template = template
    source.segments = segments
    return re.compile(source)


def template_of(pattern: re.Pattern[str]) -> PathTemplate | None:
    """What `path` made *pattern* from; None for a pattern from elsewhere."""
    source = pattern.pattern
    return source if isinstance(source, PathTemplate) else None


_Names: TypeAlias = tuple[str, ...]


def _checked(names: _Names, count: int, template: str) -> _Names:
    if len(names) != count:
        raise ValueError(f"{template!r} has {count} parameters, but {len(names)} names were given")
    if len(set(names)) != count:
        raise ValueError(f"{template!r} names a parameter twice")
    for name in names:
        if not (name.isascii() and name.isidentifier()):
            raise ValueError(f"the parameter {name!r} of {template!r} is not a Python name")
    return names


def _segment(text: str, remaining: list[str], template: str, *, is_rest: bool) -> Segment:
    parts = _PARAMETER.split(text)[::2]
    if any("{" in part or "}" in part for part in parts):
        raise ValueError(f"the path template {template!r} has an unmatched brace")
    texts = tuple(quote(part, safe=_PATH_CHARACTERS) for part in parts)
    names, remaining[: len(texts) - 1] = tuple(remaining[: len(texts) - 1]), []
    return Segment(texts, names, is_rest)
