"""Strays are told once, and of very many in one inbox only so many by name."""

from collections.abc import Collection

import structlog

log = structlog.get_logger()

STRAYS_TOLD = 1000
"""Strays of one inbox that are told by name."""


class StrayLog:
    """Report files that belong to no set."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self._told: dict[tuple[str, str], set[str]] = {}
        self._crowded: set[tuple[str, str]] = set()

    def tell(self, sender: str, folder: str, names: Collection[str]) -> None:
        """Report strays once a process, however often they are seen: `watch` looks every few seconds.

        Of very many in one inbox only so many are told by name, so that no bureau fills the log.
        """
        told = self._told.setdefault((sender, folder), set())
        told.intersection_update(names)
        new = [name for name in names if name not in told]
        for name in new[: STRAYS_TOLD - len(told)]:
            told.add(name)
            log.warning("inbox.stray", sender=sender, folder=folder, name=name[:100])
        left = len(names) - len(told)
        if left and (sender, folder) not in self._crowded:
            log.warning("inbox.strays_left", sender=sender, folder=folder, left=left)
        (self._crowded.add if left else self._crowded.discard)((sender, folder))
