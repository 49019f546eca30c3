"""counterfoil: spec-first, strictly typed HTTP servers on Twisted.

This is what an application uses. Generated code imports `counterfoil.stub`, and tests import
`counterfoil.testing`.
"""

from counterfoil._cancel import cancellable, is_cancellable
from counterfoil._errors import (
    ApiError,
    CodedError,
    CodeMessageException,
    Codes,
    InvalidRequestError,
    StatusError,
    UnimplementedError,
    UnrecognizedRequestError,
)
from counterfoil._output.cors import Cors
from counterfoil._output.writers import set_headers
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
from counterfoil._resources.json_resource import JsonResource
from counterfoil._server.request import SiteRequest
from counterfoil._server.site import Site
from counterfoil._types import HttpServer, Request, ServletCallback

__all__ = [
    "Accepted",
    "AlreadyReported",
    "ApiError",
    "CodeMessageException",
    "CodedError",
    "Codes",
    "Cors",
    "Created",
    "Found",
    "HttpServer",
    "ImUsed",
    "InvalidRequestError",
    "JsonResource",
    "MovedPermanently",
    "MultiStatus",
    "MultipleChoices",
    "NoContent",
    "NonAuthoritativeInformation",
    "NotModified",
    "Ok",
    "PartialContent",
    "PermanentRedirect",
    "Reply",
    "Request",
    "ResetContent",
    "SeeOther",
    "ServletCallback",
    "Site",
    "SiteRequest",
    "StatusError",
    "SwitchingProtocols",
    "TemporaryRedirect",
    "UnimplementedError",
    "UnrecognizedRequestError",
    "UseProxy",
    "cancellable",
    "is_cancellable",
    "set_headers",
]
