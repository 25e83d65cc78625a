"""The index of each bureau's pages: written when its sets were answered, or when what waits in its inboxes changed."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from flexibatch.adapters.locks import Locks
from flexibatch.adapters.reports import ReportPages
from flexibatch.adapters.spool.answers import page_of
from flexibatch.adapters.spool.inbox import Inboxes
from flexibatch.adapters.spool.interface import Spool
from flexibatch.adapters.store.claims import Claims
from flexibatch.adapters.store.overviews import overview
from flexibatch.domain.case import Sender
from flexibatch.domain.inbox_contents import InboxContent
from flexibatch.domain.vocabulary import Environment
from flexibatch.errors import Superseded, Unavailable, refused_by_machine
from flexibatch.ports import Clock, Stream
from flexibatch.wiring.home import Home

log = structlog.get_logger()

Waiting = dict[Environment, InboxContent]


PAUSE = timedelta(seconds=30)
"""Between two writings of one index by the same process: it costs half of what a small set does."""


@dataclass(slots=True)
class Indexes:
    """Keep the indexes of all bureaus; one that cannot be put down now is put down after a later sweep.

    Who is `patient` writes each after its first sweep, and then each again only after a pause.
    """

    home: Home
    clock: Clock
    claims: Claims
    inboxes: Inboxes
    spool: Spool
    pages: ReportPages
    locks: Locks
    patient: bool
    _told: dict[str, Waiting] = field(default_factory=dict)
    _due: set[str] = field(default_factory=set)
    _written_at: dict[str, datetime] = field(default_factory=dict)

    def refresh(self, answered: Collection[str]) -> None:
        """Write the indexes of the bureaus that had answers, and of those where what waits is not what it was."""
        self._due.update(answered)
        self._due.update(
            number for number in self.inboxes.contents if self._waiting(number) != self._told.get(number, {})
        )
        first, now = self.patient and not self._written_at, self.clock.now()
        resting = {number for number, at in self._written_at.items() if at <= now < at + PAUSE}
        due = self._due - resting if self.patient else self._due
        if not due and not first:
            return
        for sender in self.claims.senders():
            if sender.number in due or first:
                self._due.add(sender.number)
                self._refresh(sender, now)

    def _waiting(self, number: str) -> Waiting:
        contents = self.inboxes.contents.get(number, {})
        return {environment: one for environment, one in contents.items() if one.is_told}

    def _refresh(self, sender: Sender, now: datetime) -> None:
        """Write one index; whatever keeps it from that holds up nothing else, and is tried again after the pause."""
        self._written_at[sender.number] = now
        try:
            self._write(sender, now)
        except (Unavailable, Superseded) as exc:
            log.warning("index.delayed", sender=sender.number, reason=str(exc))
        except OSError as exc:
            log.warning("index.delayed", sender=sender.number, reason=refused_by_machine(exc))
        except Exception as exc:
            log.exception("index.failed", sender=sender.number, kind=type(exc).__name__)

    def _write(self, sender: Sender, now: datetime) -> None:
        if sender.number not in self.inboxes.contents:
            self.inboxes.examine(sender, now)
        waiting = self._waiting(sender.number)
        retention, language = self.home.settings.retention.reports, sender.language
        # Two processes may write it: what the second one reads is what the first one left, or newer.
        with self.locks.publishing(Stream(sender.number, Environment.REAL)):
            with self.home.database.reading() as connection:
                told = replace(overview(connection, sender, now - retention), inboxes=waiting)
            if told.sets or waiting:
                pages = {ticket: page_of(name, ticket, "html") for ticket, name in told.named.items()}
                wording = self.home.catalogue
                content = self.pages.index(told, pages, lambda finding: wording.fault(finding, language).what)
                self.spool.put_index(sender.number, content)
        self._told[sender.number] = waiting
        self._due.discard(sender.number)
