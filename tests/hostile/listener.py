"""Runs the command that is given, and tells what the interpreter did on the way.

It is run in a process of its own, as an audit hook cannot be taken away again.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from counterfoil_codegen import cli

_CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link")
_NEVER = ("socket.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "ctypes.", "urllib.")


def listen(arguments: list[str]) -> int:
    """The exit code of `counterfoil` with *arguments*; the last line says what was heard."""
    heard: list[tuple[str, str]] = []

    def hear(event: str, values: tuple[object, ...]) -> None:
        if (event == "open" and _writes(values)) or (event in _CHANGES and not _is_in(values)):
            heard.append(("write", os.path.realpath(str(values[0]))))
        elif event == "subprocess.Popen":
            heard.append(("run", _command(values[1])))
        elif event.startswith(_NEVER):
            heard.append((event, str(values)[:200]))

    sys.addaudithook(hear)
    try:
        return cli.main(arguments)
    finally:
        os.write(1, json.dumps(heard).encode())


def _writes(values: tuple[object, ...]) -> bool:
    """Whether a file is opened to be changed, by its name."""
    if isinstance(values[0], int):
        return False
    mode, flags = values[1], values[2]
    by_mode = isinstance(mode, str) and any(sign in mode for sign in "wax+")
    return by_mode or (isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR)))


def _is_in(values: tuple[object, ...]) -> bool:
    """Whether a name is one in a folder that is open: that one was heard of before."""
    return (
        isinstance(values[-1], int) and values[-1] >= 0 and not Path(str(values[0])).is_absolute()
    )


def _command(arguments: object) -> str:
    """What is run, without its own arguments."""
    words = arguments if isinstance(arguments, list) else [arguments]
    return " ".join(str(word) for word in words[:2])


if __name__ == "__main__":
    sys.exit(listen(sys.argv[1:]))
