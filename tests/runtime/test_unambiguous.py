"""JSON that is taken without being decoded: only what `decode` takes too."""

from __future__ import annotations

import json
import random
from datetime import datetime
from types import GenericAlias
from typing import Annotated, cast

import pytest
from counterfoil._input.json_values import read_json
from counterfoil._input.problems import Problem
from counterfoil._input.unambiguous import key_counter, may_repeat_keys
from counterfoil._json.decoding import JsonError, decode
from counterfoil.stub import Absent, Model
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    RootModel,
    TypeAdapter,
    WrapValidator,
    model_validator,
)
from pydantic_core import ValidationError


class Author(Model):
    name: str
    age: Absent[int] = None


class Notice(Model):
    title: Annotated[str, Field(max_length=80)]
    at: datetime | None = None
    ratio: float = 1.0
    author: Author | None = None
    others: list[Author] = Field(alias="more", default_factory=list)
    tags: list[str] = Field(default_factory=list)


NOTICE = TypeAdapter[object](Notice)
BODY = (
    '{"title": "tea: at \\"four\\":", "ratio": 0.5, "at": "2026-11-28T03:04:05Z",'
    ' "author": {"name": "Ann", "age": 3}, "more": [{"name": "Bob"}], "tags": ["a:b", "c"]}'
)
SPLICES = [
    '"title": "again", ',
    '"title" :"again", ',
    '"title"\n\t: "again",',
    '"ti\\u0074le": "again", ',
    '"unknown": {"a": 1, "a": 2}, ',
    '"name": "x", ',
    "NaN",
    "Infinity",
    "1e999",
    "\\ud800",
    "\\ud800\\udc00",
    "9" * 5000,
    "[" * 100,
    '{"a":' * 70,
    "\ufeff",
    "\0",
    "\x7f",
    ":",
    '":',
    '"',
    " ",
    ",",
    "{}",
    "1.0",
]


def mutated(chance: random.Random) -> bytes:
    text = BODY
    for _ in range(chance.randrange(1, 4)):
        match chance.randrange(4):
            case 0:
                places = [0, *(i + 1 for i, each in enumerate(text) if each in '{[,"')]
                at = chance.choice(places)
                text = text[:at] + chance.choice(SPLICES) + text[at:]
            case 1:
                at = chance.randrange(len(text) + 1)
                text = text[:at] + chance.choice(SPLICES) + text[at:]
            case 2:
                at = chance.randrange(len(text))
                text = text[:at] + text[at + chance.randrange(1, 9) :]
            case _:
                a, b = sorted(chance.randrange(len(text)) for _ in range(2))
                text = text[:b] + text[a:b] + text[b:]
    data = text.encode("utf-8", "surrogatepass")
    return data.replace(b"tea", b"\xff", 1) if chance.random() < 0.02 else data


def test_b54_what_is_taken_at_once_is_what_is_taken_when_it_is_decoded() -> None:
    chance = random.Random(7)
    counter = key_counter(NOTICE)
    assert counter is not None
    taken = 0
    for _ in range(20_000):
        data = mutated(chance)
        found: list[Problem] = []
        usual: list[Problem] = []
        value = read_json(data, NOTICE.validator, "body", found, None, counter)
        assert value == read_json(data, NOTICE.validator, "body", usual)
        assert [str(each) for each in found] == [str(each) for each in usual]
        taken += value is not None
    assert taken > 1000


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "a", "name": "b"}',
        '{"name": "a", "name" : "b"}',
        '{"name": "a", "name"\t:"b"}',
        '{"name": "a", "n\\u0061me": "b"}',
        '{"name": "a", "other": 1, "other": 2}',
        '{"name": "a", "other": {"a": 1, "a": 2}}',
        '{"name": "a", "deep": ' + "[" * 70 + "]" * 70 + "}",
    ],
)
def test_b49_b54_what_the_type_does_not_know_is_never_taken_at_once(text: str) -> None:
    counter = key_counter(TypeAdapter[object](Author))
    assert counter is not None
    value = TypeAdapter(Author).validator.validate_json(text)
    assert may_repeat_keys(text.encode(), counter(value))
    with pytest.raises(JsonError):
        decode(text.encode())


def test_what_is_usual_is_taken_at_once() -> None:
    counter = key_counter(NOTICE)
    assert counter is not None
    usual = json.loads(BODY) | {"title": "tea: at four"}
    for text in (json.dumps(usual), json.dumps(usual, separators=(",", ":"))):
        value = NOTICE.validator.validate_json(text, strict=True)
        assert not may_repeat_keys(text.encode(), counter(value))


class Chain(Model):
    next_: Chain | None = Field(alias="next", default=None)


class Changed(BaseModel):
    name: str = ""

    @model_validator(mode="before")
    @classmethod
    def _with_more(cls, value: object) -> object:
        return {"name": "a"} if isinstance(value, dict) else value


class Settled(BaseModel):
    name: str
    more: int = 0

    def model_post_init(self, _: object, /) -> None:
        self.more = 1  # a field that was set, and no key


class Root(RootModel[Author]):
    pass


def same(authors: list[Author]) -> list[Author]:
    return authors


class Validated(BaseModel):
    authors: Annotated[list[Author], AfterValidator(same)]


def nested(depth: int) -> type[object]:
    """A list of lists of lists."""
    kind: object = int
    for _ in range(depth):
        kind = GenericAlias(list, (kind,))
    return cast("type[object]", kind)


@pytest.mark.parametrize(
    "adapter",
    [
        TypeAdapter[object](Chain),
        TypeAdapter[object](Changed),
        TypeAdapter[object](Root),
        TypeAdapter[object](Validated),
        TypeAdapter[object](Settled),
        TypeAdapter[object](object),
        TypeAdapter[object](dict[str, str]),
        TypeAdapter[object](Author | str),
        TypeAdapter[object](list[object]),
        TypeAdapter[object](Annotated[str, BeforeValidator(str)]),
        TypeAdapter[object](Annotated[str, WrapValidator(lambda value, handler: handler(value))]),
        TypeAdapter[object](nested(70)),
    ],
)
def test_types_that_do_not_tell(adapter: TypeAdapter[object]) -> None:
    assert key_counter(adapter) is None


def test_a_number_without_end_is_refused_whatever_pydantic_takes() -> None:
    class Open(BaseModel):
        ratio: float

    adapter = TypeAdapter[object](Open)
    found: list[Problem] = []
    for text in (b'{"ratio": 1e999}', b'{"ratio": NaN}'):
        assert read_json(text, adapter.validator, "body", found, None, key_counter(adapter)) is None
    assert len(found) == 2


def test_what_the_type_refuses_is_refused() -> None:
    with pytest.raises(ValidationError):
        NOTICE.validator.validate_json(b'{"title": 1}', strict=True)
