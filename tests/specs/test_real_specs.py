"""Real specs of the world: each generates, imports, is clean, and every operation is reached."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest

from counterfoil import JsonResource
from counterfoil_codegen import ir
from counterfoil_codegen.pipeline import Reading
from tests.serving import Exchange, Server, serve
from tests.specs.catalogue import MISSING, REAL_APIS, SPECS, RealApi
from tests.specs.generation import Generated, generate_all
from tests.specs.wellformed import Built, build_request

pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason=MISSING)
METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH")
