"""Files of a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from mimetypes import MimeTypes
from pathlib import Path
from urllib.parse import quote

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from counterfoil._errors import CodedError, UnrecognizedRequestError
from counterfoil._output.files import send_file
from counterfoil._output.formats import ErrorFormat
from counterfoil._output.html import set_clickjacking_protection_headers
from counterfoil._output.redirects import respond_with_redirect
from counterfoil._output.rendering import JsonRenderer
from counterfoil._resources.arrival import arrived
from counterfoil._types import Request

__all__ = ["StaticResource"]

_INDEX = b"index.html"

# Only what Python itself knows: a machine's own list must not change what a site sends.
_TYPES = {
    **MimeTypes().types_map[True],
    ".gz": "application/gzip",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".yaml": "application/yaml",  # RFC 9512
    ".yml": "application/yaml",
}

_IN_A_QUERY = "".join(map(chr, range(0x21, 0x7F))).replace("\\", "")


class StaticResource(Resource):
    """Answers GET and HEAD with the files of a folder and of the folders in it.

    A folder is never listed; asked for with a slash at the end it is its `index.html`. What leads
    out of the folder is a 404: dot segments, encoded slashes, backslashes, and symbolic links,
    unless they are to be followed. No page may frame a file, and no browser guesses its type: it
    goes by the suffix, and text is said to be UTF-8.

    Errors are JSON, as everywhere on a server of this kind: what asks for a file that is missing is
    a script or a person with its log open, and one `ErrorFormat` then holds for all.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        follow_symlinks: bool = False,
        errors: ErrorFormat | None = None,
    ) -> None:
        """*follow_symlinks* serves what links in the folder point to, wherever it is.

        Raises `OSError` if *path* is no folder.
        """
        Resource.__init__(self)
        self.isLeaf = True
        self._root = Path(path).resolve(strict=True)
        if not self._root.is_dir():
            raise NotADirectoryError(f"{os.fspath(path)!r} is not a folder")
        self._follow_symlinks = follow_symlinks
        self._renderer = JsonRenderer(canonical=True, errors=errors)

    @override
    def render(self, request: Request) -> int:
        """Answer *request*."""
        arrived(request, self)
        set_clickjacking_protection_headers(request)
        try:
            self._answer(request)
        except CodedError as error:
            self._renderer.fail(request, error)
        return NOT_DONE_YET

    def _answer(self, request: Request) -> None:
        """Raises `CodedError`."""
        if request.method not in (b"GET", b"HEAD"):
            raise UnrecognizedRequestError(405, headers={"Allow": "GET, HEAD"})
        segments = request.postpath or []
        ends_in_slash = segments[-1:] == [b""]
        names = segments[:-1] if ends_in_slash else segments
        path = self._found(names)
        if not path.is_dir():
            if ends_in_slash:
                raise UnrecognizedRequestError
            send_file(request, path, _media_type(path))
            return
        index = self._found([*names, _INDEX])
        if ends_in_slash:
            send_file(request, index, _media_type(index))
        else:  # so that the links of the page lead into its folder
            respond_with_redirect(request, _with_slash(request.uri))

    def _found(self, segments: Sequence[bytes]) -> Path:
        """What is there. Raises `CodedError` if nothing is, or nothing that may be seen."""
        path = self._root.joinpath(*(_name(segment) for segment in segments))
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError):  # the latter for a loop of links, before Python 3.13
            raise UnrecognizedRequestError from None
        if not (self._follow_symlinks or real.is_relative_to(self._root)):
            raise UnrecognizedRequestError
        return real


def _name(segment: bytes) -> str:
    """The name of a file in its folder. Raises `CodedError` for what can be none."""
    try:
        name = segment.decode("utf-8")
    except UnicodeDecodeError:
        raise UnrecognizedRequestError from None
    if name in ("", ".", "..") or not {"/", "\\", "\0"}.isdisjoint(name):
        raise UnrecognizedRequestError
    return name


def _with_slash(uri: bytes) -> bytes:
    """A location relative to *uri*, with a slash at the end of its path."""
    path, mark, query = uri.partition(b"?")
    # With the dot a name that holds a colon is no scheme, and an empty one names no server.
    return b"./" + path.rpartition(b"/")[2] + b"/" + mark + quote(query, _IN_A_QUERY).encode()


def _media_type(path: Path) -> bytes:
    found = _TYPES.get(path.suffix.lower(), "application/octet-stream")
    return (f"{found}; charset=utf-8" if found.startswith("text/") else found).encode("ascii")
