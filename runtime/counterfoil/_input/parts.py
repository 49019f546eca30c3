"""The parts of a form as they arrive (RFC 7578, and RFC 2046, section 5.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from counterfoil._errors import CodedError, Codes
from counterfoil._input.body_stream import BodyStream
from counterfoil._input.media_types import parameter_names
from counterfoil._input.problems import Problem, refusal
from counterfoil._input.spooling import Spool, Store
from counterfoil._input.uploads import Upload

__all__ = ["MAX_PARTS", "MAX_TEXT", "FormParts", "TextPart", "boundary_of", "read_parts"]

MAX_PARTS: Final = 1000
"""How many parts a form may have."""

MAX_TEXT: Final = 1024 * 1024
"""How long the texts of a form may be together, in bytes: they are in memory."""

_ENCODED: Final = frozenset({"base64", "quoted-printable"})
_SLICE: Final = 64 * 1024
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # RFC 9110, section 5.5
_FOLDERS: Final = re.compile(r".*[/\\]", re.DOTALL)
_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")


@dataclass(frozen=True, slots=True)
class TextPart:
    """A text of a form."""

    text: bytes
    media_type: str  # in lower case, with its parameters; empty if nothing was said


@dataclass(slots=True)
class FormParts:
    """What has come in a form: by name, in order."""

    texts: dict[str, list[TextPart]] = field(default_factory=dict)
    uploads: dict[str, list[Upload]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    """The names of parts that nobody asked for."""
    store: Store = field(default_factory=Store)
    """Where the files are."""

    def files(self) -> list[Upload]:
        """Every file."""
        return [upload for uploads in self.uploads.values() for upload in uploads]


def boundary_of(content_type: str) -> bytes:
    """What parts the parts (RFC 2046, section 5.1.1). Raises `CodedError`, a 400, without it."""
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    is_one = parameter_names(content_type).count("boundary") == 1
    if not is_one or not _BOUNDARY.fullmatch(boundary.decode("latin-1")):
        raise CodedError(400, "The Content-Type has no boundary that can be used")
    return boundary


async def read_parts(body: BodyStream, boundary: bytes, is_file: Mapping[str, bool]) -> FormParts:
    """The parts of *body*. *is_file* tells for each name whether it is a file, or else a text.

    Raises `CodedError`: 400 for what is no form, 413 for more than `MAX_PARTS` parts or `MAX_TEXT`
    bytes of texts; what reading a `BodyStream` does; and `OSError` where a file cannot be written.
    """
    reader = _Reader(is_file)
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": reader.begin,
            "on_header_field": reader.name,
            "on_header_value": reader.value,
            "on_header_end": reader.end_line,
            "on_headers_finished": reader.end_head,
            "on_part_data": reader.add,
            "on_part_end": reader.end,
            "on_end": reader.end_form,
        },
    )
    try:
        async for piece in body:
            for start in range(0, len(piece), _SLICE):
                _parse(parser, piece[start : start + _SLICE])
                await reader.settle()
        if not reader.has_ended:
            raise _malformed("it has no end")
    except BaseException:
        reader.close()
        raise
    return reader.parts


def _parse(parser: MultipartParser, data: bytes) -> None:
    try:
        parser.write(data)
    except FormParserError:
        raise _malformed("its parts cannot be told apart") from None


def _malformed(why: str) -> CodedError:
    return refusal([Problem("body", "form", f"Content is no multipart/form-data: {why}")])


class _Reader:
    """Takes what the parser finds. What must wait for a disk waits for `settle`."""

    def __init__(self, is_file: Mapping[str, bool]) -> None:
        self.parts = FormParts()
        self.has_ended = False
        self._is_file = is_file
        self._count = 0
        self._texts = 0
        self._name = bytearray()
        self._value = bytearray()
        self._head: dict[str, str] = {}
        self._into: Spool | bytearray | None = None
        self._text_name = ""
        self._open: list[tuple[str, Mapping[str, str], Spool]] = []
        self._ended: list[tuple[str, Mapping[str, str], Spool]] = []

    def begin(self) -> None:
        self._count += 1
        if self._count > MAX_PARTS:
            raise CodedError(413, f"The form has more than {MAX_PARTS} parts", Codes.TOO_LARGE)
        self._head = {}
        self._into = None

    def name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def end_line(self) -> None:
        # A header that is given twice would be read in two ways: the last one counts nowhere.
        name = self._name.decode("latin-1").lower()
        if name in self._head:
            raise _malformed(f"a part has two lines of {name:.40}")
        value = self._head[name] = self._value.decode("latin-1")
        if _CONTROL.search(value):
            raise _malformed(f"the line {name:.40} of a part has a control character")
        self._name.clear()
        self._value.clear()

    def end_head(self) -> None:
        disposition = self._head.get("content-disposition", "")
        kind, options = parse_options_header(disposition)
        names = parameter_names(disposition)
        if len(names) != len(set(names)):
            raise _malformed("a Content-Disposition says something twice")
        if kind != b"form-data" or b"name" not in options:
            raise _malformed("a part has no Content-Disposition: form-data with a name")
        if self._head.get("content-transfer-encoding", "binary").lower() in _ENCODED:
            raise _malformed("a part is encoded, where RFC 7578 has none")  # section 4.7
        name = _decoded(options[b"name"])
        found = self._is_file.get(name)
        if found is None:
            self.parts.others.append(name)
        elif found:
            self._head["filename"] = _decoded(options.get(b"filename", b""))
            spool = self._into = Spool(self.parts.store)
            self._open.append((name, self._head, spool))
        else:
            self._into = bytearray()
            self._text_name = name

    def add(self, data: bytes, start: int, end: int) -> None:
        if isinstance(self._into, Spool):
            self._into.add(data[start:end])
        elif self._into is not None:
            self._texts += end - start
            if self._texts > MAX_TEXT:
                message = f"The texts of the form have more than {MAX_TEXT} bytes"
                raise CodedError(413, message, Codes.TOO_LARGE)
            self._into += data[start:end]

    def end(self) -> None:
        if isinstance(self._into, bytearray):
            media_type = self._head.get("content-type", "").lower()
            part = TextPart(bytes(self._into), media_type)
            self.parts.texts.setdefault(self._text_name, []).append(part)
        elif self._into is not None:
            self._ended.append(self._open.pop())

    def end_form(self) -> None:
        self.has_ended = True

    async def settle(self) -> None:
        """Bring to disk what is to be there, and make files of what has ended."""
        while self._ended:
            name, head, spool = self._ended[0]
            await spool.settle()
            file = await spool.finish()
            self._ended.pop(0)
            upload = _upload(file, head, spool.size)
            self.parts.uploads.setdefault(name, []).append(upload)
        for _, _, spool in self._open:
            await spool.settle()

    def close(self) -> None:
        """Delete every file."""
        for upload in self.parts.files():
            upload.close()
        self.parts.store.close()


def _upload(file: BinaryIO, head: Mapping[str, str], size: int) -> Upload:
    headers = {name: value for name, value in head.items() if name != "filename"}
    filename = "".join(filter(str.isprintable, _FOLDERS.sub("", head["filename"])))
    media_type = headers.get("content-type", "application/octet-stream")
    return Upload(
        file,
        size=size,
        filename=None if filename in ("", ".", "..") else filename,
        media_type=media_type,
        headers=headers,
    )


def _decoded(data: bytes) -> str:
    """A name in UTF-8 (RFC 7578, section 5.1), as browsers escape it (WHATWG HTML, 4.10.21.8)."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed("a name is not UTF-8") from None
    return text.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
