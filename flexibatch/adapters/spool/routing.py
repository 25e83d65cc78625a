"""Which spool is a bureau's: that of this machine, or one on another party's server."""

from collections.abc import Iterable, Mapping

from flexibatch.adapters.spool.interface import Spool
from flexibatch.domain.case import Case, Ticketed, Verdict
from flexibatch.domain.groups import DirectoryEntry
from flexibatch.domain.vocabulary import Environment


class RoutedSpool:
    """Fulfil `Spool` for all bureaus: each is served by its own spool."""

    def __init__(self, local: Spool, remote: Mapping[str, Spool]) -> None:
        """Keep the spool of this machine, and by sender number those elsewhere."""
        self._local, self._remote = local, remote

    def of(self, sender: str) -> Spool:
        """Return the spool of a bureau."""
        return self._remote.get(sender, self._local)

    def begin_listing(self, sender: str, environment: Environment) -> None:
        """Let the bureau's spool hear that its inbox will be listed: servers elsewhere begin, all at once."""
        self.of(sender).begin_listing(sender, environment)

    def list_inbox(self, sender: str, environment: Environment) -> Iterable[DirectoryEntry]:
        """Return what lies in an inbox, wherever it is."""
        return self.of(sender).list_inbox(sender, environment)

    def peek_inbox(self, sender: str, environment: Environment) -> Iterable[DirectoryEntry]:
        """Return what lies in an inbox, wherever it is, to who only looks."""
        return self.of(sender).peek_inbox(sender, environment)

    def take(self, ticketed: Ticketed) -> bool:
        """Move a set into its private folder, from wherever it lies."""
        return self.of(ticketed.claim.sender).take(ticketed)

    def publish(self, verdict: Verdict) -> None:
        """Put down the answers where the set came from."""
        self.of(verdict.case.sender.number).publish(verdict)

    def put_page(self, case: Case, suffix: str, content: Iterable[bytes]) -> None:
        """Put a page into the bureau's REPORT."""
        self.of(case.sender.number).put_page(case, suffix, content)

    def put_index(self, sender: str, content: bytes) -> None:
        """Put the index of a bureau's pages into its REPORT."""
        self.of(sender).put_index(sender, content)

    def forget(self, case: Case) -> None:
        """Delete what is left of a set where it came from."""
        self.of(case.sender.number).forget(case)

    def finish(self) -> bool:
        """Wait for what all spools have in hand; tell whether more was asked of any than was done."""
        late = [spool.finish() for spool in (self._local, *self._remote.values())]
        return any(late)
