"""A set in a real spool, and stand-ins for what the inboxes ask: who the senders are, and how a folder is listed."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from flexibatch.adapters.folders import make_sender_folders, make_spool
from flexibatch.adapters.spool.private_folders import PrivateFolders
from flexibatch.domain.case import Case, Claim, ReceivedFile, Sender, Ticketed
from flexibatch.domain.groups import DirectoryEntry
from flexibatch.domain.vocabulary import Environment, Language, SignatureDemand, Subject
from flexibatch.errors import Unavailable

KEY = "FLEX.000640.20261005.00001.R"
GO, FI, FI2 = f"GO.{KEY}.2", f"FI.{KEY}.2.1", f"FI.{KEY}.2.2"
NAMES = (GO, FI, FI2)
NOON = datetime(2026, 10, 5, 10, tzinfo=UTC)
DAY = date(2026, 10, 5)
LIMIT = 1000
TICKET = "T000000000001"
BUREAU = Sender("000640", "Bureau", Language.NL, SignatureDemand.OPTIONAL)
CLAIM = Claim("000640", Environment.REAL, Subject.DECLARATION, GO, KEY, GO, NAMES, NOON, DAY)
SET = Ticketed(TICKET, CLAIM)
CASE = Case(
    ticket=TICKET,
    name=GO,
    subject=Subject.DECLARATION,
    sender=BUREAU,
    environment=Environment.REAL,
    arrival=1,
    arrived_at=NOON,
    received_on=DAY,
    run=1,
    files=(),
)
KEPT = {f"in/{FI}": b"one", f"in/{FI2}": b"two", f"in/{GO}": b""}
"""What lies in the private folder of the set."""


def made_spool(path: Path) -> Path:
    """Make a spool with the folders of one sender."""
    make_spool(path)
    make_sender_folders(path, "000640")
    return path


def filled_inbox(spool: Path) -> Path:
    """Put a complete set of two parts into an inbox."""
    folder = spool / "senders/000640/IN"
    (folder / FI).write_bytes(b"one")
    (folder / FI2).write_bytes(b"two")
    (folder / GO).write_bytes(b"")
    return folder


def keep_whole(private_folders: PrivateFolders) -> Sequence[ReceivedFile]:
    """Keep the set as a claim does, to its end; give what was kept."""
    files = private_folders.keep(SET)
    private_folders.settle([SET])
    return files


def tree(folder: Path) -> dict[str, bytes]:
    """Return all files under a folder with their bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def sha(data: bytes) -> str:
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


@dataclass
class KnownTo:
    """Stand in for the store: who the senders are, which names they used."""

    all: tuple[Sender, ...] = (BUREAU,)
    used: dict[str, str] = field(default_factory=dict)

    def senders(self) -> Collection[Sender]:
        return self.all

    def received(self, number: str, environment: Environment, keys: Collection[str]) -> Mapping[str, str]:
        assert (number, environment) in {(one.number, each) for one in self.all for each in Environment}
        return {key: self.used[key] for key in keys if key in self.used}


@dataclass
class Listed:
    """Stand in for inboxes whose change times a test decides; folders that are not named are empty."""

    folders: dict[str, list[DirectoryEntry]]
    asked: list[str] = field(default_factory=list)

    def begin_listing(self, sender: str, environment: Environment) -> None:
        """Hear what will be listed."""

    def list_inbox(self, sender: str, environment: Environment) -> list[DirectoryEntry]:
        self.asked.append(f"{sender}/{environment.inbox}")
        if self.asked[-1] == "000641/IN":
            raise Unavailable("The folder cannot be listed.")
        return self.folders.get(self.asked[-1], [])


def nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 10**9


def lone(number: int, ago: float, environment: str = "R", sender: str = "000640") -> list[DirectoryEntry]:
    """Make a set of one part."""
    key = f"FLEX.{sender}.20261005.{number:05d}.{environment}"
    changed_ns = nanoseconds(NOON) - int(ago * 10**9)
    return [DirectoryEntry(f"FI.{key}.1.1", changed_ns), DirectoryEntry(f"GO.{key}.1", changed_ns)]
