"""The command `counterfoil`.

This module and what it imports need nothing but Python's own library: so a runtime-only install can
say what it lacks, and `check` answers quickly. A verb is imported when it is run.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from types import FrameType
from typing import Final, NoReturn

from counterfoil_codegen import toolchain
from counterfoil_codegen.refusal import RefusalError, UsageError
from counterfoil_codegen.reporting import Format, visible
from counterfoil_codegen.verbs.findings import Findings

_VERBS: Final = {
    "init": "start a project",
    "generate": "generate the packages that the specs ask for",
    "check": "tell whether they are what the specs ask for",
    "routes": "list what the specs serve, and where that stands",
    "scaffold": "write handler skeletons for what has no handler",
    "serve": "serve what a function makes, in one process or several",
}
_SERVE: Final = "serve"
# What the extra `codegen` brings, by the names of its modules.
_EXTRA: Final = {"_ruamel_yaml", "datamodel_code_generator", "jinja2", "ruamel", "ruff", "tabulate"}
_EXTRA_MISSING: Final = (
    "{module!r} is not installed, which {verb!r} needs\nrun: pip install 'counterfoil[codegen]'\n"
)
_EXIT_CODES: Final = (
    "exit codes: 0 fine; 1 errors in a spec, or drift; 2 wrong usage, or trouble; 130 interrupted"
)
_OVERVIEW: Final = """\
Spec-first, strictly typed HTTP servers on Twisted: edit an OpenAPI spec, generate typed servlet
stubs, implement the handlers, and let `counterfoil check` tell CI when code and spec drift apart.

verbs:
{verbs}

Each says more with --help, as in `counterfoil generate --help`."""
_OBJECTS_BETWEEN_COLLECTIONS: Final = 200_000
_INTERRUPTED: Final = 128 + signal.SIGINT
_PIPE_CLOSED: Final = 141  # as a shell shows SIGPIPE
_TROUBLE: Final = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command on *argv* (default: the process's own); return its exit code.

    Raises:
        SystemExit: argparse has printed help, or what is wrong with the arguments.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    _print_anything()
    try:
        with _terminable():
            code = _run(arguments)
            sys.stdout.flush()
            return code
    except BrokenPipeError:
        # Whoever read our output has gone. Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except KeyboardInterrupt:
        sys.stderr.write("counterfoil: interrupted\n")
        return _INTERRUPTED


def _run(arguments: Sequence[str]) -> int:
    overview = _parser()
    if not arguments:
        overview.print_help(sys.stderr)
        overview.exit(_TROUBLE)
    given = overview.parse_args(arguments, namespace=_Given())
    if given.verb == _SERVE:  # of the runtime, which is no part of this
        os.execv(sys.executable, [sys.executable, "-m", "counterfoil", *given.rest])
    parser = argparse.ArgumentParser(
        prog=f"counterfoil {given.verb}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EXIT_CODES,
    )
    parser.add_argument(
        "--traceback", action="store_true", help="show where in counterfoil an error arose"
    )
    show_traceback = given.traceback or "--traceback" in given.rest
    form = Format.TEXT
    # Documents become trees of many small objects that live as long as the process.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    try:
        verb = import_module(f"counterfoil_codegen.verbs.{given.verb}")
        parser.description = verb.__doc__
        # Each verb takes the options that it configured; a module cannot say so in its type.
        configure: Callable[[argparse.ArgumentParser], _Formatted] = verb.configure
        run: Callable[[_Formatted], int] = verb.run
        options = parser.parse_args(given.rest, namespace=configure(parser))
        form = options.format
        return run(options)
    except Exception as error:
        if show_traceback:
            traceback.print_exception(error)
        return _explain(error, given.verb, form)


def _explain(error: Exception, verb: str, form: Format) -> int:
    """Say what went wrong; the exit code."""
    match error:
        case RefusalError():
            findings = Findings(form)
            findings.add_shown(error.diagnostics)
            findings.write()
        case UsageError():
            _say(f"{error}\n")
        case ModuleNotFoundError() if (error.name or "").partition(".")[0] in _EXTRA:
            _say(_EXTRA_MISSING.format(module=error.name, verb=verb))
        case BrokenPipeError():
            raise error
        case OSError():
            _say(f"{visible(str(error))}\n")
        case _:
            _say(
                f"internal error: {type(error).__name__}: {visible(_first_line(error))}\n"
                "This is a fault of counterfoil. Please report it, with what the same command "
                "prints with --traceback.\n"
            )
    return _TROUBLE


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:500]


def _say(text: str) -> None:
    sys.stderr.write(f"counterfoil: {text}")


class _Formatted:
    """What the options of every verb have in common."""

    format: Format


class _Given:
    """The command line, up to the verb."""

    verb: str
    rest: Sequence[str]
    traceback: bool = False


class _Version(argparse.Action):
    """`--version`: looked up only when it is asked for, and not by a slow import."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        version = toolchain.versions().get("counterfoil", "(run from its source)")
        sys.stdout.write(f"counterfoil {version}\n")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    verbs = "\n".join(f"  {name:<10} {text}" for name, text in _VERBS.items())
    parser = argparse.ArgumentParser(
        prog="counterfoil",
        usage="%(prog)s [-h] [--version] VERB ...",
        description=_OVERVIEW.format(verbs=verbs),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EXIT_CODES,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    parser.add_argument("--traceback", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("verb", choices=_VERBS, metavar="VERB", help="what to do")
    rest = parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    rest.required = False  # which is not named, then, when the verb is missing
    return parser


def _print_anything() -> None:
    """Text that the terminal's encoding lacks is escaped, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def _terminable() -> Iterator[None]:
    """While this runs, SIGTERM unwinds the stack, so that a write half done is taken back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
