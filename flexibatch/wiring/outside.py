"""What the program takes from outside of its home: time, chance, folders as they are listed, processes, its mode."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from flexibatch.adapters.clock import RandomReferences, RandomTickets, SystemClock
from flexibatch.adapters.spool.local.listing import scan_folder
from flexibatch.domain.groups import DirectoryEntry
from flexibatch.ports import Clock, References, Tickets


class Mode(StrEnum):
    """How the program runs, which decides for whom it waits."""

    COMMAND = "command"
    """It does one thing, and waits for a server elsewhere as long as that takes."""
    SWEEP = "sweep"
    """It does all that can be done now: no slow server elsewhere holds up the others."""
    WATCH = "watch"
    """It sweeps again and again: young GOs and backed-off sets are left alone until it is their time."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What a channel takes from outside: time, chance, how a folder is listed, and processes.

    `apart` has sets judged in processes of their own, which take this machine's time and chance.
    """

    clock: Clock
    tickets: Tickets
    scan: Callable[[Path], Iterable[DirectoryEntry]] = scan_folder
    apart: bool = False
    references: References = field(default_factory=RandomReferences)

    @classmethod
    def real(cls) -> "Outside":
        """Take this machine's time, chance, folders and processes."""
        return cls(SystemClock(), RandomTickets(), apart=True)

    @classmethod
    def at(cls, clock: Clock) -> "Outside":
        """Take this machine's chance and folders, and the time of a clock: only its own lets sets be judged apart."""
        return replace(cls.real(), clock=clock, apart=isinstance(clock, SystemClock))
