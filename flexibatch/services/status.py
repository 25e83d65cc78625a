"""The day on one screen: what came of each bureau, what waits, and how the channel stands."""

import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flexibatch.adapters.store import queries
from flexibatch.adapters.store.bureaus import list_senders
from flexibatch.adapters.store.register import register_state
from flexibatch.adapters.store.today import counts_of_day
from flexibatch.domain.vocabulary import Why
from flexibatch.services.inboxes import InboxListings, moment_of

if TYPE_CHECKING:
    from flexibatch.wiring.components import Components


@dataclass(frozen=True, slots=True)
class BureauStatus:
    """How many sets of one bureau came and wait, and how many strays it has.

    Of the day: those `received`, with some lines refused, and refused whole. Now: those that wait, in an inbox or
    claimed, and those in quarantine.
    """

    sender: str
    sender_name: str
    received: int
    partly: int
    refused: int
    waiting: int
    quarantine: int
    strays: int


@dataclass(frozen=True, slots=True)
class DiskRoom:
    """How much is free where spool or database lies."""

    folder: Path
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Status:
    """How the channel stands: `last_sweep` is when a process last took the lock on claims, as every sweep does.

    `unreached` says of each inbox that could not be listed why.
    """

    day: date
    at: datetime
    bureaus: tuple[BureauStatus, ...]
    last_sweep: datetime | None
    oldest_wait: datetime | None
    register_at: datetime | None
    disks: tuple[DiskRoom, ...]
    unreached: tuple[str, ...]


def status(components: "Components", now: datetime) -> Status:
    """Return how the channel stands."""
    home, day = components.home, components.limits.day_of(now)
    with home.database.reading() as connection:
        senders = [row for row in list_senders(connection) if row["state"] != "removed"]
        counted = {row["sender"]: row for row in counts_of_day(connection, day)}
        claimed, register_at = queries.waiting(connection, now), register_state(connection)
    listings = InboxListings(components, now)
    waits, strays = Counter[str](), Counter[str]()
    since = [row["since"] for row in claimed if row["why"] != Why.QUARANTINE]
    for listing in listings:
        number = listing.sender.number
        waits[number] += len(listing.groups)
        strays[number] += len(listing.others)
        since += [moment_of(group.changed_ns) for group in listing.groups.values()]
    waits.update(row["sender"] for row in claimed if row["why"] != Why.QUARANTINE)
    quarantined = Counter(row["sender"] for row in claimed if row["why"] == Why.QUARANTINE)
    return Status(
        day=day,
        at=now,
        bureaus=tuple(
            _bureau(row["number"], row["name"], counted.get(row["number"], {}), (waits, quarantined, strays))
            for row in senders
        ),
        last_sweep=components.locks.last_claiming(),
        oldest_wait=min(since, default=None),
        register_at=register_at,
        disks=tuple(_disks(components.reserve.folders)),
        unreached=tuple(listings.unreached),
    )


def _bureau(
    number: str, name: str, counted: Mapping[str, int], now: tuple[Counter[str], Counter[str], Counter[str]]
) -> BureauStatus:
    of_day = (counted.get(key, 0) for key in ("received", "partly", "refused"))
    return BureauStatus(number, name, *of_day, *(one[number] for one in now))


def _disks(folders: Iterable[Path]) -> Iterable[DiskRoom]:
    for folder in sorted(set(folders)):
        if folder.exists():
            yield DiskRoom(folder, shutil.disk_usage(folder).free)
