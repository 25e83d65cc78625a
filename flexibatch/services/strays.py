"""Strays: what lies in the inboxes and is no part of a set, why, and what a right name looks like."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flexibatch.domain.catalogue import Catalogue
from flexibatch.domain.strays import StrayReason, example_name, name_findings, right_name, stray_reason
from flexibatch.domain.vocabulary import Language
from flexibatch.services.inboxes import InboxListing, InboxListings, moment_of

if TYPE_CHECKING:
    from flexibatch.wiring.components import Components

NO_FILES = frozenset({StrayReason.FOLDER, StrayReason.LINK, StrayReason.SPECIAL})
"""What no name would make part of a set."""


@dataclass(frozen=True, slots=True)
class StrayRow:
    """A file, or what is none, that no set has a part in; `reason` tells what is wrong with a name that is refused.

    `right_name` is what its name was meant to be, where that can be told; else `example` is one of this inbox, where it
    is a file at all.
    """

    sender: str
    sender_name: str
    environment: str
    folder: str
    name: str
    since: datetime
    why: StrayReason
    reason: str | None
    right_name: str | None
    example: str | None


@dataclass(frozen=True, slots=True)
class Strays:
    """The strays by sender, environment and name; and the inboxes that could not be listed."""

    rows: tuple[StrayRow, ...]
    unreached: tuple[str, ...]


def strays(components: "Components", now: datetime, sender: str | None = None) -> Strays:
    """Return every stray; raise `Refusal` for an unknown sender."""
    listings, catalogue = InboxListings(components, now, sender), components.home.catalogue
    rows = [row for listing in listings for row in strays_of(listing, catalogue)]
    return Strays(tuple(rows), tuple(listings.unreached))


def strays_of(listing: InboxListing, catalogue: Catalogue) -> Iterator[StrayRow]:
    """Yield the strays of one inbox, by name: what stays there, and names for which a sweep refuses what they begin."""
    place = listing.inbox.place
    entries = [(one.name, one.changed_ns, stray_reason(one)) for one in listing.others]
    files = (file for group in listing.groups.values() for file in group.in_order)
    entries += [
        (name, at, StrayReason.REFUSED) for _kind, name, at in files if any(name_findings(name, place))
    ]
    for name, changed_ns, why in sorted(entries):
        found = name_findings(name, place) if why is StrayReason.REFUSED else ()
        right = None if why in NO_FILES else right_name(name, place)
        yield StrayRow(
            sender=listing.sender.number,
            sender_name=listing.sender.name,
            environment=listing.environment.value,
            folder=listing.environment.inbox,
            name=name,
            since=moment_of(changed_ns),
            why=why,
            reason=" ".join(catalogue.fault(one, Language.EN).what for one in found) or None,
            right_name=right,
            example=None if right or why in NO_FILES else example_name(name, place),
        )
