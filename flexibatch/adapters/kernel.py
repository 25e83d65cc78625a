"""Have the operating system end this process when one piece of work takes more than it may.

Source: docs/operations.md, "How sets move"; setrlimit(2) and getitimer(2). What a timer ends is ended by its
signal, also in the middle of a library.
"""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flexibatch.domain.budget import Budget

CPU_USED_UP, TIME_OVER = signal.SIGPROF, signal.SIGALRM
"""The signals by which a process ends that used up its processor time, or its time."""

SPARE = 167_772_160
"""Bytes of address space that no single request of a library takes (160 MiB): with less left one may have failed."""


@contextmanager
def within(budget: Budget) -> Iterator[None]:
    """Bound what is done meanwhile; raise `MemoryError` at its end where memory may have been refused.

    Libraries take a refusal for a fault of what they read: what was found then is not to be believed.
    """
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = budget.memory if hard == resource.RLIM_INFINITY else min(budget.memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    signal.setitimer(signal.ITIMER_PROF, budget.cpu)
    signal.setitimer(signal.ITIMER_REAL, budget.wall)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    if most_memory() > most - SPARE:
        raise MemoryError("the memory that a set may have was used up")


def most_memory() -> int:
    """Return the most address space that this process ever had, in bytes."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmPeak"))


def keep_no_core() -> None:
    """Let no image of this process's memory be written when it is ended: it holds what bureaus sent."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
