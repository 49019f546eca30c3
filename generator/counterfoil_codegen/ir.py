"""What the emitter knows of an API.

Every name here is already the Python name. A `str` is opaque text of the spec: a template can print
it only as a literal, a docstring or a comment (see `fragments`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from counterfoil_codegen.diagnostics import Place
from counterfoil_codegen.fragments import Constant, Expression, Identifier

SET_COOKIE: Final = Expression.name(Identifier("SetCookie"))
"""The type of the header whose values are cookies."""

BODILESS: Final = frozenset({204, 205, 304})
"""These have no body, whatever the spec says (RFC 9110, sections 15.3.5, 15.3.6, 15.4.5)."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method of HTTP (RFC 9110, section 9): any token, with a meaning for case."""

    value: str  # GET, QUERY, COPY


class Location(Enum):
    """Where a parameter travels. The value is the marker of `counterfoil.stub`."""

    PATH = "Path"
    QUERY = "Query"
    HEADER = "Header"
    COOKIE = "Cookie"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation."""

    name: Identifier  # from_
    wire_name: str  # from
    location: Location
    annotation: Expression  # str | None
    constraints: tuple[tuple[Identifier, Constant], ...]  # ge=1, le=100
    required: bool
    default: Constant | None  # None: no default in the spec
    explode: bool | None  # of a list or an object; None: as its style has it
    doc: str
    place: Place = field(compare=False)
    style: str | None = None  # None: the usual one of its location
    media_type: str | None = None  # of a document in it; None: it is no document
    allow_empty: bool = False  # an empty one is none
    contract: str | None = None  # the schema in `Api.contracts` that a document is held against


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a form."""

    name: Identifier  # photo
    wire_name: str
    annotation: Expression  # Upload, list[Upload], models.Caption
    constraints: tuple[tuple[Identifier, Constant], ...]  # of a list of files
    required: bool
    media_type: str | None  # those that it may have: image/png, image/jpeg
    is_json: bool  # its text is a document of JSON
    contract: str | None  # the schema in `Api.contracts` that it is held against


@dataclass(frozen=True, slots=True)
class Form:
    """A form in parts: a class of the module `forms`."""

    name: Identifier  # AddPhotoForm
    parts: tuple[Part, ...]
    closed: bool  # other parts are refused
    doc: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What the body of a request may be: a type, and the media types that are read as it."""

    annotation: Expression  # models.NewNotice; str, bytes, BodyStream if it is not parsed
    media_types: tuple[str, ...]  # application/json: parsed and validated
    is_sequence: bool = False  # its items are read by the handler as they arrive
    is_form: bool = False  # it comes in parts, which the runtime takes as they arrive
    contract: str | None = None  # the schema in `Api.contracts` that it is held against too


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request: one of several types, chosen by its Content-Type."""

    choices: tuple[Choice, ...]  # never empty; the first is for a body without a Content-Type
    required: bool
    doc: str
    stream: bool = False  # read by the handler as it arrives, whatever it is

    @property
    def may_stream(self) -> bool:
        """Whether the handler reads some of what it may be as it arrives."""
        return self.stream or any(choice.is_sequence for choice in self.choices)

    @property
    def arrives_in_parts(self) -> bool:
        """Whether some of what it may be is a form in parts."""
        return any(choice.is_form for choice in self.choices)

    @property
    def streams(self) -> bool:
        """Whether it does so of all of it."""
        return self.stream or all(choice.is_sequence for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Success:
    """A response that a handler returns (2xx, 3xx): one for each class of replies."""

    status: int | None  # None: the handler gives it
    reply: Identifier  # Ok, Created, NoContent: a class of counterfoil.stub
    annotation: Expression | None  # None: no body; Location: a redirect that has none either
    media_types: tuple[str, ...] = ()  # what it is sent as: the request chooses, the first is usual
    is_alike: bool = True  # what a handler returns can be sent as any of them
    statuses: tuple[int, ...] = ()  # which ones a handler may give; none: the whole range
    shorthand: bool = False  # a handler may return the body alone, beside other replies
    headers: tuple[Identifier, ...] = ()  # the classes of its headers, if it declares some
    needs_headers: bool = False  # a handler must give them
    docs: tuple[tuple[str, str], ...] = ()  # what the spec tells of each status


@dataclass(frozen=True, slots=True)
class ResponseHeader:
    """A header of a response."""

    name: Identifier  # x_total
    wire_name: str  # X-Total
    annotation: Expression  # int
    required: bool
    explode: bool
    is_json: bool  # its text is a document of JSON
    doc: str = ""


@dataclass(frozen=True, slots=True)
class ResponseHeaders:
    """The headers of a response: a class of the module `headers`."""

    name: Identifier  # ListNoticesResponse200Headers
    members: tuple[ResponseHeader, ...]
    doc: str


@dataclass(frozen=True, slots=True)
class Error:
    """A response that a handler raises (4xx, 5xx, default). Shared by the operations of an API."""

    name: Identifier  # TxnConflict
    base: Identifier  # ApiError; StatusError and its like for `default` and ranges
    status: int | None  # None: the status is given when it is raised
    annotation: Expression | None  # models.Conflict; None: no body
    doc: str
    media_type: str | None = None  # None: application/json
    headers: ResponseHeaders | None = None  # those that it declares


class Held(Enum):
    """What of an answer's body is held against a schema. The value is the runtime's name for it."""

    VALUE = "value"  # the body
    ITEMS = "items"  # each item of a sequence
    EVENTS = "events"  # each event of a stream, its data as JSON
    DATA = "data"  # the data of each event


@dataclass(frozen=True, slots=True)
class DescribedContent:
    """A media type of an answer, and the schema of what is sent as it."""

    media_type: str
    contract: str | None  # the schema in `Api.answers`; None: bytes, or any text
    held: Held = Held.VALUE


@dataclass(frozen=True, slots=True)
class DescribedHeader:
    """A header of an answer, and the schema of its value."""

    wire_name: str
    required: bool
    contract: str | None  # the schema in `Api.answers`
    explode: bool
    is_json: bool  # its text is a document of JSON


@dataclass(frozen=True, slots=True)
class DescribedResponse:
    """What the spec says of the answers of one status of an operation."""

    status: str  # 200, 2XX, default
    contents: tuple[DescribedContent, ...]
    headers: tuple[DescribedHeader, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """A path template as the spec writes it, under the base path of its document."""

    constant: Identifier  # NOTICES
    template: str  # /boards/{board_id}/notices
    names: tuple[Identifier, ...]  # the Python name of each parameter, in order
    renamed: bool  # some name differs from the one in the template
    rest: str | None = None  # the parameter that takes several segments, as the template calls it


@dataclass(frozen=True, slots=True)
class Cors:
    """What pages of other origins may do. None leaves a part to the runtime's defaults."""

    origins: tuple[str, ...] | None = None  # None: any
    methods: tuple[str, ...] | None = None
    request_headers: tuple[str, ...] | None = None
    exposed_headers: tuple[str, ...] | None = None
    max_age: int | None = None  # seconds
    credentials: bool = False


@dataclass(frozen=True, slots=True)
class Milestone:
    """When something comes to an operation: its deprecation, or its end."""

    date: str = ""  # RFC 3339: 2026-11-27, 2026-11-27T12:00:00Z; "": it never comes
    link: str | None = None  # a URI reference to where people can read more


@dataclass(frozen=True, slots=True)
class Options:
    """What an operation asks of the server, beside being called."""

    cancellable: bool = False
    timeout: float | None = None  # seconds
    max_body: int | None = None  # bytes
    cors: Cors | None = None
    deprecation: Milestone | None = None
    sunset: Milestone | None = None


class SchemeKind(Enum):
    """How credentials travel. The value is the class of `counterfoil.stub` that finds them."""

    BEARER = "BearerScheme"
    BASIC = "BasicScheme"
    HTTP = "HttpScheme"
    HEADER_KEY = "HeaderKeyScheme"
    QUERY_KEY = "QueryKeyScheme"
    COOKIE_KEY = "CookieKeyScheme"
    CERTIFICATE = "ClientCertificateScheme"
    UNDECLARED = "UndeclaredScheme"


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """A security scheme that some operation requires: a method of the authenticator."""

    id: str  # accessToken
    name: Identifier  # access_token
    constant: Identifier  # ACCESS_TOKEN
    kind: SchemeKind
    argument: str | None  # the name of the key, or of the HTTP scheme
    scoped: bool  # some operation requires scopes of it
    follows: bool  # some operation requires another scheme before it
    doc: str


@dataclass(frozen=True, slots=True)
class RequiredScheme:
    """A scheme, and the scopes of it that are required."""

    scheme: SecurityScheme
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Security:
    """What an operation requires: one of these alternatives, and in it every scheme."""

    alternatives: tuple[tuple[RequiredScheme, ...], ...]
    optional: bool  # who shows no credentials may call it too


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: a method of the handler, and of the servlet."""

    id: str  # postNotice
    name: Identifier  # post_notice
    input: Identifier  # PostNoticeInput
    method: Method
    path: Path
    parameters: tuple[Parameter, ...]  # path parameters first, in the order of the template
    body: Body | None
    successes: tuple[Success, ...]  # by status; never empty
    errors: tuple[Error, ...]  # by status
    options: Options
    doc: str
    place: Place = field(compare=False)
    security: Security | None = None  # None: anybody may call it, and nobody is asked who it is
    summary: str = ""
    deprecated: bool = False
    described: tuple[DescribedResponse, ...] = ()  # by status; what its answers are held against
    exposed: tuple[str, ...] = ()  # the headers that its answers declare, for other origins

    @property
    def offered(self) -> tuple[str, ...]:
        """The media types that requests choose among; none where no answer has several."""
        told = [one for one in self.successes if one.status not in BODILESS]
        if all(len(one.media_types) < 2 for one in told):
            return ()
        return tuple(dict.fromkeys(each for one in told for each in one.media_types))


@dataclass(frozen=True, slots=True)
class Message:
    """A request that the API sends by itself: a class of the module `outgoing`."""

    name: Identifier  # NewOrderWebhook
    occasion: str  # webhook newOrder; callback onPaid of buyThing
    method: Method
    parameters: tuple[Parameter, ...]
    body: Body | None  # of one choice
    successes: tuple[Success, ...]  # by status; never empty
    errors: tuple[Error, ...]  # by status
    doc: str
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one tag: one module."""

    module: Identifier  # notices
    handler: Identifier  # NoticesHandler
    servlet: Identifier  # NoticesServlet
    doc: str
    operations: tuple[Operation, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys(operation.path for operation in self.operations))

    @property
    def secured(self) -> bool:
        """Whether some operation asks who calls it."""
        return any(operation.security is not None for operation in self.operations)


@dataclass(frozen=True, slots=True)
class ModelModule:
    """A module of models: Python made by `models`, parsed and checked there."""

    module: Identifier  # _notices
    names: tuple[Identifier, ...]  # what it defines, sorted
    source: str


@dataclass(frozen=True, slots=True)
class Api:
    """Everything that becomes one generated package."""

    package: Identifier  # noticeboard
    sources: tuple[str, ...]  # the spec files or folders as the config names them
    title: str
    version: str
    doc: str
    groups: tuple[Group, ...]  # by module name
    errors: tuple[Error, ...]  # by class name
    models: tuple[ModelModule, ...]  # by module name
    schemes: tuple[SecurityScheme, ...] = ()  # by name
    contracts: str = ""  # JSON: schemas by name, which ask for more than models check
    messages: tuple[Message, ...] = ()  # by class name
    answers: str = ""  # JSON: schemas by name, which answers are held against
    headers: tuple[ResponseHeaders, ...] = ()  # by class name
    forms: tuple[Form, ...] = ()  # by class name
