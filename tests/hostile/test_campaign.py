"""Random hostile texts in every place at once: 1,000,000 of them with --soak (`make hostile`)."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.generator.hostile_texts import HOSTILE_TEXTS
from tests.hostile.documents import Channel, changed, channels, document
from tests.hostile.inspection import files_of, inspect

pytestmark = pytest.mark.usefixtures("untraced")

LEAST: Final = 1_000_000
PIECES: Final = (
    *(text for text in HOSTILE_TEXTS.values() if len(text) < 100),
    *('"', "'", "\\", '"""', "'''", "#", "\n", "\r", "\t", "{", "}", "{{", "}}", "{%", "%}", "$"),
    *(
        "(",
        ")",
        "[",
        "]",
        ":",
        ";",
        ",",
        ".",
        "/",
        "~",
        "%",
        "@",
        "`",
        "|",
        "&",
        "<",
        ">",
        "=",
        "!",
    ),
    *("import os", "lambda: 0", "eval(", "exec(", "__class__", "self", "models", "Field", "None"),
    *("def", "class", "async", "\u2028", "\u202e", "\u00e9", "\uff21", "1", "0x", "_", "-", " "),
)
# Controls and halves of pairs are refused wherever they stand: they would hide all the others.
_REFUSED: Final = frozenset(
    [*map(chr, range(9)), *map(chr, range(11, 32)), *map(chr, range(127, 160)), "\r"]
)


def test_c17_random_texts_stay_texts(tmp_path: Path, soak: bool) -> None:
    random = Random(17)
    base = document(20, 200)
    free = free_channels(tmp_path) if soak else {_kind(one) for one in channels(base) if told(one)}
    places = [channel for channel in channels(base) if _kind(channel) in free]
    tried = taken = 0
    for _ in range(-(-LEAST // len(places)) if soak else 2):
        texts = {channel: f"{number}~ {text(random)}" for number, channel in enumerate(places)}
        files = files_of(changed(base, texts), tmp_path)
        tried += len(texts)
        if files is not None:
            taken += len(texts)
            inspect(files, random.sample(list(texts.values()), 300))
    assert tried >= (LEAST if soak else 500)
    assert taken > tried // 2
    sys.stdout.write(f"{tried:,} texts in {len(free)} kinds of places, {taken:,} of them taken\n")


def told(channel: Channel) -> bool:
    """Whether it is a place for people to read, where any text will do."""
    return not channel.is_key and channel.pointer[-1] in ("description", "summary", "title")


def text(random: Random) -> str:
    """A text of a few pieces that are known to break things, and a few characters at random."""
    pieces = random.choices(PIECES, k=random.randint(1, 5))
    pieces.append("".join(chr(random.randrange(32, 0xD000)) for _ in range(random.randint(0, 3))))
    random.shuffle(pieces)
    return "".join(char for char in "".join(pieces) if char not in _REFUSED and not _is_half(char))


def _is_half(char: str) -> bool:
    return 0xD800 <= ord(char) < 0xE000


def free_channels(folder: Path) -> frozenset[tuple[str | int, ...]]:
    """The kinds of places where any text will do, as one more odd text shows."""
    base = document()
    odd = 'a "b" \\ {c}'
    return frozenset(
        _kind(channel)
        for channel in channels(base)
        if files_of(changed(base, {channel: odd}), folder) is not None
    )


def _kind(channel: Channel) -> tuple[str | int, ...]:
    """The place of *channel* but for numbers in it: all operations are of one kind."""
    return (
        channel.is_key,
        *(
            "" if isinstance(part, int) else part.rstrip("0123456789").replace("0/{", "/{")
            for part in channel.pointer
        ),
    )
