"""Bureaus' folders on this machine: claimed by rename, answered by rename."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from flexibatch.adapters.disk import sheltered
from flexibatch.adapters.folders import SENDERS, require_senders
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.spool.local.claim_files import hold_still, moved
from flexibatch.adapters.spool.local.listing import scan_folder
from flexibatch.adapters.spool.local.outbox import LocalOutbox
from flexibatch.domain.case import Case, Ticketed, Verdict
from flexibatch.domain.groups import DirectoryEntry
from flexibatch.domain.vocabulary import Environment


class LocalSpool:
    """Fulfil `Spool` for the bureaus whose folders stand here."""

    def __init__(
        self,
        spool: Path,
        folder: Callable[[Case], SetFolder],
        scan: Callable[[Path], Iterable[DirectoryEntry]] = scan_folder,
    ) -> None:
        """Keep where the spool is; `folder` returns where a set's answers were written, `scan` lists a folder."""
        self._spool, self._scan = spool, scan
        self._outbox = LocalOutbox(spool, folder)

    def begin_listing(self, sender: str, environment: Environment) -> None:
        """Do nothing: a folder here is listed at once."""

    def list_inbox(self, sender: str, environment: Environment) -> Iterable[DirectoryEntry]:
        """Return what lies in an inbox."""
        return self._scan(self._inbox(sender, environment))

    def peek_inbox(self, sender: str, environment: Environment) -> Iterable[DirectoryEntry]:
        """Return what lies in an inbox; one that is not there is empty, and nothing is logged."""
        folder = self._inbox(sender, environment)
        return self._scan(folder) if folder.is_dir() else ()

    def _inbox(self, sender: str, environment: Environment) -> Path:
        return self._spool / SENDERS / sender / environment.inbox

    def take(self, ticketed: Ticketed) -> bool:
        """Move a set out of its inbox, the leader first: that rename is the claim.

        Tell whether the set was still there; a set that was moved before counts as there.
        """
        claim = ticketed.claim
        inbox = self._inbox(claim.sender, claim.environment)
        folder = SetFolder.claimed(self._spool, ticketed.ticket)
        with sheltered(f"The set {claim.name} cannot be claimed"), ExitStack() as held:
            folder.make()
            begun = folder.has(claim.leader)
            still, written = hold_still(inbox, claim, held)
            if not begun and (written or not moved(inbox / claim.leader, folder)):
                require_senders(self._spool)
                folder.remove_empty()
                return False
            for name in still:
                moved(inbox / name, folder)
        return True

    def publish(self, verdict: Verdict) -> None:
        """Put down the answers, ACRF before NOTI, each with its signature, its GO last."""
        self._outbox.publish(verdict)

    def put_page(self, case: Case, suffix: str, content: Iterable[bytes]) -> None:
        """Put a page into REPORT, under the name of the set's GO and its ticket."""
        self._outbox.put_page(case, suffix, content)

    def put_index(self, sender: str, content: bytes) -> None:
        """Put the index of a bureau's pages into REPORT, unless it is there already."""
        self._outbox.put_index(sender, content)

    def forget(self, case: Case) -> None:
        """Do nothing: all of a set is in its private folder."""

    def finish(self) -> bool:
        """Return False: nothing is ever in hand."""
        return False
