"""One name that was asked for and lies in an inbox: a file of a set that waits, or a stray."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flexibatch.domain.groups import Group
from flexibatch.domain.strays import example_name, right_name
from flexibatch.services.inboxes import InboxListing, InboxListings, moment_of
from flexibatch.services.strays import StrayRow, strays_of
from flexibatch.services.waiting import UnclaimedSets, WaitingRow

if TYPE_CHECKING:
    from flexibatch.wiring.components import Components


@dataclass(frozen=True, slots=True)
class UnclaimedFile:
    """A file of a set that waits.

    `wrong` tells for what its name is refused, `right_name` how it should be, or an `example` where that is unknown.
    """

    name: str
    kind: str
    changed_at: datetime
    wrong: str | None
    right_name: str | None
    example: str | None


@dataclass(frozen=True, slots=True)
class UnclaimedSet:
    """A set that waits in an inbox, with its files."""

    set_: WaitingRow
    folder: str
    files: tuple[UnclaimedFile, ...]


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """What lies in inboxes under a name: sets and strays, most often one; and the inboxes that could not be listed."""

    sets: tuple[UnclaimedSet, ...]
    strays: tuple[StrayRow, ...]
    unreached: tuple[str, ...]


def unclaimed(components: "Components", now: datetime, name: str) -> Unclaimed:
    """Return what lies in any inbox under the name of a file."""
    sets: list[UnclaimedSet] = []
    found: list[StrayRow] = []
    listings, telling = InboxListings(components, now), UnclaimedSets.of(components)
    for listing in listings:
        mine = {key: group for key, group in listing.groups.items() if _has(group, name)}
        here = InboxListing(listing.sender, listing.environment, listing.inbox, mine, listing.others)
        sets += [
            _set(here, telling, group, telling.row(here, group, ahead))
            for group, ahead in listings.outlooks(here)
        ]
        if not mine and any(one.name == name for one in listing.others):
            found += [row for row in strays_of(here, components.home.catalogue) if row.name == name]
    return Unclaimed(tuple(sets), tuple(found), tuple(listings.unreached))


def _has(group: Group, name: str) -> bool:
    return any(name == one for _kind, one, _changed in group.in_order)


def _set(listing: InboxListing, telling: UnclaimedSets, group: Group, row: WaitingRow) -> UnclaimedSet:
    files = []
    for kind, name, changed_ns in group.in_order:
        wrong = " ".join(telling.name_faults(listing, [name]))
        right = right_name(name, listing.inbox.place) if wrong else None
        example = example_name(name, listing.inbox.place) if wrong and right is None else None
        files.append(UnclaimedFile(name, kind.value, moment_of(changed_ns), wrong or None, right, example))
    return UnclaimedSet(row, listing.environment.inbox, tuple(files))
