"""What an answer's encoding costs, and for how long it holds up everything else.

    python -m benchmarks.encoding

Small answers are encoded in one go, large ones in steps. Beside them stand canonicaljson, json and,
where it is installed, orjson, each in one go. A ratio is the time of canonicaljson divided by the
time of the other: more is faster.
"""

from __future__ import annotations

import importlib
import json
import time
import timeit
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from canonicaljson import encode_canonical_json
from counterfoil._json.encoding import encode
from counterfoil._json.jsonable import jsonable
from counterfoil._json.slices import encoded_in_slices
from counterfoil._json.weighing import is_large

from benchmarks.machine import best
