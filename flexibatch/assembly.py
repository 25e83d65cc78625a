"""Put the channel together from a home: the one place where the journey meets its adapters."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flexibatch.adapters.answers.press import AnswerPress
from flexibatch.adapters.clock import RandomTickets, SystemClock
from flexibatch.adapters.reports import ReportPages
from flexibatch.adapters.spool.inbox import Inboxes, Waits
from flexibatch.adapters.spool.keeping import Keeping
from flexibatch.adapters.spool.outbox import Outboxes
from flexibatch.adapters.store.claims import Claims
from flexibatch.adapters.store.ledger import StoredLedger
from flexibatch.adapters.tables import edition, load_catalogue, load_categories
from flexibatch.adapters.xml.documents import KeptDocuments
from flexibatch.adapters.xml.reader import DocumentReader
from flexibatch.adapters.xml.schemas import Schemas
from flexibatch.bootstrap import Home
from flexibatch.domain.case import Case, Claim, ReceivedFile, Report, Ticketed, Verdict
from flexibatch.domain.envelope import Limits
from flexibatch.domain.sets import Entry
from flexibatch.pipeline import World
from flexibatch.ports import Clock, Tickets
from flexibatch.settings import Settings
from flexibatch.watcher import Channel


@dataclass(frozen=True, slots=True)
class Outside:
    """Hold what a channel takes from outside: time, chance, and how a folder is listed (None: as it is)."""

    clock: Clock
    tickets: Tickets
    scan: Callable[[Path], Iterable[Entry]] | None = None

    @classmethod
    def real(cls) -> "Outside":
        """Take this machine's time, chance and folders."""
        return cls(SystemClock(), RandomTickets())


class Dispatch:
    """Fulfil the port `Outbox`: answers and pages into the bureau's folders, the set into the archive."""

    def __init__(self, outboxes: Outboxes, pages: ReportPages, keeping: Keeping) -> None:
        """Keep who puts down what."""
        self._outboxes, self._pages, self._keeping = outboxes, pages, keeping

    def publish(self, verdict: Verdict) -> None:
        """Put down the answers."""
        self._outboxes.publish(verdict)

    def report(self, report: Report) -> None:
        """Put down the page for people and its JSON."""
        self._outboxes.put_page(report.case, "html", self._pages.html(report))
        self._outboxes.put_page(report.case, "json", self._pages.json(report))

    def archive(self, case: Case) -> None:
        """Move the set's private folder to the archive."""
        self._keeping.archive(case)


class Gate:
    """Fulfil the watcher's `Arrivals`: look into inboxes, move what is claimed."""

    def __init__(self, inboxes: Inboxes, keeping: Keeping) -> None:
        """Keep who looks and who moves."""
        self._inboxes, self._keeping = inboxes, keeping

    def look(self, now: datetime, *, patient: bool) -> Iterator[Claim]:
        """Give what is to be claimed."""
        return self._inboxes.look(now, patient=patient)

    def take(self, ticketed: Ticketed) -> bool:
        """Rename a set into its private folder."""
        return self._keeping.take(ticketed)

    def keep(self, ticketed: Ticketed) -> Sequence[ReceivedFile]:
        """Make the private copies."""
        return self._keeping.keep(ticketed)

    def quarantine(self, ticket: str) -> None:
        """Move a set to quarantine."""
        self._keeping.quarantine(ticket)


def limits_of(settings: Settings) -> Limits:
    """Give the limits of the envelope."""
    return Limits(settings.part_size, settings.max_name_age_days, settings.environments, settings.timezone)


def keeping_of(home: Home) -> Keeping:
    """Give the private folders of a home."""
    return Keeping(home.settings.spool, home.settings.part_size)


def world_of(home: Home, outside: Outside, *, patient: bool = False) -> World:
    """Put together everything the journey touches."""
    settings, keeping = home.settings, keeping_of(home)
    outboxes = Outboxes(settings.spool, keeping.folder)
    catalogue = load_catalogue(settings.rules)
    return World(
        clock=outside.clock,
        tickets=outside.tickets,
        ledger=StoredLedger(home.database, outside.clock, patient=patient),
        documents=KeptDocuments(DocumentReader(Schemas(settings.schemas)), keeping.folder),
        answers=AnswerPress(keeping.folder, settings.timezone),
        outbox=Dispatch(outboxes, ReportPages(settings.timezone), keeping),
        catalogue=catalogue,
        categories=load_categories(settings.categories),
        edition=edition(catalogue, settings.categories, settings.rules),
        limits=limits_of(settings),
        max_anomalies=settings.max_anomalies,
    )


def channel_of(home: Home, outside: Outside, *, patient: bool = False) -> Channel:
    """Put together a channel that sweeps the inboxes of a home."""
    settings = home.settings
    waits = Waits(
        settings.incomplete_after,
        settings.go_grace,
        settings.settle_for,
        settings.stray_after,
        settings.claim_delay,
        settings.max_waiting,
    )
    world = world_of(home, outside, patient=patient)
    claims = Claims(home.database, outside.tickets)
    inboxes = Inboxes(settings.spool, claims, limits_of(settings), waits, outside.scan)
    return Channel(
        world=world,
        claims=claims,
        failures=StoredLedger(home.database, outside.clock, patient=patient),
        arrivals=Gate(inboxes, keeping_of(home)),
        max_attempts=settings.max_attempts,
        patient=patient,
    )
