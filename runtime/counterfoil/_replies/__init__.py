"""What a handler returns: a status, a body of a known type, and headers."""

from counterfoil._replies.events import Comment, Event, Events
from counterfoil._replies.location import Location
from counterfoil._replies.ranges import Redirected, StatusReply, Successful
from counterfoil._replies.redirects import (
    Found,
    MovedPermanently,
    MultipleChoices,
    NotModified,
    PermanentRedirect,
    SeeOther,
    TemporaryRedirect,
    UseProxy,
)
from counterfoil._replies.reply import Binary, HeaderValues, Reply, Text
from counterfoil._replies.successes import (
    Accepted,
    AlreadyReported,
    Created,
    ImUsed,
    MultiStatus,
    NoContent,
    NonAuthoritativeInformation,
    Ok,
    PartialContent,
    ResetContent,
)

__all__ = [
    "Accepted",
    "AlreadyReported",
    "Binary",
    "Comment",
    "Created",
    "Event",
    "Events",
    "Found",
    "HeaderValues",
    "ImUsed",
    "Location",
    "MovedPermanently",
    "MultiStatus",
    "MultipleChoices",
    "NoContent",
    "NonAuthoritativeInformation",
    "NotModified",
    "Ok",
    "PartialContent",
    "PermanentRedirect",
    "Redirected",
    "Reply",
    "ResetContent",
    "SeeOther",
    "StatusReply",
    "Successful",
    "TemporaryRedirect",
    "Text",
    "UseProxy",
]
