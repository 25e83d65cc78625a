"""What waits, claimed or in an inbox: since when, what for, and behind what."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flexibatch.adapters.store import queries
from flexibatch.adapters.store.bureaus import show_sender
from flexibatch.domain.catalogue import Catalogue
from flexibatch.domain.findings import Finding
from flexibatch.domain.groups import Group
from flexibatch.domain.outlook import Outlook
from flexibatch.domain.strays import name_findings
from flexibatch.domain.vocabulary import Language, Why
from flexibatch.services.inboxes import InboxListing, InboxListings, moment_of
from flexibatch.services.rows import records

if TYPE_CHECKING:
    from flexibatch.wiring.components import Components

ARRIVING = "arriving"
"""How a set stands that was not claimed yet."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A set that is not done with: waiting since when and what for.

    `until` ends its back-off or its patience, `reason` tells the last trouble, what it lacks, or what it is refused
    for. `behind` is the ticket of the set that is next in its stream, whose verdict comes before its own. What
    was not claimed has no ticket.
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
    behind: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits, by sender and environment, in the order of its turn; and the inboxes that could not be listed."""

    rows: tuple[WaitingRow, ...]
    unreached: tuple[str, ...]


def waiting(components: "Components", now: datetime, sender: str | None = None) -> Waiting:
    """Return every set that waits; raise `Refusal` for an unknown sender."""
    with components.home.database.reading() as connection:
        if sender is not None:
            show_sender(connection, sender)
        claimed = records(WaitingRow, queries.waiting(connection, now, sender))
    listings = InboxListings(components, now, sender)
    rows = (*claimed, *_in_inboxes(UnclaimedSets.of(components), listings, _heads(claimed)))
    told = tuple(sorted(rows, key=lambda row: (row.sender, row.environment)))
    return Waiting(told, tuple(listings.unreached))


def _heads(claimed: Sequence[WaitingRow]) -> Mapping[Key, str | None]:
    """Return the ticket that is next in each stream; sets in quarantine, or with a verdict, hold up nobody."""
    passed = {Why.QUARANTINE, Why.PUBLISHING}
    waits = (row for row in reversed(claimed) if row.why not in passed)
    return {(row.sender, row.environment): row.ticket for row in waits}


def _in_inboxes(
    sets: "UnclaimedSets", listings: InboxListings, heads: Mapping[Key, str | None]
) -> Iterator[WaitingRow]:
    """Yield what waits unclaimed, by its arrival: no ticket tells of it, nothing was tried."""
    for listing in listings:
        behind = heads.get((listing.sender.number, listing.environment.value))
        told = (sets.row(listing, group, ahead, behind) for group, ahead in listings.outlooks(listing))
        yield from sorted(told, key=lambda row: (row.since, row.name))


@dataclass(frozen=True, slots=True)
class UnclaimedSets:
    """What is told of sets in an inbox: `lacking` says which disk has no room, `burdened` are senders with too much."""

    catalogue: Catalogue
    lacking: str
    burdened: Collection[str]

    @classmethod
    def of(cls, components: "Components") -> "UnclaimedSets":
        """Ask disk and database how things stand."""
        burdened = components.claims.burdened(components.home.settings.max_claimed_bytes)
        return cls(components.home.catalogue, components.reserve.lacking(), burdened)

    def row(
        self, listing: InboxListing, group: Group, ahead: Outlook, behind: str | None = None
    ) -> WaitingRow:
        """Return what is told of one set."""
        why = self._why(listing, ahead)
        return WaitingRow(
            sender=listing.sender.number,
            sender_name=listing.sender.name,
            environment=listing.environment.value,
            ticket=None,
            name=group.in_order[0][1],
            state=ARRIVING,
            since=moment_of(group.changed_ns),
            until=moment_of(ahead.until_ns) if ahead.until_ns and not listing.sender.held else None,
            attempts=0,
            why=why,
            reason="; ".join(self._reasons(listing, group, ahead, why)) or None,
            behind=behind,
        )

    def _why(self, listing: InboxListing, ahead: Outlook) -> Why:
        if listing.sender.held:
            return Why.HELD
        if ahead.until_ns is not None:
            return Why.ARRIVING
        if self.lacking:
            return Why.ROOM
        return Why.BURDENED if listing.sender.number in self.burdened else Why.SWEEP

    def _reasons(self, listing: InboxListing, group: Group, ahead: Outlook, why: Why) -> Iterator[str]:
        if why is Why.ROOM:
            yield self.lacking
        faults = self.name_faults(listing, [name for _kind, name, _changed in group.in_order])
        refused_for = [*map(_lacks, ahead.lacking), *faults]
        if refused_for and ahead.until_ns is None:
            yield f"a sweep refuses it: {'; '.join(refused_for)}"
        else:
            yield from refused_for
        if ahead.found.silent:
            yield "it will be set aside: nothing is left to be done with it"
        elif ahead.found.withdrawn:
            yield "its TD withdraws it"
        elif ahead.until_ns is not None and not refused_for:
            yield "a file came after its GO, and must stand still first"

    def name_faults(self, listing: InboxListing, names: Sequence[str]) -> list[str]:
        """Return what is wrong with names for which a sweep refuses them, each fault once."""
        found = (one for name in names for one in name_findings(name, listing.inbox.place))
        return list(dict.fromkeys(self.catalogue.fault(one, Language.EN).what for one in found))


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
