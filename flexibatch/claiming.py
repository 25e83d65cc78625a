"""Claim what has arrived: commit tickets, take and keep, commit again. Whatever is cut short is taken up again.

Trouble with one set, or with one inbox, holds up no other.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

import structlog
from structlog.contextvars import bound_contextvars

from flexibatch.domain.case import Claim, ReceivedFile, Report, Ticketed
from flexibatch.errors import Unavailable, refused_by_machine
from flexibatch.ports import Outbox, Stream
from flexibatch.watcher_ports import Arrivals, ClaimStore, Locks

log = structlog.get_logger()

CLAIMS_AT_ONCE = 200
"""Sets in one batch, at most."""
FIRST_BATCH = 2
"""Sets in the first batch of a sweep: they may be large, and those that were claimed wait for the batch to end."""
QUICK, SLOW = 0.2, 0.5
"""Seconds: after a batch that took less the next is twice as large, after one that took more a quarter."""


class Claiming:
    """Claim sets in batches; count those `claimed`, and those `delayed` by trouble to the next sweep.

    With `wait` a claim waits until no other process claims; without, it is left to that one.
    """

    def __init__(
        self, claims: ClaimStore, arrivals: Arrivals, locks: Locks, outbox: Outbox, *, wait: bool
    ) -> None:
        """Begin to count."""
        self._claims, self._arrivals, self._locks, self._outbox = claims, arrivals, locks, outbox
        self._wait = wait
        self._batch = min(FIRST_BATCH, CLAIMS_AT_ONCE)
        self.claimed = self.delayed = 0

    def resume(self) -> None:
        """Complete the claims that were cut short."""
        self._claim(self._claims.unfinished)

    def claim_next(self, arrived: Iterator[Claim | None], now: datetime) -> bool:
        """Claim the next batch of what arrived, up to a pause; tell whether there may be more, and room for it."""
        if self._arrivals.lacking():
            return False
        some: list[Claim | None] = []
        for one in arrived:
            some.append(one)
            if one is None or len(some) >= self._batch:
                break
        batch = [one for one in some if one is not None]
        if batch:
            begun = time.monotonic()
            if not self._claim(partial(self._claims.begin, batch, now)):
                # What comes behind a set of the same bureau must not be claimed before it.
                return False
            self._fit(time.monotonic() - begun)
        return bool(some)

    def _fit(self, seconds: float) -> None:
        """Make the next batch larger or smaller, by what the last took."""
        if seconds < QUICK:
            self._batch = min(2 * self._batch, CLAIMS_AT_ONCE)
        elif seconds > SLOW:
            self._batch = max(1, self._batch // 4)

    def _claim(self, begun: Callable[[], Sequence[Ticketed]]) -> bool:
        """Claim a batch; return whether it was this process's turn."""
        with self._locks.claiming(wait=self._wait) as mine:
            claimed = self._complete(begun()) if mine else []
        for one in claimed:
            self._tell_in_treatment(one)
        return mine

    def _complete(self, begun: Sequence[Ticketed]) -> list[Ticketed]:
        """Take and keep what was begun; sets that trouble keeps from it stay begun for the next sweep."""
        kept: dict[str, tuple[Ticketed, Sequence[ReceivedFile]]] = {}
        void: list[str] = []
        for one in begun:
            with bound_contextvars(ticket=one.ticket, sender=one.claim.sender):
                try:
                    if self._arrivals.take(one):
                        kept[one.ticket] = one, self._arrivals.keep(one)
                    else:
                        void.append(one.ticket)
                except Unavailable as exc:
                    self.delayed += 1
                    log.warning("claim.delayed", reason=str(exc))
                except OSError as exc:
                    self.delayed += 1
                    log.warning("claim.delayed", reason=refused_by_machine(exc))
                except Exception as exc:
                    self.delayed += 1
                    log.exception("claim.failed", kind=type(exc).__name__)
        if void:
            self._claims.void(void)
        claimed = list(self._settled([one for one, _files in kept.values()]))
        if claimed:
            self._claims.complete([(one.ticket, kept[one.ticket][1]) for one in claimed])
        self.claimed += len(claimed)
        return claimed

    def _settled(self, kept: Sequence[Ticketed]) -> Iterator[Ticketed]:
        """Bring onto the disk, inbox by inbox, that sets were moved; where that fails they stay begun."""
        inboxes: dict[Stream, list[Ticketed]] = {}
        for one in kept:
            inboxes.setdefault(Stream(one.claim.sender, one.claim.environment), []).append(one)
        for inbox, taken in inboxes.items():
            try:
                self._arrivals.settle(taken)
            except Unavailable as exc:
                self.delayed += len(taken)
                log.warning("claim.delayed", sender=inbox.sender, reason=str(exc))
            except OSError as exc:
                self.delayed += len(taken)
                log.warning("claim.delayed", sender=inbox.sender, reason=refused_by_machine(exc))
            else:
                yield from taken

    def _tell_in_treatment(self, claimed: Ticketed) -> None:
        """Put out the first page on a set, unless another process has settled it already."""
        sender = claimed.claim.sender
        with bound_contextvars(ticket=claimed.ticket, sender=sender):
            try:
                with self._locks.publishing(Stream(sender, claimed.claim.environment)):
                    case = self._claims.in_treatment(claimed.ticket)
                    if case is not None:
                        self._outbox.report(Report(case, "in-treatment"))
            except Unavailable as exc:
                log.warning("report.delayed", reason=str(exc))
            except OSError as exc:
                log.warning("report.delayed", reason=refused_by_machine(exc))
            except Exception as exc:
                log.exception("report.failed", kind=type(exc).__name__)
