"""Asks a server once, with a client that many use: `python ask.py requests URL SIZE EXPECT`.

Writes the status, and then the body. It runs in an environment that has the clients.
"""

from __future__ import annotations

import asyncio
import sys

import aiohttp
import requests

CONTINUE = "100-continue"


def by_requests(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """It sends all of the body, and reads then."""
    answer = requests.post(url, data=body, headers=headers, timeout=20)
    return answer.status_code, answer.text


def by_aiohttp(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """It waits to be told to go on where that is expected, and reads while it sends."""

    async def ask() -> tuple[int, str]:
        waits = headers.get("Expect") == CONTINUE
        given = {} if waits else headers
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=given, expect100=waits) as answer,
        ):
            return answer.status, await answer.text()

    return asyncio.run(ask())


CLIENTS = {"requests": by_requests, "aiohttp": by_aiohttp}

if __name__ == "__main__":
    name, url, size, *fields = sys.argv[1:]
    status, text = CLIENTS[name](
        url, b"x" * int(size), dict(field.split(": ", 1) for field in fields)
    )
    sys.stdout.write(f"{status} {text}")
