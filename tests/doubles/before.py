"""Stand before a port, as what a test does otherwise than it."""

from typing import Any


class Before:
    """Stand before a port and do one thing otherwise."""

    def __init__(self, inner: Any, **otherwise: Any) -> None:  # noqa: ANN401 - any port
        self._inner, self._otherwise = inner, otherwise

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the port has
        return self._otherwise.get(name) or getattr(self._inner, name)
