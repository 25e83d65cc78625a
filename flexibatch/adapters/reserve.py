"""Room that is left free on the disks of spool and database: below it nothing more is taken in.

What was taken in is still judged, answered and archived: for that the reserve is there.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from flexibatch.errors import Unavailable

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Reserve:
    """How many bytes stay free, and where."""

    size: int = 0
    folders: tuple[Path, ...] = ()

    def lacking(self) -> str:
        """Say which disk has less than the reserve, for an operator; nothing where none has."""
        for folder in self.folders if self.size else ():
            try:
                free = shutil.disk_usage(folder).free
            except FileNotFoundError:
                continue  # those who need the folder say so
            if free < self.size:
                return (
                    f"{free // MIB} MiB are free in {folder}, fewer than `reserve_bytes` "
                    f"({self.size // MIB} MiB): nothing more is taken in. "
                    "Make room (`flexibatch purge`); then it goes on by itself."
                )
        return ""

    def require(self) -> None:
        """Raise `Unavailable` where nothing more may be taken in."""
        told = self.lacking()
        if told:
            raise Unavailable(told)


NO_RESERVE = Reserve()
