"""What `doctor` looks at in the work itself: inboxes, sets without a verdict, quarantine, and the register's age."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from flexibatch.adapters.store import queries
from flexibatch.adapters.store.bureaus import list_senders
from flexibatch.adapters.store.register import register_state
from flexibatch.domain.strays import StrayReason, stray_reason
from flexibatch.domain.vocabulary import Why
from flexibatch.errors import Remedy
from flexibatch.services.doctor.faults import Fault, Health
from flexibatch.services.inboxes import InboxListing, InboxListings, moment_of
from flexibatch.wiring.components import Components

OLD_REGISTER = timedelta(days=7)
"""An age of the register from which on lines may be refused for a Dimona that it does not know yet."""


def inboxes(components: Components, now: datetime) -> Iterator[Fault]:
    """Warn of strays, at once, and of sets that lie in an inbox past their grace: no sweep takes them."""
    for listing in InboxListings(components, now):
        yield from _strays(listing, now - components.home.settings.stray_after)
        yield from _past_grace(listing, now - components.home.settings.incomplete_after)


def _strays(listing: InboxListing, old: datetime) -> Iterator[Fault]:
    """Warn of what is no part of a set; what an upload in hand looks like has its time."""
    reasons = ((stray_reason(entry), moment_of(entry.changed_ns)) for entry in listing.others)
    counted = Counter(reason for reason, since in reasons if not reason.passing or since <= old)
    if counted:
        kinds = ", ".join(f"{_KINDS[reason]}: {number}" for reason, number in sorted(counted.items()))
        told = f"{_where(listing)} holds what is no part of a set ({kinds})."
        yield Fault(Health.WARNING, told, remedy=Remedy.LIST_STRAYS)


_KINDS = {
    StrayReason.FOLDER: "folders",
    StrayReason.LINK: "links",
    StrayReason.SPECIAL: "devices, pipes, sockets",
    StrayReason.UPLOADING: "uploads without an end",
    StrayReason.UNREADABLE_NAME: "names that are no text",
    StrayReason.TEMPORARY: "temporary names",
    StrayReason.LETTERS: "names in small letters",
    StrayReason.NAME: "other names",
}


def _past_grace(listing: InboxListing, due: datetime) -> Iterator[Fault]:
    since = [moment_of(group.changed_ns) for group in listing.groups.values()]
    past = [moment for moment in since if moment <= due]
    if past:
        held = f"Sender {listing.sender.number} is on hold: " if listing.sender.held else ""
        told = (
            f"{held}{_where(listing)} has {len(past)} of its sets since {min(past):%Y-%m-%d %H:%M} (UTC) or later, "
            "past `incomplete_after`: nothing takes or refuses them."
        )
        yield Fault(Health.WARNING, told, remedy=Remedy.SEE_WAITING)


def _where(listing: InboxListing) -> str:
    return f"{listing.environment.inbox} of sender {listing.sender.number}"


def verdicts(components: Components, now: datetime) -> Iterator[Fault]:
    """Warn of sets that were claimed long ago and have no verdict, or whose answers are not out."""
    due = now - components.home.settings.incomplete_after
    with components.home.database.reading() as connection:
        rows = [row for row in queries.waiting(connection, now) if row["why"] != Why.QUARANTINE]
    late = [row["since"] for row in rows if row["since"] <= due]
    if late:
        told = (
            f"{len(late)} sets that were claimed at {min(late):%Y-%m-%d %H:%M} (UTC) or later, longer ago than "
            "`incomplete_after`, have no verdict yet, or answers that are not out."
        )
        yield Fault(Health.WARNING, told, remedy=Remedy.SEE_WAITING)


def quarantine(components: Components, _now: datetime) -> Iterator[Fault]:
    """Warn of sets in quarantine: nobody is answered until somebody decides."""
    with components.home.database.reading() as connection:
        found = queries.quarantined(connection)
    if found:
        told = f"{len(found)} sets are in quarantine, the first since {found[0]['arrived_at']:%Y-%m-%d %H:%M} (UTC)."
        yield Fault(Health.WARNING, told, remedy=Remedy.DECIDE_QUARANTINE)


def register(components: Components, now: datetime) -> Iterator[Fault]:
    """Warn of a register that was not fed for long; of one that was never, where there is a bureau."""
    with components.home.database.reading() as connection:
        last, senders = register_state(connection), list_senders(connection)
    if last is None and senders:
        told = "The Dimona register was never fed: every line is refused for a Dimona that is not known."
        yield Fault(Health.WARNING, told, remedy=Remedy.FEED_REGISTER)
    elif last is not None and now - last > OLD_REGISTER:
        told = f"The Dimona register was last fed {(now - last).days} days ago, on {last:%Y-%m-%d}."
        yield Fault(Health.WARNING, told, remedy=Remedy.FEED_REGISTER)
