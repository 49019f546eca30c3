"""C17: every place of a document that has a text, with every payload."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.generator.hostile_texts import HOSTILE_TEXTS
from tests.hostile.documents import Channel, changed, channels, document
from tests.hostile.inspection import files_of, inspect

pytestmark = pytest.mark.usefixtures("untraced")

BASE: Final = document()
CHANNELS: Final = tuple(channels(BASE))
PAYLOADS: Final = {name: text for name, text in HOSTILE_TEXTS.items() if len(text) < 10_000}
LARGE: Final = [text for text in HOSTILE_TEXTS.values() if len(text) >= 10_000]
SHARES: Final = 8
_FORM: Final = "post/requestBody/content/multipart/form-data"
NAMED: Final = (
    f"key paths/{_FORM}",
    f"key paths/{_FORM}/schema/properties/a-note",
    f"key paths/{_FORM}/encoding/a-file",
    f"paths/{_FORM}/encoding/a-file/contentType",
    f"key paths/{_FORM}/encoding/a-file/headers/X-Part",
    "key paths/query/requestBody/content/application/*",
    "key paths/query/responses/200/content/image/*",
    "paths/query/parameters/0/schema/enum/0",
    "key paths/query/responses/200/headers/Set-Cookie",
    "paths/query/responses/200/headers/X-Kind/schema/pattern",
    "paths/query/x-counterfoil/deprecation/date",
    "paths/query/x-counterfoil/deprecation/link",
    "paths/put/x-counterfoil/sunset/date",
    "key components/schemas/Pet/discriminator/mapping/cat",
    "components/schemas/Pet/discriminator/mapping/cat",
)


def test_there_are_enough_cases() -> None:
    assert len(CHANNELS) >= 60
    assert len(PAYLOADS) >= 40
    assert len(CHANNELS) * len(PAYLOADS) >= 2_400


@pytest.mark.parametrize("path", NAMED)
def test_c17_each_feature_has_its_places(path: str) -> None:
    """A place that is no longer in the document would be tried by nobody."""
    assert path in {str(channel).replace("/things0/{thingId}/", "") for channel in CHANNELS}


def test_c17_without_a_payload_the_document_is_taken(tmp_path: Path) -> None:
    files = files_of(changed(BASE, {}), tmp_path)
    assert files is not None
    inspect(files, [])


@pytest.mark.parametrize("share", range(SHARES))
def test_c17_a_payload_is_refused_or_stays_a_text(share: int, tmp_path: Path, soak: bool) -> None:
    """Of each place, a few payloads, others each; with --soak each of them."""
    taken = refused = 0
    for number, channel in enumerate(CHANNELS):
        for index, payload in enumerate(PAYLOADS.values()):
            if number % SHARES == share and (soak or (number + index) % 15 == 0):
                is_taken = _try(channel, payload, tmp_path)
                taken, refused = taken + is_taken, refused + (not is_taken)
    assert taken > refused > 0


@pytest.mark.parametrize("text", LARGE, ids=range(len(LARGE)))
def test_c17_a_megabyte_is_refused_or_stays_a_text(text: str, tmp_path: Path) -> None:
    for pointer in (("info", "title"), ("info", "description"), ("tags", 0, "name")):
        _try(Channel(pointer, is_key=False), text, tmp_path)


@pytest.mark.parametrize("share", range(SHARES))
def test_c15_a_message_quotes_no_more_than_the_start(
    share: int, tmp_path: Path, soak: bool
) -> None:
    payloads = ("x" * 3_000, "/{" + "y" * 3_000 + "}")
    for number, channel in enumerate(CHANNELS[share::SHARES]):
        for payload in payloads if soak else payloads[number % 2 :][:1]:
            _try(channel, payload, tmp_path)


def _try(channel: Channel, payload: str, folder: Path) -> bool:
    files = files_of(changed(BASE, {channel: payload}), folder)
    if files is not None:
        inspect(files, [payload])
    return files is not None
