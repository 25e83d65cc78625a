"""Put the channel together from a home: the one place where the journey meets its adapters."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from flexibatch.adapters import folders
from flexibatch.adapters.answers.press import AnswerPress, Finish, Seal
from flexibatch.adapters.clock import RandomTickets, SystemClock
from flexibatch.adapters.locks import Locks
from flexibatch.adapters.reports import ReportPages
from flexibatch.adapters.signatures.kept import KeptSignatures
from flexibatch.adapters.signatures.renewed import RenewedVerifier
from flexibatch.adapters.spool.arrivals import SpoolArrivals
from flexibatch.adapters.spool.inbox import Inboxes, Waits
from flexibatch.adapters.spool.interface import Spool
from flexibatch.adapters.spool.keeping import Keeping
from flexibatch.adapters.spool.local.listing import scan_folder
from flexibatch.adapters.spool.local.spool import LocalSpool
from flexibatch.adapters.spool.outbox import SpoolOutbox
from flexibatch.adapters.spool.routing import RoutedSpool
from flexibatch.adapters.store.claims import Claims
from flexibatch.adapters.store.ledger import StoredLedger
from flexibatch.adapters.tables import edition, load_catalogue, load_categories
from flexibatch.adapters.xml.documents import KeptDocuments
from flexibatch.adapters.xml.reader import DocumentReader
from flexibatch.adapters.xml.schemas import Schemas
from flexibatch.bootstrap import Home, reserve_of
from flexibatch.domain.envelope import Limits
from flexibatch.domain.groups import Entry
from flexibatch.pipeline import World
from flexibatch.ports import Clock, Tickets
from flexibatch.settings import Settings
from flexibatch.surplus import clearing
from flexibatch.watcher import Channel
from flexibatch.workers import Workers

if TYPE_CHECKING:
    from flexibatch.adapters.signatures.seal import AnswerSeal
    from flexibatch.adapters.spool.remote.spool import RemoteSpool


@dataclass(frozen=True, slots=True)
class Outside:
    """What a channel takes from outside: time, chance, how a folder is listed (None: as it is), and processes.

    `apart` has sets judged in processes of their own, which take this machine's time and chance.
    """

    clock: Clock
    tickets: Tickets
    scan: Callable[[Path], Iterable[Entry]] | None = None
    apart: bool = False

    @classmethod
    def real(cls) -> "Outside":
        """Take this machine's time, chance, folders and processes."""
        return cls(SystemClock(), RandomTickets(), apart=True)

    @classmethod
    def at(cls, clock: Clock) -> "Outside":
        """Take this machine's chance and folders, and the time of a clock: only its own lets sets be judged apart."""
        return replace(cls.real(), clock=clock, apart=isinstance(clock, SystemClock))


Elsewhere = Mapping[str, "RemoteSpool"]
"""The bureaus whose folders stand on another party's server, by sender number."""


def limits_of(settings: Settings) -> Limits:
    """Return the limits of the envelope."""
    return Limits(settings.part_size, settings.max_name_age_days, settings.environments, settings.timezone)


def schemas_of(settings: Settings) -> Schemas:
    """Return the schemas that messages are judged by."""
    return Schemas(settings.schemas, settings.open_quarters)


def keeping_of(home: Home) -> Keeping:
    """Return the private folders of a home."""
    return Keeping(home.settings.spool, home.settings.part_size)


def elsewhere_of(home: Home, clock: Clock, *, patient: bool = False, hurried: bool = False) -> Elsewhere:
    """Put together the bureaus' folders on other servers; nothing is connected before it is needed."""
    if not home.settings.remote:
        return {}
    from flexibatch.remotes import remote_spools  # noqa: PLC0415 - paramiko's 15 MB are for those who need them

    return remote_spools(home, clock, keeping_of(home).folder, patient=patient, hurried=hurried)


def spool_of(home: Home, outside: Outside, *, patient: bool = False, hurried: bool = False) -> RoutedSpool:
    """Return the spool of all bureaus, wherever their folders stand."""
    local = LocalSpool(home.settings.spool, keeping_of(home).folder, outside.scan or scan_folder)
    return RoutedSpool(local, elsewhere_of(home, outside.clock, patient=patient, hurried=hurried))


def verifier_of(settings: Settings) -> RenewedVerifier:
    """Return what verifies signatures, by the files of `[trust]`."""
    trust = settings.trust
    return RenewedVerifier(trust.roots, trust.crls, allow_sha1=trust.allow_sha1)


def seal_of(settings: Settings) -> "AnswerSeal | None":
    """Read what answers are signed with; None where they are not."""
    told = settings.answers
    if told.certificate is None or told.key is None:
        return None
    from flexibatch.adapters.signatures.seal import read_seal  # noqa: PLC0415 - as paramiko's

    return read_seal(told.certificate, told.key, told.timestamp_url)


def late_seal_of(settings: Settings) -> Seal | None:
    """Return what signs answers and reads its key with the first one: who only looks needs no key."""
    if settings.answers.certificate is None:
        return None
    made = cache(lambda: seal_of(settings))

    def sign(content: BinaryIO, moment: datetime) -> bytes:
        seal = made()
        if seal is None:
            raise LookupError("a certificate of [answers] has its key")
        return seal(content, moment)

    return sign


def outbox_of(home: Home, outside: Outside, spool: Spool | None = None) -> SpoolOutbox:
    """Return who puts answers down."""
    spool = spool_of(home, outside) if spool is None else spool
    return SpoolOutbox(spool, keeping_of(home), _pages(home.settings.timezone))


_pages = cache(ReportPages)
"""The pages of a time zone: their template is compiled once, however many channels a process makes."""


def world_of(
    home: Home,
    outside: Outside,
    *,
    patient: bool = False,
    spool: Spool | None = None,
    seal: Seal | None = None,
) -> World:
    """Put together everything the journey touches; without a `seal`, its key is read when an answer is signed."""
    settings, keeping = home.settings, keeping_of(home)
    finish = Finish(seal or late_seal_of(settings))
    catalogue = load_catalogue(settings.rules)
    return World(
        clock=outside.clock,
        tickets=outside.tickets,
        ledger=ledger_of(home, outside, patient=patient),
        signatures=KeptSignatures(verifier_of(settings), keeping.folder),
        documents=KeptDocuments(DocumentReader(schemas_of(settings)), keeping.folder),
        answers=AnswerPress(keeping.folder, settings.timezone, finish),
        outbox=outbox_of(home, outside, spool),
        catalogue=catalogue,
        categories=load_categories(settings.categories),
        edition=edition(catalogue, settings.categories, settings.rules),
        limits=limits_of(settings),
        max_anomalies=settings.max_anomalies,
        max_forms=settings.max_forms,
        max_lines=settings.max_lines,
        max_unreadable=settings.max_unreadable,
        acceptance=settings.acceptance,
    )


def ledger_of(home: Home, outside: Outside, *, patient: bool) -> StoredLedger:
    """Return the ledger; what is judged is kept beside the sets that were claimed until it is written."""
    return StoredLedger(
        home.database, outside.clock, patient=patient, scratch=home.settings.spool / folders.CLAIMED
    )


def workers_of(home: Home, locks: Locks, ledger: StoredLedger, *, patient: bool) -> Workers:
    """Return the processes that judge sets; they end with the home."""
    patience = "patient" if patient else "at-once"
    # -P: what lies in the folder in which somebody calls the program is none of its modules.
    command = [sys.executable, "-P", "-m", "flexibatch.working", str(home.path), patience]
    workers = Workers(command, home.settings.limits.processes, locks, ledger.settled)
    home.doors.callback(workers.close)
    return workers


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
    spool = spool_of(home, outside, patient=patient, hurried=True)
    # Who settles sets says at once what answers cannot be signed with.
    world = world_of(home, outside, patient=patient, spool=spool, seal=seal_of(settings))
    claims = Claims(home.database, outside.tickets)
    inboxes = Inboxes(spool, claims, limits_of(settings), waits)
    locks, ledger = Locks(settings.spool), ledger_of(home, outside, patient=patient)
    return Channel(
        world=world,
        claims=claims,
        failures=ledger,
        arrivals=SpoolArrivals(reserve_of(home), inboxes, spool, keeping_of(home)),
        locks=locks,
        max_attempts=settings.max_attempts,
        patient=patient,
        max_claimed_bytes=settings.max_claimed_bytes,
        clear=clearing(home, outside.clock),
        judges=workers_of(home, locks, ledger, patient=patient) if outside.apart else None,
    )
