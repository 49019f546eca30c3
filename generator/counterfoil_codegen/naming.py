"""Python names for spec names. Each depends on nothing but the text it is made from.

=============  =================  ==================
spec           snake_case         PascalCase
=============  =================  ==================
listNotices    list_notices       ListNotices
HTTPError      http_error         HTTPError
repos/list-x   repos_list_x       ReposListX
2fa            x_2fa              X2fa
DateSent<      date_sent_lt       DateSentLt
+1, -1         plus1, minus1      Plus1, Minus1
from           from_              From
(no letters)   x_ and a hash      X and a hash
=============  =================  ==================
"""

from __future__ import annotations

import hashlib
import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from counterfoil_codegen.fragments import Identifier
from counterfoil_codegen.python_names import BUILTINS, SOFT_KEYWORDS

_WORD: Final = re.compile(
    r"[A-Z]{2,}s(?![a-z])[0-9]*"  # IDs
    r"|[A-Z]+(?![a-z])[0-9]*"  # HTTP, V3
    r"|[A-Z]?[a-z]+[0-9]*"  # Word, oauth2
    r"|[0-9]+[a-z]*"  # 2fa
)
# Signs that tell names apart; other punctuation only parts words.
_SIGNS: Final = (
    (re.compile(r"<"), " lt "),
    (re.compile(r">"), " gt "),
    (re.compile(r"="), " eq "),
    (re.compile(r"!"), " not "),
    (re.compile(r"\+(?=\d)"), " plus"),
    (re.compile(r"^-(?=\d)"), " minus"),
)
# What is longer is cut, and a hash tells it apart: a definition must fit in a line.
_LONGEST_NAME: Final = 60
_LONGEST_CLASS: Final = 80


def words(text: str) -> list[str]:
    """The words of *text*: letters and digits, split where the case or the punctuation changes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    for sign, word in _SIGNS:
        plain = sign.sub(word, plain)
    found = _WORD.findall(plain)
    return found or ["x", digest(text)]


def snake(text: str, reserved: AbstractSet[str] = frozenset()) -> Identifier:
    """*text* as the name of a function, parameter or module. *reserved* names get a ``_``."""
    name = _bounded(_joined(text), _LONGEST_NAME, text, "_")
    if name[0].isdigit():
        name = f"x_{name}"
    if keyword.iskeyword(name) or name in SOFT_KEYWORDS or name in BUILTINS | reserved:
        name = f"{name}_"
    return Identifier(name)


def upper(text: str) -> Identifier:
    """*text* as the name of a constant."""
    name = _bounded(_joined(text), _LONGEST_CLASS, text, "_").upper()
    return Identifier(f"X_{name}" if name[0].isdigit() else name)


def pascal(text: str, longest: int = _LONGEST_CLASS) -> str:
    """*text* as the name of a class; capitals inside a word stay."""
    name = _bounded("".join(word[0].upper() + word[1:] for word in words(text)), longest, text)
    return name if name[0].isalpha() else f"X{name}"


def class_name(text: str) -> Identifier:
    """`pascal`, with a ``_`` where Python keeps the name for itself (``None``, ``ValueError``)."""
    name = pascal(text)
    return Identifier(f"{name}_" if keyword.iskeyword(name) or name in BUILTINS else name)


def told_apart(wanted: Sequence[tuple[str, str]], joint: str = "_") -> list[str]:
    """The names of *wanted*, which pairs each spelling with its name, made different.

    Of spellings that come out alike, one that is the name already keeps it; each of the others gets
    a hash of its own spelling, so that its name depends on no order. No pair may occur twice.
    """
    names = [name for _, name in wanted]
    rounds = [0] * len(wanted)
    while True:
        counts = Counter(names)
        for index, (spelling, name) in enumerate(wanted):
            if counts[names[index]] > 1 and (rounds[index] or spelling != name):
                rounds[index] += 1
                mark = digest(spelling * rounds[index])
                names[index] = f"{name.rstrip('_')}{joint}{mark}"
        if len(set(names)) == len(names):
            return names


def digest(text: str) -> str:
    """Eight hexadecimal digits that stand for *text*."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _joined(text: str) -> str:
    return "_".join(word.lower() for word in words(text))


def _bounded(name: str, longest: int, text: str, joint: str = "") -> str:
    return name if len(name) <= longest else f"{name[:longest].rstrip('_')}{joint}{digest(text)}"
