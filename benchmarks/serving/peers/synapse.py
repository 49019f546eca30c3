"""Matrix Synapse's `JsonResource` and site, on the homeserver that the mount tests have."""

from __future__ import annotations

import logging.config
import re

from ruamel.yaml import YAML
from synapse.api.errors import Codes, SynapseError
from synapse.config.logger import DEFAULT_LOG_CONFIG, one_time_logging_setup
from synapse.http.server import HttpServer
from synapse.http.servlet import (
    parse_and_validate_json_object_from_request,
    parse_integer,
    parse_strings_from_args,
)
from twisted.web.server import Request

from benchmarks.serving.launch import serve_on_twisted
from benchmarks.serving.models import Notice
from benchmarks.serving.process import WORK
from benchmarks.serving.workloads import GREETING, LARGE
from tests.mounts.hosts.synapse_resource import site


async def hello(request: Request) -> tuple[int, object]:
    return 200, GREETING


async def large(request: Request) -> tuple[int, object]:
    return 200, LARGE


async def items(request: Request, user: str) -> tuple[int, object]:
    limit = parse_integer(request, "limit", default=20)
    if not user.isdigit() or not 1 <= limit <= 100:
        raise SynapseError(400, "Out of bounds", Codes.INVALID_PARAM)
    tags = parse_strings_from_args(request.args, "tag", required=True)
    return 200, {"user": int(user), "limit": limit, "tags": tags}


async def notices(request: Request) -> tuple[int, object]:
    notice = parse_and_validate_json_object_from_request(request, Notice)
    return 200, notice.model_dump()


def register(server: HttpServer) -> None:
    """Register them, as Synapse's servlets register themselves."""
    server.register_paths("GET", [re.compile("^/hello$")], hello, "Hello")
    server.register_paths("GET", [re.compile("^/large$")], large, "Large")
    server.register_paths("GET", [re.compile("^/users/(?P<user>[^/]*)/items$")], items, "Items")
    server.register_paths("POST", [re.compile("^/notices$")], notices, "Notices")


def serve() -> None:
    """Serve until the process ends. Its log is as in the configuration that Synapse generates."""
    one_time_logging_setup()
    text = DEFAULT_LOG_CONFIG.substitute(log_file=WORK / "synapse-lines.log")
    logging.config.dictConfig(YAML(typ="safe", pure=True).load(text))
    serve_on_twisted(site(register))
