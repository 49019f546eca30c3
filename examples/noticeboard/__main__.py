"""Serve the noticeboard: `python -m examples.noticeboard --help`."""

from __future__ import annotations

import logging
from argparse import ArgumentParser
from pathlib import Path
from typing import Final

import noticeboard
from counterfoil import AccessLog, JsonResource, Site, drain_on_shutdown
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import react
from twisted.logger import ILogObserver, STDLibLogObserver, globalLogBeginner

from examples.noticeboard.bell import Bell
from examples.noticeboard.handlers import Boards, Notices, Search
from examples.noticeboard.store import Store

TRY: Final = """\
The noticeboard is at {url} and keeps its notices in {database}. Try:

  curl -X PUT {url}/boards/lobby -d '{{"title": "Lobby"}}'
  curl {url}/boards/lobby/notices -H 'Idempotency-Key: 1' -d '{{"text": "Tea at four"}}'
  curl {url}/boards/lobby/notices
  curl '{url}/boards/lobby/next?after=1'  # waits: pin another notice meanwhile
  curl '{url}/search?text=tea&colour=yellow&colour=pink'
  curl {url}/boards/lobby/notices -d '{{"text": "", "colour": "puce"}}'  # what is wrong with it?

Ctrl-C stops it.
"""


async def serve(reactor: ReactorBase, listen: str, database: str) -> None:
    """Serve until the reactor stops."""
    Path(database).parent.mkdir(parents=True, exist_ok=True)
    store = await Store.open(reactor, database)
    root = JsonResource()
    noticeboard.register(
        root,
        boards=Boards(store),
        notices=Notices(store, IReactorTime(reactor), Bell()),
        search=Search(store),
    )
    site = Site(root, access_log=AccessLog())
    port = await serverFromString(reactor, listen).listen(site)
    drain_on_shutdown(reactor, site, [port], grace=5.0)
    address = port.getHost()
    print(TRY.format(url=f"http://{address.host}:{address.port}", database=database), flush=True)
    await Deferred[None]()


async def run(reactor: ReactorBase, listen: str, database: str) -> None:
    """Serve, or say in a line why that cannot be."""
    try:
        await serve(reactor, listen, database)
    except CannotListenError as error:
        raise SystemExit(f"{error} For another port: make run PORT=9000") from None


def main() -> None:
    parser = ArgumentParser("python -m examples.noticeboard", description="Serve the noticeboard.")
    parser.add_argument(
        "--listen",
        default="tcp:8080:interface=127.0.0.1",
        metavar="ENDPOINT",
        help="a Twisted server endpoint (default: %(default)s)",
    )
    parser.add_argument(
        "--database",
        default="var/noticeboard.sqlite3",
        metavar="PATH",
        help="the SQLite file, made if it is not there (default: %(default)s)",
    )
    given = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    globalLogBeginner.beginLoggingTo([ILogObserver(STDLibLogObserver())], redirectStandardIO=False)
    react(run, [given.listen, given.database])


if __name__ == "__main__":
    main()
