"""What lies in the inboxes, for who only looks: grouped by set, judged as a sweep would, wherever the folders stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from flexibatch.adapters.spool.inbox import BITE
from flexibatch.adapters.store.bureaus import show_sender
from flexibatch.domain.case import Sender
from flexibatch.domain.groups import DirectoryEntry, Group, groups_of, orphans
from flexibatch.domain.outlook import Outlook, outlook
from flexibatch.domain.sets import Inbox
from flexibatch.domain.vocabulary import Environment
from flexibatch.errors import Unavailable

if TYPE_CHECKING:
    from flexibatch.wiring.components import Components

_SECOND = 10**9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class InboxListing:
    """What lies in one inbox: the files by set, and what belongs to none."""

    sender: Sender
    environment: Environment
    inbox: Inbox
    groups: Mapping[str, Group]
    others: tuple[DirectoryEntry, ...]


@dataclass(slots=True)
class InboxListings:
    """The inboxes of all senders, or of one; `unreached` says of each that could not be listed why."""

    components: "Components"
    now: datetime
    sender: str | None = None
    unreached: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[InboxListing]:
        """Yield what lies in each inbox, by sender and environment; raise `Refusal` for an unknown sender."""
        if self.sender is not None:
            with self.components.home.database.reading() as connection:
                show_sender(connection, self.sender)
        for sender in self.components.claims.senders():
            for environment in Environment if self.sender in {None, sender.number} else ():
                try:
                    yield self._listing(sender, environment)
                except Unavailable as exc:
                    self.unreached.append(f"{environment.inbox} of sender {sender.number}: {exc}")

    def _listing(self, sender: Sender, environment: Environment) -> InboxListing:
        limits, waits = self.components.limits, self.components.waits
        groups, others = groups_of(self.components.spool.peek_inbox(sender.number, environment))
        place = limits.place(sender.number, environment, limits.day_of(self.now))
        inbox = Inbox(place, waits.patience(timedelta.max, patient=False), sender.must_sign(environment))
        return InboxListing(sender, environment, inbox, groups, tuple(others))

    def outlooks(self, listing: InboxListing) -> Iterator[tuple[Group, Outlook]]:
        """Yield the sets of an inbox, each with what becomes of it."""
        groups, claims = iter(listing.groups.items()), self.components.claims
        while some := dict(islice(groups, BITE)):
            received = claims.received(listing.sender.number, listing.environment, orphans(some))
            for key, group in some.items():
                known = key in received
                told = outlook(
                    group, received=known, inbox=listing.inbox, now_ns=int(self.now.timestamp() * _SECOND)
                )
                yield group, told


def moment_of(nanoseconds: int) -> datetime:
    """Return the instant of a change time.

    >>> moment_of(1_500_000_000)
    datetime.datetime(1970, 1, 1, 0, 0, 1, 500000, tzinfo=datetime.timezone.utc)
    """
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
