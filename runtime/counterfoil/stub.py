"""The door: all that generated code may import of the runtime. It only ever grows."""

from counterfoil._cancel import cancellable
from counterfoil._errors import (
    ApiError,
    ClientStatusError,
    ServerStatusError,
    StatusError,
    unimplemented,
)
from counterfoil._input.markers import Body, Cookie, Header, Input, Path, Query
from counterfoil._input.models import Absent, Model
from counterfoil._input.reading import read
from counterfoil._lazy import lazy
from counterfoil._replies import (
    Accepted,
    AlreadyReported,
    Created,
    Found,
    ImUsed,
    MovedPermanently,
    MultipleChoices,
    MultiStatus,
    NoContent,
    NonAuthoritativeInformation,
    NotModified,
    Ok,
    PartialContent,
    PermanentRedirect,
    Reply,
    ResetContent,
    SeeOther,
    SwitchingProtocols,
    TemporaryRedirect,
    UseProxy,
)
from counterfoil._routing.templates import path
from counterfoil._servlets.boundary import answers
from counterfoil._types import HttpServer, Request

__all__ = [
    "Absent",
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
    "Model",
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
]
