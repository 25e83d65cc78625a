"""What an attack costs the honest bureau and the machine: figures, their bars, and how they are shown."""

import statistics
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

LONGEST_WAIT = 5.0
"""Seconds from the rename of a GO to its answer."""
LONGEST_STAT = 0.25
SAMPLED_EVERY = 0.1
MIB = 1 << 20
_PAGE = 4096


def processes(pid: int) -> dict[int, int]:
    """Return a process and all that descend from it, with the bytes that each has in memory."""
    parents: dict[int, int] = {}
    pages: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            words = (path / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            parents[int(path.name)], pages[int(path.name)] = int(words[1]), int(words[21])
    mine = {pid}
    while more := {one for one, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return {one: pages[one] * _PAGE for one in mine if one in pages}


def memory(pid: int) -> int:
    """Return the MiB that a process and all that descend from it have in memory."""
    return sum(processes(pid).values()) // MIB


@dataclass(slots=True)
class Meter:
    """Note the most memory that a server ever had while it was looked at."""

    pid: int
    peak: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Look again and again, until the block is left."""
        looking = threading.Thread(target=self._look)
        looking.start()
        try:
            yield self
        finally:
            self._stop.set()
            looking.join()

    def _look(self) -> None:
        while not self._stop.wait(SAMPLED_EVERY):
            self.peak = max(self.peak, memory(self.pid))


@dataclass(slots=True)
class Row:
    """The figures of one attack; a wait is None where no answer came."""

    name: str
    waits: list[float | None] = field(default_factory=list)
    stats: list[float] = field(default_factory=list)
    logins: list[float] = field(default_factory=list)
    before: int = 0
    peak: int = 0
    after: int = 0
    seconds: float = 0.0
    sets: int = 0
    lost: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def broken(self) -> list[str]:
        """Say what went wrong, and which bars were not kept."""
        told = [f"lost: {one}" for one in self.lost[:5]] + self.faults
        unanswered = sum(one is None for one in self.waits)
        if unanswered:
            told.append(f"{unanswered} of {len(self.waits)} sets of the honest bureau got no answer in time")
        if worst(self.answered) > LONGEST_WAIT:
            told.append(f"the longest wait is over {LONGEST_WAIT:.0f} s")
        if worst(self.stats) > LONGEST_STAT:
            told.append(f"the slowest STAT is over {LONGEST_STAT * 1000:.0f} ms")
        if not self.stats:
            told.append("no STAT was answered")
        return told

    @property
    def answered(self) -> list[float]:
        """Return the waits of the sets that were answered."""
        return [one for one in self.waits if one is not None]

    def line(self) -> str:
        """Write the row of a table."""
        waits = self.answered
        median = statistics.median(waits) if waits else 0.0
        return (
            f"{self.name:28.28s} {self.seconds:6.1f} {self.sets:6d} "
            f"{len(self.waits):4d} {median:6.2f} {worst(waits):6.2f} "
            f"{len(self.stats):5d} {p99(self.stats) * 1000:6.0f} {worst(self.stats) * 1000:6.0f} "
            f"{worst(self.logins) * 1000:6.0f} {self.before:5d} {self.peak:5d} {self.after:5d} "
            f"{len(self.lost):4d}  {'; '.join(self.broken) or 'kept'}"
        )


HEAD = (
    f"{'attack':28s} {'s':>6s} {'sets':>6s} {'drop':>4s} {'wait':>6s} {'worst':>6s} "
    f"{'STATs':>5s} {'p99':>6s} {'worst':>6s} {'log-in':>6s} {'MiB':>5s} {'peak':>5s} {'after':>5s} {'lost':>4s}  bars"
)


def worst(values: Iterable[float]) -> float:
    """Return the largest, 0 of none."""
    return max(values, default=0.0)


def p99(values: Sequence[float]) -> float:
    """Return what one of a hundred is over."""
    return sorted(values)[len(values) * 99 // 100] if values else 0.0
