"""How much a spec may ask of this program. Past a limit there is an error, not a slow run.

The real specs that are tried (Matrix, GitHub, Twilio) come to 3.7 MB, 22 levels and 140,000 values.
"""

from __future__ import annotations

from typing import Final

# About three times the deepest real spec. What walks a spec recursively stays far from Python's own
# limit of 1,000 frames.
DEEPEST: Final = 64

# Keys and values of one document, each alias counted as what it stands for.
MOST_VALUES: Final = 1_000_000

LONGEST_CHAIN: Final = 100  # steps from one $ref to the next, before something else is there

# Far more than a 64-bit integer or a double needs; short of where int() takes quadratic time.
LONGEST_NUMBER: Final = 100  # characters
