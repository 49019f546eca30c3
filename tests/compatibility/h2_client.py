"""Ask a server over TLS, by HTTP/2 if it offers that. For the environment of `make mounts`.

    python -m tests.compatibility.h2_client PORT CERTIFICATE

Prints what came, as JSON: by its path, the version of HTTP, the status and the body.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys

import httpx

from tests.compatibility.asked import ASKED


async def main(port: str, certificate: str) -> None:
    """Ask one after the other, and then many at once."""
    context = ssl.create_default_context(cafile=certificate)
    address = f"https://127.0.0.1:{port}"
    async with httpx.AsyncClient(http2=True, verify=context, base_url=address) as client:
        came = [await ask(client, *each) for each in ASKED]
        many = [ask(client, "GET", f"/api/items/{number}", b"") for number in range(100)]
        came += await asyncio.gather(*many)
    sys.stdout.write(json.dumps(came))


async def ask(
    client: httpx.AsyncClient, method: str, target: str, body: bytes
) -> tuple[str, int, str]:
    """The version, the status and the body of an answer; a status of 0 if it was torn."""
    try:
        answer = await client.request(method, target, content=body or None)
    except httpx.TransportError as error:
        return "", 0, str(error)
    return answer.http_version, answer.status_code, answer.text


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
