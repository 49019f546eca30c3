"""CF5xx: the project's configuration, and the files that were generated.

These speak of the user's own project, never of a spec.
"""

from __future__ import annotations

from typing import Final

from counterfoil_codegen.diagnostics import Rule, Severity


def _error(number: str, summary: str) -> Rule:
    return Rule(number, Severity.ERROR, summary)


# [tool.counterfoil]
CONFIG_SYNTAX: Final = _error("CF501", "pyproject.toml is TOML 1.0, encoded in UTF-8.")
CONFIG_UNKNOWN_KEY: Final = _error("CF502", "[tool.counterfoil] holds only keys that are known.")
CONFIG_MISSING_KEY: Final = _error("CF503", "[tool.counterfoil] says what it must say.")
CONFIG_WRONG_TYPE: Final = _error("CF504", "A value of [tool.counterfoil] has its key's type.")
CONFIG_BAD_VALUE: Final = _error("CF505", "A value of [tool.counterfoil] is usable.")
NO_ROOT: Final = _error("CF506", "The specs of one API lie under one root.")

# Writing
FOREIGN_FILE: Final = _error("CF511", "No file that counterfoil did not write is in its way.")
SYMLINK: Final = _error("CF512", "No symbolic link stands where counterfoil would write.")
BAD_MANIFEST: Final = Rule(
    "CF513", Severity.WARNING, "The manifest is the one that counterfoil wrote."
)
KEPT_FILE: Final = Rule(
    "CF514", Severity.WARNING, "A file that is no longer generated was not edited by hand."
)
UNWRITABLE: Final = _error("CF515", "The output folder can be written to.")

# Drift
OUTDATED: Final = _error("CF521", "A generated file follows from the spec as it is now.")
EDITED: Final = _error("CF522", "A generated file is not edited by hand.")
MISSING: Final = _error("CF523", "Each file that the spec asks for is there.")
STALE: Final = _error("CF524", "A generated file that the spec no longer asks for is gone.")
