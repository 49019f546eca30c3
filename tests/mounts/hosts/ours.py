"""Counterfoil's own host: the reference."""

from __future__ import annotations

from collections.abc import Callable

from counterfoil import HttpServer, JsonResource, Site


def site(register: Callable[[HttpServer], None]) -> Site:
    """Serves what *register* registers."""
    root = JsonResource()
    register(root)
    return Site(root)
