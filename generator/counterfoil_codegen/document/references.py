"""What a `$ref` says (RFC 3986, RFC 6901), and what it points at."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Final
from urllib.parse import unquote

from counterfoil_codegen.diagnostics import Rule
from counterfoil_codegen.document.nodes import Node
from counterfoil_codegen.document.source import shown
from counterfoil_codegen.document.values import Pointer, type_name
from counterfoil_codegen.rules import reading as rules

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BAD_TILDE: Final = re.compile(r"~(?![01])")
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_BAD_CHARACTER: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")
_NETWORK: Final = frozenset(("http:", "https:", "ftp:", "ftps:", "ws:", "wss:", "ssh:", "git:"))
_INSIDE: Final = ("/components/", "/paths/", "/webhooks/", "/$defs/", "/definitions/")
_MOST_COMPARED: Final = 2_000  # names, to find near ones


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference taken apart. No file: the document itself. An anchor has no pointer."""

    file: str
    pointer: Pointer
    anchor: str = ""

    def path_from(self, name: str) -> str:
        """The file as a path below the root, seen from the document *name* (RFC 3986, 5.2.4)."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(name), self.file))


def parse(node: Node, *, is_identified: bool = False) -> Reference | None:
    """Take the value of a `$ref` apart; None after a report.

    Where what it leads to *is_identified* by its URI, that URI need not lead to a file.
    """
    text = node.value
    if not isinstance(text, str):
        problem = f"a $ref must be a string, not {type_name(text)}"
        _refuse(rules.REF_NOT_STRING, node, problem, "write file#/pointer, in quotes")
        return None
    file, _, fragment = text.partition("#")
    if (not is_identified and _refuse_file(node, file)) or _refuse_fragment(node, fragment):
        return None
    try:
        if fragment and not fragment.startswith("/"):
            return Reference(file, (), unquote(fragment, errors="strict"))
        return Reference(unquote(file, errors="strict"), _pointer(fragment))
    except UnicodeDecodeError:
        _malformed(node, "its %XX escapes are not UTF-8")
        return None


def target(
    root: Node, reference: Reference, place: Node, through: Callable[[Node], Node | None]
) -> Node | None:
    """What the pointer leads to from *root*, *through* each `$ref` on its way.

    None after a report at *place*.
    """
    node = root
    for token in reference.pointer:
        found = member(node, token)
        if found is None and node.get("$ref") is not None:
            arrived = through(node)
            found = None if arrived is None else member(arrived, token)
        if found is None:
            _missing(node, token, place)
            return None
        node = found
    return node


def no_anchor(place: Node, anchor: str, known: Iterable[str]) -> None:
    """Report that nothing has the *anchor* that the reference at *place* names."""
    near = get_close_matches(anchor[:100], list(islice(known, _MOST_COMPARED)), 1)
    _refuse(
        rules.REF_TARGET_MISSING,
        place,
        f"the $ref leads nowhere: there is no $anchor {shown(anchor)}",
        f"did you mean #{near[0]}?" if near else f"if a pointer is meant, write #/{anchor[:60]}",
    )


def written(node: Node) -> str:
    """A reference to *node*, as a person would write it from elsewhere."""
    tokens = (token.replace("~", "~0").replace("/", "~1") for token in node.pointer)
    return "".join((node.document.name, "#", *(f"/{token}" for token in tokens)))


def _refuse_file(node: Node, file: str) -> bool:
    scheme = _SCHEME.match(file)
    if file.startswith("//") or (scheme and scheme[0].lower() in _NETWORK):
        _refuse(
            rules.REF_REMOTE,
            node,
            f"the $ref leads to the network: {shown(file)}",
            "save a copy below the project's root and refer to it by a relative path",
        )
    elif file.startswith("/") or (scheme and (scheme[0].lower() == "file:" or scheme.end() == 2)):
        _refuse(
            rules.REF_ABSOLUTE,
            node,
            f"the $ref names a file by an absolute path: {shown(file)}",
            f"did you mean {shown('#' + file)}?"
            if file.startswith(_INSIDE)
            else "write the path relative to the file that holds the $ref",
        )
    elif scheme:
        _refuse(
            rules.REF_SCHEME,
            node,
            f"the $ref has the scheme {shown(scheme[0])}",
            "move the content into a file or a component, and refer to that",
        )
    elif _BAD_ESCAPE.search(file) or _BAD_CHARACTER.search(unquote(file)):
        _malformed(node, "a path has / between folders, %XX escapes, and no control characters")
    else:
        return False
    return True


def _refuse_fragment(node: Node, fragment: str) -> bool:
    if _BAD_ESCAPE.search(fragment):
        _malformed(node, "a % begins an escape of two hex digits; % itself is %25")
    elif fragment.startswith("/") and _BAD_TILDE.search(unquote(fragment)):
        _malformed(node, "in a pointer ~ is written ~0, and / within a name ~1")
    else:
        return False
    return True


def _malformed(node: Node, cure: str) -> None:
    problem = f"{shown(str(node.value))} is not a relative reference"
    _refuse(rules.REF_MALFORMED, node, problem, cure)


def _pointer(fragment: str) -> Pointer:
    tokens = unquote(fragment, errors="strict").split("/")[1:]
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)


def member(node: Node, token: str) -> Node | None:
    """The member of a mapping, or the element of a list, that a pointer's *token* names."""
    if isinstance(node.value, list):
        return node.element(int(token)) if _INDEX.fullmatch(token) else None
    return node.get(token)


def _missing(node: Node, token: str, place: Node) -> None:
    names = [name for name, _ in islice(node.items(), _MOST_COMPARED)]
    near = get_close_matches(token[:100], names, 3)
    if near:
        cure = f"did you mean {' or '.join(shown(name) for name in near)}?"
    elif names:
        cure = f"there is {', '.join(shown(name) for name in names[:5])}"
        cure += " and more" if len(names) > 5 else ""
    else:
        cure = f"what stands there is {type_name(node.value)}" + (
            " without content" if not node.value else ""
        )
    message = f"the $ref leads nowhere: there is no {shown(token)} in {shown(written(node), 120)}"
    _refuse(rules.REF_TARGET_MISSING, place, message, cure)


def _refuse(rule: Rule, node: Node, message: str, cure: str) -> None:
    node.document.source.report(rule, node.span, message, cure)
