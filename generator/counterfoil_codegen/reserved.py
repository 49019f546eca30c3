"""The names that generated modules import and bind, which a name of the spec must not take."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

IMPORTABLE: Final = MappingProxyType(
    {
        "datetime": ("date",),
        "typing": ("Annotated", "ClassVar", "Literal", "Protocol"),
        "uuid": ("UUID",),
        "counterfoil.stub": (
            "Accepted",
            "AlreadyReported",
            "ApiError",
            "Body",
            "ClientStatusError",
            "Cookie",
            "Created",
            "Found",
            "Header",
            "HttpServer",
            "ImUsed",
            "Input",
            "MovedPermanently",
            "MultiStatus",
            "MultipleChoices",
            "NoContent",
            "NonAuthoritativeInformation",
            "NotModified",
            "Ok",
            "PartialContent",
            "Path",
            "PermanentRedirect",
            "Query",
            "Reply",
            "Request",
            "ResetContent",
            "SeeOther",
            "ServerStatusError",
            "StatusError",
            "SwitchingProtocols",
            "TemporaryRedirect",
            "UseProxy",
            "answers",
            "cancellable",
            "lazy",
            "path",
            "read",
            "unimplemented",
        ),
        "pydantic": ("AwareDatetime", "Field"),
    }
)
"""Every name that a generated module other than a model module imports, by its module."""

IMPORTABLE_MODULES: Final = frozenset({"datetime"})
"""Modules that are imported whole, for `datetime.date`."""

BUILTIN_TYPES: Final = frozenset({"bool", "bytes", "dict", "float", "int", "list", "object", "str"})
"""The builtins that annotations name."""

_IMPORTED: Final = frozenset(name for names in IMPORTABLE.values() for name in names)
_IN_ANNOTATIONS: Final = BUILTIN_TYPES | IMPORTABLE_MODULES | {"date", "models"}

RESERVED_PARAMETER_NAMES: Final = _IN_ANNOTATIONS | {"self", "request", "body", "unimplemented"}
"""A parameter of one of these names would hide what its method or its class needs."""

RESERVED_OPERATION_NAMES: Final = _IN_ANNOTATIONS | {"answers", "cancellable"}
"""A method of one of these names would hide what the annotations and decorators after it need.

`register` is free: the servlet finds another name for the method, the handler keeps it.
"""

RESERVED_MODULE_NAMES: Final = (
    frozenset({"models", "errors", "register", "server", "py", "aux", "con", "nul", "prn"})
    | {f"com{digit}" for digit in range(10)}
    | {f"lpt{digit}" for digit in range(10)}
)
"""A tag's module is also a keyword of `register(server, *, ...)`; Windows has no file `aux.py`."""

RESERVED_CLASS_NAMES: Final = _IMPORTED
"""Handlers, servlets, input classes and errors, which stand beside the imports of a module."""

RESERVED_CONSTANT_NAMES: Final = _IMPORTED
"""The constants of paths, which stand beside the imports of a module: `UUID`."""
