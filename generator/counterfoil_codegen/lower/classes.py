"""The classes that a package has, by what they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from counterfoil_codegen import ir
from counterfoil_codegen.lower.context import Names
from counterfoil_codegen.lower.forms import FormNames
from counterfoil_codegen.lower.headers import HeaderNames
from counterfoil_codegen.lower.responses import ErrorKey


@dataclass(frozen=True, slots=True)
class Classes:
    """What operations need to know of the rest of the package when they are finished."""

    models: Names
    errors: Mapping[ErrorKey, ir.Error]
    headers: HeaderNames
    forms: FormNames
