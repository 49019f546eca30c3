"""Where each attribute of an operation's input comes from (OpenAPI 3.1, "Parameter Object").

An input class is a class of annotations, read with `counterfoil.stub.read`:

    class ListNoticesInput(Input):
        board_id: Annotated[str, Path()]
        limit: Annotated[int, Query(), Field(ge=1, le=100)] = 20
        from_: Annotated[str | None, Query("from")] = None

An attribute with a default is optional. The name is the wire's, where it differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, dataclass_transform

__all__ = ["Body", "Cookie", "Header", "Input", "Parameter", "Path", "Query"]


@dataclass_transform(kw_only_default=True, eq_default=False)
class Input:
    """The base of input classes. Type checkers see a dataclass; `read` makes the instances."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What the four kinds of parameter share. A list is comma-separated, but for a query's."""

    name: str | None = None

    place: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Path(Parameter):
    """A segment of the path, or a part of one."""

    place = "path"


@dataclass(frozen=True, slots=True)
class Query(Parameter):
    """A parameter of the query string.

    A list is spelled `?x=1&x=2`, and `?x=1,2` with `explode=False` (OpenAPI: style `form`).
    """

    explode: bool | None = None

    place = "query"


@dataclass(frozen=True, slots=True)
class Header(Parameter):
    """A header field. Its name ignores case."""

    place = "header"


@dataclass(frozen=True, slots=True)
class Cookie(Parameter):
    """A cookie (RFC 6265)."""

    place = "cookie"


@dataclass(frozen=True, slots=True)
class Body:
    """The body.

    JSON media types are decoded strictly and validated. Any other is handed on as `bytes`; as a
    `str`, where the annotation says so; or as a `BodyStream`, to be read as it arrives.
    """

    media_type: str = "application/json"
