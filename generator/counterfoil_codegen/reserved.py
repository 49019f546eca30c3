"""The names that generated modules import and bind, which a name of the spec must not take."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

SECURITY_NAMES: Final = frozenset({"Authenticator", "Guards", "Principal", "Principal_contra"})
"""What a package's own module `security` defines, beside the constants of its schemes."""

SCHEMES: Final = frozenset(
    {
        "BasicScheme",
        "BearerScheme",
        "ClientCertificateScheme",
        "CookieKeyScheme",
        "HeaderKeyScheme",
        "HttpScheme",
        "QueryKeyScheme",
        "UndeclaredScheme",
    }
)
"""The classes that find the credentials of a security scheme."""

_CREDENTIALS: Final = frozenset(
    {"ApiKey", "BasicCredentials", "BearerToken", "ClientCertificate", "HttpCredentials"}
    | {"Undeclared"}
)
_OF_SECURITY: Final = (
    *sorted(SCHEMES | _CREDENTIALS),
    "Granted",
    "Guard",
    "all_of",
    "authorize",
    "authorize_if_given",
)

IMPORTABLE: Final = MappingProxyType(
    {
        "collections.abc": ("AsyncIterable", "AsyncIterator"),
        "datetime": ("date",),
        "typing": ("Annotated", "ClassVar", "Generic", "Literal", "Protocol", "TypeVar"),
        "uuid": ("UUID",),
        "counterfoil.stub": (
            "Accept",
            "Accepted",
            "AlreadyReported",
            "ApiError",
            "ApiErrorWithHeaders",
            "Binary",
            "Body",
            "BodyStream",
            "ClientStatusError",
            "ClientStatusErrorWithHeaders",
            "Content",
            "Cookie",
            "Cors",
            "Created",
            "Event",
            "Events",
            "FormPart",
            "Found",
            "Header",
            "HttpServer",
            "ImUsed",
            "Input",
            "Location",
            "MovedPermanently",
            "MultiStatus",
            "MultipartForm",
            "MultipleChoices",
            "NoContent",
            "NoHeaders",
            "NonAuthoritativeInformation",
            "NotModified",
            "Ok",
            "Outgoing",
            "PartialContent",
            "Path",
            "PermanentRedirect",
            "Redirected",
            "Query",
            "Reply",
            "Request",
            "ResetContent",
            "ResponseHeader",
            "ResponseHeaders",
            "SeeOther",
            "ServerStatusError",
            "ServerStatusErrorWithHeaders",
            "SetCookie",
            "StatusError",
            "StatusErrorWithHeaders",
            "Successful",
            "TemporaryRedirect",
            "Text",
            "Upload",
            "UseProxy",
            "answers",
            "at_head",
            "cancellable",
            "cross_origin",
            "exposes_headers",
            "lazy",
            "lifecycle",
            "limits",
            "path",
            "read",
            "receive",
            "sends",
            "takes_headers",
            "unimplemented",
            *_OF_SECURITY,
        ),
        "counterfoil.contracts": ("Contract",),
        "pydantic": ("AwareDatetime", "Field"),
        "typing_extensions": ("deprecated",),
    }
)
"""Every name that a generated module other than a model module imports, by its module."""

IMPORTABLE_MODULES: Final = frozenset({"datetime"})
"""Modules that are imported whole, for `datetime.date`."""

BUILTIN_TYPES: Final = frozenset({"bool", "bytes", "dict", "float", "int", "list", "object", "str"})
"""The builtins that annotations name."""

_IMPORTED: Final = frozenset(name for names in IMPORTABLE.values() for name in names)
_IN_ANNOTATIONS: Final = BUILTIN_TYPES | IMPORTABLE_MODULES | {"date", "models"}

RESERVED_PARAMETER_NAMES: Final = _IN_ANNOTATIONS | {
    "self",
    "request",
    "principal",
    "body",
    "accepted",
    "forms",
    "unimplemented",
}
"""A parameter of one of these names would hide what its method or its class needs."""

DECORATORS: Final = frozenset(
    {
        "answers",
        "at_head",
        "cancellable",
        "cross_origin",
        "exposes_headers",
        "lifecycle",
        "limits",
        "takes_headers",
    }
)
"""What stands above the methods of a servlet."""

SHARED_CORS: Final = "CORS"
"""The constant of a policy that several operations of a module share."""

RESERVED_OPERATION_NAMES: Final = _IN_ANNOTATIONS | DECORATORS | {"forms", "headers"}
"""A method of one of these names would hide what the annotations and decorators after it need.

`register` is free: the servlet finds another name for the method, the handler keeps it.
"""

RESERVED_MODULE_NAMES: Final = (
    frozenset(
        {
            "models",
            "errors",
            "forms",
            "headers",
            "outgoing",
            "security",
            "register",
            "server",
            "authenticator",
        }
    )
    | {"py", "aux", "con", "nul", "prn"}
    | {f"com{digit}" for digit in range(10)}
    | {f"lpt{digit}" for digit in range(10)}
)
"""A tag's module is also a keyword of `register(server, *, ...)`; Windows has no file `aux.py`."""

RESERVED_CLASS_NAMES: Final = _IMPORTED | SECURITY_NAMES
"""Handlers, servlets, input classes and errors, which stand beside the imports of a module."""

RESERVED_CONSTANT_NAMES: Final = _IMPORTED | {SHARED_CORS}
"""The constants of paths, which stand beside the imports of a module: `UUID`."""
