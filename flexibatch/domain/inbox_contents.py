"""What lies in an inbox and is not claimed: sets that lack something, and what is recognised as part of no set.

Source: docs/spec/channel.md, "Sets".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import nsmallest

from flexibatch.domain.findings import Finding
from flexibatch.domain.groups import DirectoryEntry
from flexibatch.domain.strays import StrayReason, stray_reason

TOLD_AFTER = 60 * 10**9
"""Nanoseconds after its last change from which what waits is told: before, it may still be uploaded."""
SETS_TOLD, STRAYS_TOLD = 50, 20
"""Sets and strays of one inbox that are told by name; the others are counted."""


@dataclass(frozen=True, slots=True)
class WaitingSet:
    """A set that lacks something: its first file, since when, until when it is waited for, what it lacks."""

    since_ns: int
    name: str
    until_ns: int
    lacking: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Stray:
    """A directory entry that is part of no set, and why."""

    name: str
    reason: StrayReason


@dataclass(slots=True)
class InboxContent:
    """What is told of one inbox: the sets that wait longest, the first strays by name, and how many more there are."""

    sets: list[WaitingSet] = field(default_factory=list)
    more_sets: int = 0
    strays: list[Stray] = field(default_factory=list)
    more_strays: int = 0

    @property
    def is_told(self) -> bool:
        """Return whether there is anything to tell."""
        return bool(self.sets or self.strays)

    def add_sets(self, waiting: Iterable[WaitingSet]) -> None:
        """Add sets that wait, in any order."""
        every = [*self.sets, *waiting]
        self.sets = nsmallest(SETS_TOLD, every, key=lambda one: (one.since_ns, one.name))
        self.more_sets += len(every) - len(self.sets)

    def add_strays(self, entries: Iterable[DirectoryEntry], now_ns: int, temporary_after: int) -> None:
        """Add entries that are part of no set; a temporary name is one only after so long."""
        strays = [
            Stray(entry.name, reason)
            for entry in entries
            if now_ns - entry.changed_ns >= TOLD_AFTER
            and (not (reason := stray_reason(entry)).passing or now_ns - entry.changed_ns >= temporary_after)
        ]
        self.strays = nsmallest(STRAYS_TOLD, strays, key=lambda one: one.name)
        self.more_strays = len(strays) - len(self.strays)
