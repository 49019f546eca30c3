"""Where a redirect leads."""

from __future__ import annotations

import re

__all__ = ["Location"]

# What a browser and a server may read differently: `//host` and `\\host` name another server
# (RFC 3986, section 4.2), and of the other characters none belongs in a URI (section 2).
_NOT_IN_A_LOCATION = re.compile(
    r"^//|^(?i:javascript|data|vbscript):|^(?i:https?):(?!//)|[\\\x00-\x20\x7f]|[^\x00-\x7f]"
)


class Location(str):
    """Where a redirect leads: the body of a reply that has none but says `Location`.

    An absolute URI, or a path of this server (RFC 9110, section 10.2.2).

    Raises `ValueError` for what could lead elsewhere than it seems to (`//host`, a backslash), and
    for characters that must be percent-encoded.
    """

    __slots__ = ()

    def __new__(cls, target: str) -> Location:
        if _NOT_IN_A_LOCATION.search(target):
            raise ValueError("a location must be an absolute URI or a path, percent-encoded")
        return super().__new__(cls, target)
