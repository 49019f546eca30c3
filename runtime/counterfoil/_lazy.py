"""Packages whose modules are imported when a name in them is first used (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

__all__ = ["lazy"]


def lazy(package: str, modules: Mapping[str, Sequence[str]]) -> Callable[[str], object]:
    """A module-level `__getattr__` for *package*.

    *modules* maps the name of each submodule to the names that it offers. The first use of one of
    them imports the submodule and binds all of its names in the package, so that later uses of any
    of them are plain attribute look-ups.

    What it returns raises `AttributeError` for a name that no submodule offers.
    """
    home = {name: module for module, names in modules.items() for name in names}

    def load(name: str) -> object:
        module = home.get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        loaded = vars(import_module(f"{package}.{module}"))
        namespace = vars(sys.modules[package])
        namespace.update({each: loaded[each] for each in modules[module]})
        return namespace[name]

    return load
