"""The private folder of one set: what was moved out of the inbox, what is judged and kept, the answers, what came late.

`<place>/<ticket>/` holds `arrived/` (what was moved out of the inbox), `in/` (the copies that are judged and kept),
`out/run-<n>/` (the answers of a run as they were written, and its lines) and, in the archive, `late/<ticket>/` (sets
that came late to this one). `<place>` is `claimed`, `quarantine` or `archive/yyyy/mm/dd`.
"""

import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flexibatch.adapters.folders import ARCHIVE, CLAIMED, PRIVATE_MODE, QUARANTINE

_ARRIVED, _RECEIVED, _ANSWERS, _LATE = "arrived", "in", "out", "late"
_LINES = "lines.json.gz"


@dataclass(frozen=True, slots=True)
class SetFolder:
    """Where the private folder of one set is; it need not be there.

    >>> SetFolder(Path("claimed/T")).answers(2).as_posix()
    'claimed/T/out/run-2'
    """

    path: Path

    @classmethod
    def claimed(cls, spool: Path, ticket: str) -> "SetFolder":
        """Return the folder of a set that waits for its verdict."""
        return cls(spool / CLAIMED / ticket)

    @classmethod
    def quarantined(cls, spool: Path, ticket: str) -> "SetFolder":
        """Return the folder of a set in quarantine."""
        return cls(spool / QUARANTINE / ticket)

    @classmethod
    def archived(cls, spool: Path, received_on: date, ticket: str) -> "SetFolder":
        """Return the folder of an archived set, by the day it was received."""
        return cls(spool / ARCHIVE / f"{received_on:%Y/%m/%d}" / ticket)

    # ------------------------------------------------------------------------------------------------- paths

    @property
    def arrived(self) -> Path:
        """Return where files lie as they were moved out of the inbox."""
        return self.path / _ARRIVED

    @property
    def received(self) -> Path:
        """Return where the received files lie: the copies that are judged and kept."""
        return self.path / _RECEIVED

    def answers(self, run: int) -> Path:
        """Return where the answers of a run are written."""
        return self.path / _ANSWERS / f"run-{run}"

    def lines(self, run: int) -> Path:
        """Return where the lines of a run are kept for its pages."""
        return self.answers(run) / _LINES

    @property
    def late(self) -> Path:
        """Return where the folders of sets lie that came late to this one."""
        return self.path / _LATE

    @property
    def is_late(self) -> bool:
        """Return whether this is the folder of a set that came late to another."""
        return self.path.parent.name == _LATE

    @property
    def retained(self) -> tuple[Path, Path]:
        """Return the folders whose bytes are kept until the set is purged: received files, and answers of all runs."""
        return self.received, self.path / _ANSWERS

    def new_copy(self) -> Path:
        """Return the name under which this thread makes a copy, before it is renamed into `received`."""
        return self.path / f"{_RECEIVED}-{os.getpid()}-{threading.get_ident()}"

    def begun_copies(self) -> Iterator[Path]:
        """Return copies that were begun and not renamed."""
        return self.path.glob(f"{_RECEIVED}-*")

    # --------------------------------------------------------------------------------------------- what is there

    def make(self) -> None:
        """Make the folder as a claim needs it; may be repeated."""
        self.arrived.mkdir(mode=PRIVATE_MODE, parents=True, exist_ok=True)
        self.received.mkdir(mode=PRIVATE_MODE, exist_ok=True)

    def remove_empty(self) -> None:
        """Remove the folder of a set that was gone before anything of it was moved."""
        for inner in (self.arrived, self.received, self.path):
            inner.rmdir()

    def has(self, name: str) -> bool:
        """Return whether a file of this name was moved or fetched into the folder, or copied there."""
        arrived = self.arrived / name
        return arrived.is_symlink() or arrived.exists() or (self.received / name).exists()

    def remove_arrived(self, names: Iterable[str]) -> None:
        """Remove what was moved, as far as there are copies of it."""
        for name in names:
            if (self.received / name).exists():
                (self.arrived / name).unlink(missing_ok=True)
        if self.arrived.is_dir() and not any(self.arrived.iterdir()):
            self.arrived.rmdir()
