"""Raw uvicorn without an access log, which it has by default."""

from __future__ import annotations

from benchmarks.serving.launch import serve_on_uvicorn
from benchmarks.serving.peers.raw_uvicorn import lifespan_or_app


def serve() -> None:
    """Serve until the process ends."""
    serve_on_uvicorn(lifespan_or_app, access_log=False)
