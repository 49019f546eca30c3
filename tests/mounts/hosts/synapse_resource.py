"""Matrix Synapse's `JsonResource` and site, with as little of a homeserver as they ask for."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from counterfoil import HttpServer
from synapse.config.server import HttpListenerConfig, TCPListenerConfig
from synapse.http.server import JsonResource
from synapse.http.site import SynapseSite
from synapse.util.clock import Clock
from twisted.internet import reactor
from twisted.web.server import Site


class Homeserver:
    """What its resources and sites ask of a homeserver."""

    hostname = "mounts.test"
    config = SimpleNamespace(worker=SimpleNamespace(worker_replication_secret=None))
    agent = None  # of its client for other homeservers, which nothing here uses

    def __init__(self) -> None:
        self._clock = Clock(reactor, server_name=self.hostname)

    def get_clock(self) -> Clock:
        return self._clock

    def get_federation_http_client(self) -> Homeserver:
        return self


def site(register: Callable[[HttpServer], None]) -> Site:
    """Serves what *register* registers."""
    homeserver = Homeserver()
    resource = JsonResource(homeserver)
    register(resource)
    listener = TCPListenerConfig(
        port=0, bind_addresses=[], type="http", http_options=HttpListenerConfig()
    )
    made: Site = SynapseSite(
        logger_name="synapse.access.http",
        site_tag="mounts",
        config=listener,
        resource=resource,
        server_version_string="Synapse",
        max_request_body_size=1024 * 1024,
        reactor=reactor,
        hs=homeserver,
    )
    return made
