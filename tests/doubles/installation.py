"""A home with the samples' cast: senders, mandates, register; and bureaus that drop files at a time a test decides."""

import csv
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import make_url, text

from flexibatch.adapters.dimona.files import register_file
from flexibatch.adapters.folders import make_sender_folders
from flexibatch.adapters.signatures.certificates import read_certificates, told
from flexibatch.adapters.spool.local.listing import scan_folder
from flexibatch.adapters.store import bureaus, employers, mandates
from flexibatch.adapters.store.audit import By
from flexibatch.adapters.store.certificates import add_certificate
from flexibatch.adapters.store.importing import import_file
from flexibatch.domain.bureaus import Mandate, NewSender
from flexibatch.domain.groups import DirectoryEntry
from flexibatch.domain.vocabulary import Language, SignatureDemand
from flexibatch.ports import Clock
from flexibatch.settings import FILE
from flexibatch.sweep_result import SweepResult
from flexibatch.watcher import Channel
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import Home, make_home
from flexibatch.wiring.outside import Mode, Outside
from samples import signing, today
from tests.doubles.clock import CountedReferences, CountedTickets, FixedClock
from tests.doubles.host_keys import put_host_keys
from tests.doubles.server import Server

SAMPLES = Path(__file__).parents[2] / "samples"
SIGNER = told(read_certificates(signing.CERTIFICATE.read_bytes(), "the samples' signer")[0])


def moved_to(day: date, path: Path) -> tuple[str, bytes]:
    """Return name and content of a sample's file, moved to a day as the demo moves them to today."""
    return today.moved_name(path.name, day), today.moved(path.read_bytes(), day)


def moved_to_today(path: Path) -> tuple[str, bytes]:
    """Return name and content of a sample's file, moved to today as the demo moves them."""
    return moved_to(today.this_day(), path)


class Installation:
    """A home, its cast, a clock and tickets that are the same every time."""

    def __init__(self, home: Home, clock: Clock) -> None:
        self.home, self.clock = home, clock
        self.dropped_ns: dict[str, int] = {}
        self.outside = Outside(clock, CountedTickets(), self._scan, references=CountedReferences())
        self.opened = ExitStack()

    @classmethod
    def made(cls, path: Path, settings: Mapping[str, object] | None = None) -> "Installation":
        """Make a home with the cast of the samples."""
        put_host_keys(path)
        installation = cls(make_home(path, _environ(settings or {})), FixedClock())
        installation.register_samples()
        return installation

    @property
    def spool(self) -> Path:
        """Return the spool."""
        return self.home.settings.spool

    def inbox(self, sender: str = "000640", folder: str = "IN") -> Path:
        """Return a folder of a sender."""
        return self.spool / "senders" / sender / folder

    def components(self, mode: Mode = Mode.COMMAND) -> Components:
        """Make components anew, as another process would; they are closed with the installation."""
        components = Components(self.home, self.outside, mode)
        self.opened.callback(components.close)
        return components

    def channel(self) -> Channel:
        """Assemble the channel."""
        return self.components(Mode.SWEEP).channel

    def patient_channel(self) -> Channel:
        """Assemble the channel as `watch` does."""
        return self.components(Mode.WATCH).channel

    def close(self) -> None:
        """Close what was opened; what comes after opens it again."""
        self.opened.close()
        self.home.close()

    def sweep(self) -> SweepResult:
        """Sweep once."""
        return self.channel().sweep()

    def drop(self, path: Path, sender: str = "000640", folder: str = "IN") -> None:
        """Put a file into an inbox, now by the installation's clock."""
        self.put(path.name, path.read_bytes(), sender, folder)

    def put(self, name: str, content: bytes = b"", sender: str = "000640", folder: str = "IN") -> None:
        """Put bytes into an inbox, now by the installation's clock."""
        (self.inbox(sender, folder) / name).write_bytes(content)
        self.dropped_ns[name] = int(self.clock.now().timestamp() * 1000) * 1_000_000

    def hold(self, sender: str) -> None:
        """Put a sender on hold: its sets wait."""
        with self.home.database.writing() as connection:
            bureaus.hold_sender(connection, By("test", self.clock.now()), sender)

    def agree(self, acceptance: str, sender: str = "000640") -> None:
        """Agree with a sender on acceptance by `line` or `form`; `default` takes it back."""
        with self.home.database.writing() as connection:
            bureaus.set_sender(connection, By("test", self.clock.now()), sender, acceptance=acceptance)

    def import_register(self, path: Path) -> None:
        """Import a register file."""
        with register_file(path) as file:
            import_file(self.home.database, file, now=self.clock.now(), progress=lambda _rows: None)

    def published(self, sender: str = "000640") -> dict[str, bytes]:
        """Return what lies in the out folders of a sender, by folder and name."""
        root = self.spool / "senders" / sender
        return {
            path.name: path.read_bytes()
            for folder in ("OUT", "OUTTEST", "OUTTEST-S")
            for path in sorted((root / folder).iterdir())
        }

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Ask the database."""
        with self.home.database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def _scan(self, folder: Path) -> Iterator[DirectoryEntry]:
        """List a folder with the times at which this installation's bureaus dropped their files."""
        for entry in scan_folder(folder):
            yield DirectoryEntry(entry.name, self.dropped_ns.get(entry.name, entry.changed_ns), entry.kind)

    def import_of_today(self, path: Path) -> None:
        """Import a register file, its dates moved to today."""
        self.import_of(today.this_day(), path)

    def import_of(self, day: date, path: Path) -> None:
        """Import a register file, its dates moved to a day."""
        name, content = moved_to(day, path)
        target = self.home.path / name
        target.write_bytes(content)
        self.import_register(target)

    def register_samples_of_today(self) -> None:
        """Register the cast, with a register that covers today."""
        self.register_samples_of(today.this_day())

    def register_samples_of(self, day: date) -> None:
        """Register the cast, with a register that covers a day."""
        self._register_senders()
        self.import_of(day, SAMPLES / "register.csv")
        self.import_of(day, SAMPLES / "replacements.csv")

    def register_samples(self) -> None:
        """Register the cast, with the register of the samples' own day."""
        self._register_senders()
        self.import_register(SAMPLES / "register.csv")
        self.import_register(SAMPLES / "replacements.csv")

    def _register_senders(self) -> None:
        by = By("test", self.clock.now())
        with self.home.database.writing() as connection:
            for row in _rows("senders.csv"):
                demand = SignatureDemand(row["signature"])
                new = NewSender(row["number"], row["name"], Language(row["language"]), demand)
                bureaus.add_sender(connection, by, new)
                if demand is SignatureDemand.REQUIRED:
                    add_certificate(connection, by, new.number, SIGNER)
                make_sender_folders(self.spool, row["number"])
            for row in _rows("mandates.csv"):
                start = date.fromisoformat(row["from"])
                numbers = (row["nsso_number"] or None, row["enterprise_number"] or None)
                made = Mandate(row["sender"], *numbers, start)
                mandates.add_mandate(connection, by, made)
            for row in _rows("third_payers.csv"):
                employers.mark_third_payer(connection, by, row["nsso_number"], third_payer=True)


def copied(installation: Installation, path: Path) -> Installation:
    """Copy an installation that nothing happened in yet; much faster than making one."""
    shutil.copytree(installation.home.path, path)
    return Installation(Home.open(path, {}), FixedClock())


def copied_on(server: Server, installation: Installation, path: Path) -> Installation:
    """Copy an installation whose database is on a server, and that nobody is connected to."""
    shutil.copytree(installation.home.path, path)
    name = server.create(str(make_url(installation.home.settings.database).database))
    (path / FILE).write_text(f'database = "{server.url(name)}"\n', encoding="utf-8")
    return Installation(Home.open(path, {}), FixedClock())


@dataclass(frozen=True, slots=True)
class Installations:
    """An installation that nothing happened in yet, and the server that its database is on, if it is on one."""

    installation: Installation
    server: Server | None

    @contextmanager
    def copy(self, path: Path, settings: Mapping[str, object] | None = None) -> Iterator[Installation]:
        """Yield a copy of it for a while, with settings of its own where there are any."""
        made = (
            copied_on(self.server, self.installation, path)
            if self.server
            else copied(self.installation, path)
        )
        database = made.home.settings.database
        if settings:
            made.close()
            made = Installation(Home.open(path, _environ(settings)), FixedClock())
        yield made
        made.close()
        if self.server:
            self.server.drop(str(make_url(database).database))


def _environ(settings: Mapping[str, object]) -> dict[str, str]:
    return {f"FLEXIBATCH_{key.upper()}": _spelled(value) for key, value in settings.items()}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


def _spelled(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
