"""What a sweep asks of the world beside the journey's ports: claims, failures, inboxes, and who else is at work."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from flexibatch.domain.case import Case, Claim, ReceivedFile, Settlement, Ticketed, Verdict
from flexibatch.ports import Stream


class ClaimStore(Protocol):
    """Keep claims in the database (`flexibatch.adapters.store.claims`)."""

    def begin(self, claims: Sequence[Claim], now: datetime) -> Sequence[Ticketed]:
        """Commit tickets for claims."""
        ...

    def burdened(self, most: int) -> Collection[str]:
        """Return the senders of which so many bytes, or more, wait for their verdict."""
        ...

    def unfinished(self) -> Sequence[Ticketed]:
        """Return the claims that were cut short."""
        ...

    def complete(self, kept: Sequence[tuple[str, Sequence[ReceivedFile]]]) -> None:
        """Commit that sets were claimed."""
        ...

    def void(self, tickets: Sequence[str]) -> None:
        """Give tickets back."""
        ...

    def streams(self) -> Sequence[Stream]:
        """Return the streams in which a set waits."""
        ...

    def in_treatment(self, ticket: str) -> Case | None:
        """Return a claimed set, None where it was settled meanwhile."""
        ...


class Retries(Protocol):
    """Keep what failed, and what was settled but not published (`flexibatch.adapters.store.set_queue`)."""

    def waiting(self, mine: Stream) -> Case | None:
        """Return the set that is next in a stream."""
        ...

    def delayed(self, ticket: str, reason: str) -> None:
        """Note trouble."""
        ...

    def failed(self, ticket: str, reason: str, max_attempts: int) -> bool:
        """Note a bug; tell whether the set is in quarantine now."""
        ...

    def settled(self, ticket: str, number: int) -> Settlement:
        """Return a run as it was settled."""
        ...

    def unpublished(self) -> Iterator[Settlement]:
        """Return what was settled but perhaps not published."""
        ...

    def is_published(self, verdict: Verdict) -> bool:
        """Return whether another process has published a run meanwhile."""
        ...


class Arrivals(Protocol):
    """Look into the inboxes and move what is claimed (`flexibatch.adapters.spool.arrivals`)."""

    @property
    def unreached(self) -> int:
        """Count the inboxes that the last look could not list."""
        ...

    def require(self) -> None:
        """Raise `Unavailable` where the spool is not there: then nothing may be given back, and nothing written."""
        ...

    def lacking(self) -> str:
        """Say why nothing more may be taken in: the disk has too little room; nothing where it may."""
        ...

    def look(self, now: datetime, *, patient: bool) -> Iterable[Claim | None]:
        """Return what is to be claimed, in order of arrival; report strays on the way.

        None is a pause: a full inbox is looked through in bites, and what was claimed before may be settled.
        """
        ...

    def finish(self) -> bool:
        """Wait for what is in hand on other parties' servers; tell whether more was asked than was done."""
        ...

    def take(self, ticketed: Ticketed) -> bool:
        """Rename the set into its private folder; tell whether it was still there."""
        ...

    def keep(self, ticketed: Ticketed) -> Sequence[ReceivedFile]:
        """Make the private copies."""
        ...

    def settle(self, taken: Sequence[Ticketed]) -> None:
        """Bring onto the disk that sets of one inbox were moved, before it is committed; let what was copied go."""
        ...

    def quarantine(self, ticket: str) -> None:
        """Move a set's private folder to quarantine."""
        ...


class Locks(Protocol):
    """Keep the processes that share a spool out of each other's way (`flexibatch.adapters.locks`)."""

    def claiming(self, *, wait: bool) -> AbstractContextManager[bool]:
        """Claim alone; tell whether it is this process's turn."""
        ...

    def settling(self, stream: Stream) -> AbstractContextManager[bool]:
        """Settle a stream's sets alone; tell whether it is this process's turn."""
        ...

    def publishing(self, stream: Stream) -> AbstractContextManager[None]:
        """Put out answers and pages of a stream alone."""
        ...

    def judging(self, ticket: str) -> AbstractContextManager[None]:
        """Hold a mark on a set for as long as it is judged; it outlives a process that dies meanwhile."""
        ...

    def died(self, ticket: str) -> bool:
        """Tell, once, whether a process died while it judged a set."""
        ...
