"""The only door to ruamel.yaml: text in, a graph of composed nodes with their positions out."""

from __future__ import annotations

import re
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StreamMark, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.resolver import BaseResolver
from ruamel.yaml.tag import Tag

from counterfoil_codegen.diagnostics import Span
from counterfoil_codegen.document import faults
from counterfoil_codegen.document.limits import DEEPEST, MOST_VALUES
from counterfoil_codegen.document.source import Source, UnusableError
from counterfoil_codegen.rules import reading as rules

PLAIN: Final = Tag(suffix="plain")  # a scalar without tag and quotes
UNTAGGED: Final = Tag(suffix="untagged")  # anything else without a tag

_DIRECTIVE: Final = re.compile(r"(?:(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r))*)%([^\r\n]*)")
_YAML_1_2: Final = re.compile(r"YAML[ \t]+1\.2[ \t]*(?:#.*)?")
_COLON: Final = "unexpected ':'"
_HALF_ESCAPE: Final = "invalid Unicode character escape"
_CURES: Final = (
    (_HALF_ESCAPE, "write the character itself, or one \\U escape of 8 digits, not two halves"),
    ("tab character", "indent with spaces, not tabs"),
    ("cannot start any token", "indent with spaces, not tabs; quote a value that begins so"),
    (
        "mapping values are not allowed",
        'is this line, or the one before, indented like its neighbours? quote a value with ": "',
    ),
    (_COLON, "within braces and brackets, quote a value that holds a colon"),
    ("could not find expected ':'", "is a colon missing, or a line indented too little?"),
    ("did not find expected", "is this line indented like its neighbours, every bracket closed?"),
    ("never closed", "close it with the quote it begins with"),
    ("undefined alias", "an alias comes after its anchor; quote a value that begins with *"),
    ("duplicate anchor", "give each anchor a name of its own"),
    ("escape", "within double quotes write \\\\ for a backslash, or use single quotes"),
)
_LAST_CURE: Final = "see https://yaml.org/spec/1.2.2/"


class _TooDeepError(Exception):
    def __init__(self, parent: Node) -> None:
        self.parent = parent


class _TooManyError(Exception):
    def __init__(self, parent: Node) -> None:
        self.parent = parent


class _Resolver(BaseResolver):
    """Sees each node before it is composed.

    Composing is recursive C without a limit: what nests deep enough ends the process. So the limits
    are held here. Tags are left for the builder, which knows the core schema.
    """

    def __init__(
        self, version: object = None, loadumper: object = None, loader: object = None
    ) -> None:
        super().__init__(loadumper if loader is None else loader)
        self._depth = 0
        self._left = MOST_VALUES

    @property
    def processing_version(self) -> tuple[int, int]:
        """The version of YAML, which the parser in Python asks for."""
        return 1, 2

    def descend_resolver(self, current_node: Node | None, current_index: object) -> None:
        self._depth += 1
        self._left -= 1
        if current_node is not None:
            if self._depth > DEEPEST:
                raise _TooDeepError(current_node)
            if self._left < 0:
                raise _TooManyError(current_node)

    def ascend_resolver(self) -> None:
        self._depth -= 1

    def resolve(self, kind: type[Node], value: str | None, implicit: tuple[bool, bool]) -> Tag:
        return PLAIN if kind is ScalarNode and implicit[0] else UNTAGGED


def compose(source: Source) -> Node | None:
    """The root of the composed graph; None if the stream is empty.

    Raises:
        UnusableError: this is not one document of YAML 1.2 within the limits; reported.
    """
    text = _without_directives(source)
    try:
        root = _composed(text, pure=False)
    except MarkedYAMLError as error:
        root = _composed_by_python(source, text, error)
    except _TooDeepError as error:
        raise faults.too_deep(source, position(source, error.parent)) from None
    except _TooManyError as error:
        raise faults.too_many_values(source, position(source, error.parent)) from None
    except ReaderError as error:
        offset = len(text.encode()[: error.position].decode(errors="ignore"))
        raise _syntax(source, source.at_offset(offset), str(error.reason)) from None
    except YAMLError as error:
        raise _syntax(source, source.at(1, 1), str(error)) from None
    if root is None or isinstance(root, ScalarNode | SequenceNode | MappingNode):
        return root
    raise AssertionError(f"ruamel.yaml composed a {type(root).__name__}")


def _composed(text: str, *, pure: bool) -> object:
    yaml = YAML(typ="safe", pure=pure)
    yaml.Resolver = _Resolver
    return yaml.compose(text)


def _composed_by_python(source: Source, text: str, refusal: MarkedYAMLError) -> object:
    """What the slow parser makes of a colon that the C parser, of YAML 1.1, refuses.

    `{url: https://example.org}` is YAML 1.2. Where both refuse, what the C parser says counts.
    """
    if _COLON not in str(refusal.problem):
        raise _marked(source, refusal) from None
    try:
        return _composed(text, pure=True)
    except (YAMLError, _TooDeepError, _TooManyError, RecursionError):
        raise _marked(source, refusal) from None


def position(source: Source, node: Node) -> Span:
    """Where a composed node begins."""
    return source.at(node.start_mark.line + 1, node.start_mark.column + 1)


def _without_directives(source: Source) -> str:
    """The text with `%YAML 1.2` turned into a comment, as the C parser may know only 1.1."""
    text, start = source.text, 0
    while found := _DIRECTIVE.match(text, start):  # at most twice
        sign = found.start(1) - 1
        if start or not _YAML_1_2.fullmatch(found[1]):
            source.report(
                rules.YAML_DIRECTIVE,
                source.at_offset(sign),
                f"the directive %{found[1][:40].rstrip()} is not supported",
                "remove it: the file is read as YAML 1.2, without tags",
            )
            raise UnusableError(source.name)
        text = f"{text[:sign]}#{text[sign + 1 :]}"
        start = found.end()
    return text


def _marked(source: Source, error: MarkedYAMLError) -> UnusableError:
    problem = str(error.problem or error.context)
    span = _span(source, error.problem_mark or error.context_mark)
    start = _span(source, error.context_mark or error.problem_mark)
    if problem == "but found another document":
        source.report(
            rules.SEVERAL_DOCUMENTS,
            span,
            "a second YAML document begins here",
            "put each document into a file of its own",
        )
        return UnusableError(source.name)
    if problem == "second occurrence":
        problem = f"found duplicate anchor; the first is {faults.there(start)}"
    elif problem == "found unexpected end of stream":
        # The end of the file says nothing: what is not closed does.
        return _syntax(source, start, f"{error.context}: it is never closed")
    elif error.context and start != span:
        problem = f"{error.context} {faults.there(start)}: {problem}"
    return _syntax(source, span, problem)


def _span(source: Source, mark: StreamMark | None) -> Span:
    if mark is None:
        return source.at(1, 1)
    if mark.line >= len(source.lines):  # past a last line without an end
        return source.at_offset(len(source.text))
    return source.at(mark.line + 1, mark.column + 1)


def _syntax(source: Source, span: Span, problem: str) -> UnusableError:
    rule = rules.LONE_SURROGATE if _HALF_ESCAPE in problem else rules.YAML_SYNTAX
    cure = next((cure for sign, cure in _CURES if sign in problem), _LAST_CURE)
    source.report(rule, span, f"this is not YAML: {problem}", cure)
    return UnusableError(source.name)
