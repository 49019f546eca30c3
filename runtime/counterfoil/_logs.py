"""The request on every log line.

    handler.addFilter(RequestContextFilter())
    handler.setFormatter(logging.Formatter("%(request_id)s %(levelname)s %(message)s"))

The filter is for one handler. `install_log_record_factory()` does the same for all handlers of the
process. Both reach Twisted's own lines too, where these go through `STDLibLogObserver`.

A record is given `request_id`, `request_client`, `request_site`, `request_method`, `request_uri`,
`request_protocol` and `request_user_agent`: the fields of the `RequestContext` that is current
where the record is made, or `-` outside of any request.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final, Literal

from typing_extensions import override

from counterfoil._context import RequestContext, current_context

__all__ = ["RequestContextFilter", "install_log_record_factory"]


def _fields_of(context: RequestContext) -> Mapping[str, str]:
    return {
        "request_id": context.request_id,
        "request_client": context.client,
        "request_site": context.site,
        "request_method": context.method,
        "request_uri": context.uri,
        "request_protocol": context.protocol,
        "request_user_agent": context.user_agent,
    }


_OUTSIDE: Final = _fields_of(RequestContext("-", "-", "-", "-", "-", "-", "-"))


class RequestContextFilter(logging.Filter):
    """Gives the records that pass it the fields of the current request; it keeps back none.

    What a record has already stays: it was made in another thread, or given in `extra`.
    """

    @override
    def filter(self, record: logging.LogRecord) -> Literal[True]:
        """Give *record* the fields that it lacks."""
        if "request_id" not in vars(record):
            _add_fields(record)
        return True


def install_log_record_factory() -> Callable[[], None]:
    """Give every record of the process the fields, whatever its handlers. Returns what undoes it.

    The factory that is installed stands around the one that was there before. From then on `extra`
    must not hold a key of the same name: `logging` raises `KeyError` for it.
    """
    inner = logging.getLogRecordFactory()

    def with_fields(*arguments: object, **named: object) -> logging.LogRecord:
        record = inner(*arguments, **named)
        _add_fields(record)
        return record

    logging.setLogRecordFactory(with_fields)
    return lambda: logging.setLogRecordFactory(inner)


def _add_fields(record: logging.LogRecord) -> None:
    context = current_context.get()
    attributes = vars(record)
    for attribute, text in (_OUTSIDE if context is None else _fields_of(context)).items():
        attributes.setdefault(attribute, text)
