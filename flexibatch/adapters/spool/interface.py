"""What a bureau's folders do for the channel, wherever they stand: on this machine, or on a server elsewhere.

`local` and `remote` fulfil it, `routing` chooses between them by sender.
"""

from collections.abc import Iterable
from typing import Final, Protocol

from flexibatch.domain.case import Case, Ticketed, Verdict
from flexibatch.domain.groups import DirectoryEntry
from flexibatch.domain.vocabulary import Environment

NOT_LISTED: Final[list[DirectoryEntry]] = []
"""What `list_inbox` returns, this very list, where nobody looked: a server elsewhere is left alone for a while."""


class Listing(Protocol):
    """List inboxes."""

    def begin_listing(self, sender: str, environment: Environment) -> None:
        """Hear early that an inbox will be listed: what takes long may begin."""
        ...

    def list_inbox(self, sender: str, environment: Environment) -> Iterable[DirectoryEntry]:
        """Return what lies in an inbox; raise `Unavailable` where it cannot be listed."""
        ...


class Spool(Listing, Protocol):
    """Take sets out of inboxes and put answers and pages down. Every step may be repeated."""

    def peek_inbox(self, sender: str, environment: Environment) -> Iterable[DirectoryEntry]:
        """Return what lies in an inbox to who only looks: nothing is remembered, and one that is not there is empty.

        Raise `Unavailable` where it cannot be listed.
        """
        ...

    def take(self, ticketed: Ticketed) -> bool:
        """Move a set into its private folder, the leader first: that rename is the claim.

        Tell whether the set was still there; a set that was moved before counts as there.
        """
        ...

    def publish(self, verdict: Verdict) -> None:
        """Put down the answers, ACRF before NOTI, each with its signature, its GO last."""
        ...

    def put_page(self, case: Case, suffix: str, content: Iterable[bytes]) -> None:
        """Put a page into REPORT, under the name of the set's GO and its ticket."""
        ...

    def put_index(self, sender: str, content: bytes) -> None:
        """Put the index of a bureau's pages into REPORT, in place of the one that is there."""
        ...

    def forget(self, case: Case) -> None:
        """Delete what is left of a set outside its private folder: its verdict is committed, its bytes are kept."""
        ...

    def finish(self) -> bool:
        """Wait for what is in hand; tell whether more was asked than was done."""
        ...
