"""What a sweep asks of the spool: which sets are there, and the way of a set from its inbox into its private folder."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from flexibatch.adapters.folders import require_senders
from flexibatch.adapters.reserve import Reserve
from flexibatch.adapters.spool.inbox import Inboxes
from flexibatch.adapters.spool.interface import Spool
from flexibatch.adapters.spool.private_folders import PrivateFolders
from flexibatch.domain.case import Claim, ReceivedFile, Ticketed


class SpoolArrivals:
    """Fulfil the watcher's `Arrivals`: look into inboxes, move what is claimed."""

    def __init__(
        self, reserve: Reserve, inboxes: Inboxes, spool: Spool, private_folders: PrivateFolders
    ) -> None:
        """Keep what stays free, who looks, who moves and who keeps."""
        self._reserve, self._inboxes, self._spool, self._private_folders = (
            reserve,
            inboxes,
            spool,
            private_folders,
        )

    @property
    def unreached(self) -> int:
        """Count the inboxes that the last look could not list."""
        return self._inboxes.unreached

    def require(self) -> None:
        """Raise `Unavailable` where the spool is not there."""
        require_senders(self._private_folders.spool)

    def lacking(self) -> str:
        """Say why nothing more may be taken in; nothing where it may."""
        lacking = self._reserve.lacking()
        self._inboxes.closed = self._inboxes.closed or bool(lacking)
        return lacking

    def look(self, now: datetime, *, patient: bool) -> Iterator[Claim | None]:
        """Return what is to be claimed, None after every bite of a full inbox."""
        self.require()
        return self._inboxes.look(now, patient=patient)

    def finish(self) -> bool:
        """Wait for what other parties' servers have in hand; tell whether more was asked than was done."""
        return self._spool.finish()

    def take(self, ticketed: Ticketed) -> bool:
        """Rename a set into its private folder; from elsewhere, fetch what was renamed there."""
        self._reserve.require()
        return self._spool.take(ticketed)

    def keep(self, ticketed: Ticketed) -> Sequence[ReceivedFile]:
        """Make the private copies."""
        return self._private_folders.keep(ticketed)

    def settle(self, taken: Sequence[Ticketed]) -> None:
        """Bring onto the disk that sets of one inbox were moved, and let what was moved go."""
        self._private_folders.settle(taken)

    def quarantine(self, ticket: str) -> None:
        """Move a set to quarantine."""
        self._private_folders.quarantine(ticket)
