"""Modules that load when something of them is first used: help and completion wait for a command's options only."""

import gc
from importlib import import_module
from typing import Any


class LateModule:
    """A module by its name; whoever uses one tells the type checker of the module itself."""

    def __init__(self, name: str) -> None:
        """Keep the name; nothing is loaded yet."""
        self._name = name

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401 - whatever stands in the module
        """Load the module, and return what it holds under a name."""
        return getattr(_loaded(self._name), attribute)


def _loaded(name: str) -> object:
    """Load a module without looking for garbage: what a module makes stays."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return import_module(name)
    finally:
        if collecting:
            gc.enable()
