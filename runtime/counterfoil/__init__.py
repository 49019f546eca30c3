"""counterfoil: spec-first, strictly typed HTTP servers on Twisted.

This is what an application uses. Generated code imports `counterfoil.stub`, and tests import
`counterfoil.testing`.
"""

from counterfoil._cancel import cancellable, is_cancellable
from counterfoil._errors import (
    ApiError,
    ClientDisconnectedError,
    CodedError,
    CodeMessageException,
    Codes,
    InvalidRequestError,
    InvalidResponseError,
    RedirectException,
    StatusError,
    UnimplementedError,
    UnrecognizedRequestError,
)
from counterfoil._input.body_stream import BodyStream, body_of, stream_of
from counterfoil._input.models import UNSET, UnsetType
from counterfoil._input.uploads import Upload
from counterfoil._logs import RequestContextFilter, install_log_record_factory
from counterfoil._options import (
    at_head,
    cross_origin,
    exposes_headers,
    lifecycle,
    limits,
    takes_headers,
)
from counterfoil._output.cookies import add_cookies, cookie
from counterfoil._output.cors import Cors
from counterfoil._output.disposition import content_disposition
from counterfoil._output.formats import ErrorFormat, MatrixErrors, ProblemDetails
from counterfoil._output.headers import set_headers
from counterfoil._output.html import (
    ErrorPage,
    respond_with_html,
    respond_with_html_bytes,
    return_html_error,
    set_clickjacking_protection_headers,
    set_corp_headers,
)
from counterfoil._output.keep_alive import keep_alive
from counterfoil._output.redirects import respond_with_redirect
from counterfoil._output.rendering import return_json_error
from counterfoil._output.streams import respond_with_stream
from counterfoil._output.writers import (
    finish_request,
    respond_with_json,
    respond_with_json_bytes,
    set_cors_headers,
)
from counterfoil._replies import (
    Accepted,
    AlreadyReported,
    Binary,
    Comment,
    Created,
    Event,
    Events,
    Found,
    ImUsed,
    Location,
    MovedPermanently,
    MultipleChoices,
    MultiStatus,
    NoContent,
    NoHeaders,
    NonAuthoritativeInformation,
    NotModified,
    Ok,
    PartialContent,
    PermanentRedirect,
    Redirected,
    Reply,
    ResetContent,
    SeeOther,
    Successful,
    TemporaryRedirect,
    Text,
    UseProxy,
)
from counterfoil._resources.direct import DirectServeHtmlResource, DirectServeJsonResource
from counterfoil._resources.health import HealthResource, ReadinessResource
from counterfoil._resources.json_resource import JsonResource
from counterfoil._resources.options import OptionsResource, RootOptionsRedirectResource
from counterfoil._resources.redirect import RootRedirect
from counterfoil._resources.static import StaticResource
from counterfoil._resources.unrecognized import UnrecognizedRequestResource
from counterfoil._routing.templates import path
from counterfoil._server.access_log import AccessLog
from counterfoil._server.deadlines import Deadlines
from counterfoil._server.heads import BodyPlan, HeadAware
from counterfoil._server.observing import Observer
from counterfoil._server.request import SiteRequest
from counterfoil._server.shutdown import drain_on_shutdown
from counterfoil._server.site import Site
from counterfoil._server.summary import RequestSummary
from counterfoil._servlets.credentials import (
    ApiKey,
    BasicCredentials,
    BearerToken,
    ClientCertificate,
    HttpCredentials,
    Undeclared,
)
from counterfoil._servlets.guards import Granted, set_requester
from counterfoil._servlets.refusals import ForbiddenError, UnauthorizedError
from counterfoil._threads import (
    ThreadsUnavailableError,
    UnfinishedCalls,
    defer_to_thread,
    defer_to_thread_pool,
    run_in_background,
    unfinished_calls,
)
from counterfoil._types import HttpServer, Request, ServletCallback
from counterfoil._watchdog import Watchdog

__all__ = [
    "UNSET",
    "Accepted",
    "AccessLog",
    "AlreadyReported",
    "ApiError",
    "ApiKey",
    "BasicCredentials",
    "BearerToken",
    "Binary",
    "BodyPlan",
    "BodyStream",
    "ClientCertificate",
    "ClientDisconnectedError",
    "CodeMessageException",
    "CodedError",
    "Codes",
    "Comment",
    "Cors",
    "Created",
    "Deadlines",
    "DirectServeHtmlResource",
    "DirectServeJsonResource",
    "ErrorFormat",
    "ErrorPage",
    "Event",
    "Events",
    "ForbiddenError",
    "Found",
    "Granted",
    "HeadAware",
    "HealthResource",
    "HttpCredentials",
    "HttpServer",
    "ImUsed",
    "InvalidRequestError",
    "InvalidResponseError",
    "JsonResource",
    "Location",
    "MatrixErrors",
    "MovedPermanently",
    "MultiStatus",
    "MultipleChoices",
    "NoContent",
    "NoHeaders",
    "NonAuthoritativeInformation",
    "NotModified",
    "Observer",
    "Ok",
    "OptionsResource",
    "PartialContent",
    "PermanentRedirect",
    "ProblemDetails",
    "ReadinessResource",
    "RedirectException",
    "Redirected",
    "Reply",
    "Request",
    "RequestContextFilter",
    "RequestSummary",
    "ResetContent",
    "RootOptionsRedirectResource",
    "RootRedirect",
    "SeeOther",
    "ServletCallback",
    "Site",
    "SiteRequest",
    "StaticResource",
    "StatusError",
    "Successful",
    "TemporaryRedirect",
    "Text",
    "ThreadsUnavailableError",
    "UnauthorizedError",
    "Undeclared",
    "UnfinishedCalls",
    "UnimplementedError",
    "UnrecognizedRequestError",
    "UnrecognizedRequestResource",
    "UnsetType",
    "Upload",
    "UseProxy",
    "Watchdog",
    "add_cookies",
    "at_head",
    "body_of",
    "cancellable",
    "content_disposition",
    "cookie",
    "cross_origin",
    "defer_to_thread",
    "defer_to_thread_pool",
    "drain_on_shutdown",
    "exposes_headers",
    "finish_request",
    "install_log_record_factory",
    "is_cancellable",
    "keep_alive",
    "lifecycle",
    "limits",
    "path",
    "respond_with_html",
    "respond_with_html_bytes",
    "respond_with_json",
    "respond_with_json_bytes",
    "respond_with_redirect",
    "respond_with_stream",
    "return_html_error",
    "return_json_error",
    "run_in_background",
    "set_clickjacking_protection_headers",
    "set_corp_headers",
    "set_cors_headers",
    "set_headers",
    "set_requester",
    "stream_of",
    "takes_headers",
    "unfinished_calls",
]
