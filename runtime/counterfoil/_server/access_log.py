"""The access log: one line for each request."""

from __future__ import annotations

import logging

from counterfoil._describe import printable
from counterfoil._server.summary import RequestSummary

__all__ = ["access_logger", "log_access"]

access_logger = logging.getLogger("counterfoil.access")


_LINE = '%s - %s - %s - {%s} %s %.3fs/%.3fs (%.3fs, %.3fs) %dB %d%s "%s %s %s" "%s"'


def log_access(summary: RequestSummary, request_id: str, level: int) -> None:
    """Write the access line of a request.

        192.0.2.1 - main - GET-7 - {ListNotices} ann 0.003s/0.000s (0.002s, 0.000s) 64B 200
        "GET /boards/lobby/notices HTTP/1.1" "curl/8.5.0"

    The times are those of the handler, of sending what was left then, and of the processor in the
    program and in the system. `!` marks an answer that was not sent in full.

    A log that fails fails alone: there is no other place to tell of it.
    """
    try:
        values = (
            summary.client,
            summary.site,
            request_id,
            summary.servlet,
            "-" if summary.requester is None else printable(summary.requester.encode()),
            summary.processing_seconds,
            summary.send_seconds,
            summary.user_cpu,
            summary.system_cpu,
            summary.bytes_sent,
            summary.status,
            "" if summary.complete else "!",
            summary.method,
            summary.uri,
            summary.protocol,
            summary.user_agent,
        )
        # What `Logger.log` does, but for its walk up the stack to find who called.
        name = access_logger.name
        access_logger.handle(access_logger.makeRecord(name, level, "", 0, _LINE, values, None))
    except Exception:  # a handler of the log, or a surrogate in a name
        return
