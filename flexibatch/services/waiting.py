"""What waits, claimed or in an inbox: since when, and what for."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flexibatch.adapters.spool.pending import Pending, pending
from flexibatch.adapters.store import queries
from flexibatch.adapters.store.bureaus import show_sender
from flexibatch.domain.findings import Finding
from flexibatch.domain.vocabulary import Why
from flexibatch.services.rows import records
from flexibatch.settings import Settings

if TYPE_CHECKING:
    from flexibatch.wiring.components import Components

ARRIVING = "arriving"
"""How a set stands that was not claimed yet."""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A stream in which something is not done with, by the set that is next: waiting since when and what for.

    `until` ends its back-off or its patience, `reason` tells the last trouble or what it lacks. `sets` counts those
    without a verdict, `unpublished` those whose answers are not all out. What was not claimed has no ticket.
    """

    sender: str
    sender_name: str
    environment: str
    ticket: str | None
    name: str
    state: str
    since: datetime
    until: datetime | None
    attempts: int
    why: Why
    reason: str | None
    sets: int
    unpublished: int
    quarantined: int


def waiting(components: "Components", now: datetime, sender: str | None = None) -> list[WaitingRow]:
    """Return what waits, by sender and environment; raise `Refusal` for an unknown sender."""
    with components.home.database.reading() as connection:
        if sender is not None:
            show_sender(connection, sender)
        claimed = records(WaitingRow, queries.waiting(connection, now))
    mine = (row for row in (*claimed, *_in_inboxes(components)) if sender in {None, row.sender})
    return sorted(mine, key=lambda row: (row.sender, row.environment))


def _in_inboxes(components: "Components") -> Iterator[WaitingRow]:
    """Yield what waits unclaimed: no ticket tells of it, nothing was tried."""
    claims, settings = components.claims, components.home.settings
    senders, burdened = claims.senders(), claims.burdened(settings.max_claimed_bytes)
    lacking = components.reserve.lacking()
    for one in pending(settings.spool, senders):
        why = _why(one, lacking, burdened)
        yield WaitingRow(
            sender=one.sender.number,
            sender_name=one.sender.name,
            environment=one.environment.value,
            ticket=None,
            name=one.name,
            state=ARRIVING,
            since=one.since,
            until=one.since + _patience(settings, one) if one.lacking and not one.sender.held else None,
            attempts=0,
            why=why,
            reason="; ".join(map(_lacks, one.lacking)) or (lacking if why is Why.ROOM else None),
            sets=one.sets,
            unpublished=0,
            quarantined=0,
        )


def _why(one: Pending, lacking: str, burdened: Collection[str]) -> Why:
    if one.sender.held:
        return Why.HELD
    if one.lacking:
        return Why.ARRIVING
    if lacking:
        return Why.ROOM
    return Why.BURDENED if one.sender.number in burdened else Why.SWEEP


def _patience(settings: Settings, one: Pending) -> timedelta:
    """Return how long a set waits for what it lacks before it is refused."""
    without_go = any(finding.rule == "go-missing" for finding in one.lacking)
    return settings.incomplete_after if without_go else settings.go_grace


def _lacks(finding: Finding) -> str:
    """Say what a set lacks.

    >>> _lacks(Finding("data-count", tag="FI", details={"announced": "2", "found": "1"}))
    'FI files announced: 2, there: 1'
    """
    if finding.rule == "go-missing":
        return "its GO is missing"
    details = finding.details
    if "announced" in details:
        return f"{finding.tag} files announced: {details['announced']}, there: {details['found']}"
    return f"its {finding.tag} files are not those that its GO announces"
