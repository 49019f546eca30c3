"""The models of the peers, which have no spec: the same bounds as in `spec.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field


class Author(BaseModel):
    """Who signs a notice."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    address: Annotated[str, Field(max_length=80)]


class Notice(BaseModel):
    """A notice."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    text: Annotated[str, Field(min_length=1, max_length=280)]
    author: Author
    tags: Annotated[list[str], Field(max_length=10)]
    priority: Annotated[int, Field(ge=0, le=9)]
    pinned: bool


class Notices(BaseModel):
    """Many notices."""

    notices: list[Notice]


class Items(BaseModel):
    """The parameters of a list, for servers that leave them to their users."""

    user: Annotated[int, Field(ge=1)]
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    tags: list[str]
