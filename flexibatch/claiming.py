"""Claim what has arrived: commit tickets, take and keep, commit again. Whatever is cut short is taken up again.

Trouble with one set, or with one inbox, holds up no other.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

import structlog
from structlog.contextvars import bound_contextvars

from flexibatch.domain.case import Claim, ReceivedFile, Report, Ticketed
from flexibatch.errors import Unavailable, refused_by_machine
from flexibatch.ports import Outbox, Stream
from flexibatch.watcher_ports import Arrivals, ClaimBook, Fences

log = structlog.get_logger()

CLAIMS_AT_ONCE = 200


class Claiming:
    """Claim sets in batches; count those `claimed`, and those `delayed` by trouble to the next sweep.

    With `wait` a claim waits until no other process claims; without, it is left to that one.
    """

    def __init__(
        self, claims: ClaimBook, arrivals: Arrivals, fences: Fences, outbox: Outbox, *, wait: bool
    ) -> None:
        """Begin to count."""
        self._claims, self._arrivals, self._fences, self._outbox = claims, arrivals, fences, outbox
        self._wait = wait
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
            if one is None or len(some) == CLAIMS_AT_ONCE:
                break
        batch = [one for one in some if one is not None]
        if batch:
            self._claim(partial(self._claims.begin, batch, now))
        return bool(some)

    def _claim(self, begun: Callable[[], Sequence[Ticketed]]) -> None:
        with self._fences.claiming(wait=self._wait) as mine:
            claimed = self._complete(begun()) if mine else []
        for one in claimed:
            self._tell_in_treatment(one)

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
                with self._fences.publishing(Stream(sender, claimed.claim.environment)):
                    case = self._claims.in_treatment(claimed.ticket)
                    if case is not None:
                        self._outbox.report(Report(case, "in-treatment"))
            except Unavailable as exc:
                log.warning("report.delayed", reason=str(exc))
            except OSError as exc:
                log.warning("report.delayed", reason=refused_by_machine(exc))
            except Exception as exc:
                log.exception("report.failed", kind=type(exc).__name__)
