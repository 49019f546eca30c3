"""Where each attribute of an operation's input comes from (OpenAPI 3.1, "Parameter Object").

An input class is a class of annotations, read with `counterfoil.stub.read`:

    class ListNoticesInput(Input):
        board_id: Annotated[str, Path()]
        limit: Annotated[int, Query(), Field(ge=1, le=100)] = 20
        from_: Annotated[str | None, Query("from")] = None

An attribute with a default is optional. The name is the wire's, where it differs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, dataclass_transform

if TYPE_CHECKING:
    from counterfoil._input.problems import Problem

__all__ = ["Accept", "Body", "BodyCheck", "Cookie", "Header", "Input", "Parameter", "Path", "Query"]


@dataclass_transform(kw_only_default=True, eq_default=False)
class Input:
    """The base of input classes. Type checkers see a dataclass; `read` makes the instances."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What the four kinds of parameter share.

    `style` and `explode` say how lists and objects are spelled (OpenAPI 3.1, "Style Values"). With
    `media_type` the text is a document of that type, which must be JSON.
    """

    name: str | None = None
    explode: bool | None = None
    style: str | None = None
    media_type: str | None = None

    place: ClassVar[str]
    styles: ClassVar[tuple[str, ...]]
    """The styles that there are, the usual one first."""


@dataclass(frozen=True, slots=True)
class Path(Parameter):
    """A segment of the path, or a part of one.

    A list is spelled `1,2`, with the style `label` `.1,2`, with `matrix` `;x=1,2`; with
    `explode=True` these are `.1.2` and `;x=1;x=2`.
    """

    place = "path"
    styles = ("simple", "label", "matrix")


@dataclass(frozen=True, slots=True)
class Query(Parameter):
    """A parameter of the query string.

    A list is spelled `?x=1&x=2`, and `?x=1,2` with `explode=False`; with the styles
    `spaceDelimited` and `pipeDelimited` `?x=1%202` and `?x=1|2`. An object is spelled
    `?a=1&b=2`, and `?x=a,1,b,2` with `explode=False`; with the style `deepObject` `?x[a]=1&x[b]=2`.
    With `allow_empty` an empty value is none, where the type has no empty text.
    """

    allow_empty: bool = False

    place = "query"
    styles = ("form", "spaceDelimited", "pipeDelimited", "deepObject")


@dataclass(frozen=True, slots=True)
class Header(Parameter):
    """A header field. Its name ignores case.

    A list is spelled `1, 2`, an object `a, 1, b, 2`, or `a=1, b=2` with `explode=True`.
    """

    place = "header"
    styles = ("simple",)


@dataclass(frozen=True, slots=True)
class Cookie(Parameter):
    """A cookie (RFC 6265).

    A list is spelled `x=1,2`; and with `explode=True` `x=1&x=2`, or in a cookie each with the style
    `cookie`. The properties of an object are cookies, or stand in one as `x=a,1,b,2` with
    `explode=False`.
    """

    place = "cookie"
    styles = ("form", "cookie")


@dataclass(frozen=True, slots=True)
class Accept:
    """What the answer is to be: one of several media types, by the request's Accept.

    The annotation lists what the operation offers, the one it prefers first:

        accepted: Annotated[Literal["application/json", "text/csv"], Accept()]

    A request that takes none of them is refused with 406 (RFC 9110, section 12.5.1).
    """


@dataclass(frozen=True, slots=True)
class Body:
    """The body.

    JSON media types are decoded strictly and validated, and so are the fields of a form. Any other
    is handed on as `bytes`; as a `str`, where the annotation says so; or as a `BodyStream`, to be
    read as it arrives. Several are told apart by the Content-Type:

        body: Annotated[models.Page, Body(), Body("text/json")] | Annotated[bytes, Body("*/*")]
    """

    media_type: str = "application/json"


class BodyCheck(ABC):
    """What else a body is held against, beside its `Body` in the `Annotated`."""

    @abstractmethod
    def problems(self, value: object, location: str) -> Iterator[Problem]:
        """What is wrong with a JSON *value* that its type takes, and that stands at *location*."""
