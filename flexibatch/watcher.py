"""Sweep and watch: the only place where time passes. What a sweep finds is decided anew from the folders each time.

A sweep publishes what was settled, completes claims that were cut short, takes what has arrived, and settles it,
stream by stream. One set never holds up another sender's.
"""

import gc
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from structlog.contextvars import bound_contextvars

from flexibatch.claiming import Claiming
from flexibatch.domain.case import Claim, Settlement, Verdict
from flexibatch.domain.shares import Shares
from flexibatch.errors import Superseded, Unavailable, refused_by_machine
from flexibatch.pipeline import World, finish
from flexibatch.ports import Stream
from flexibatch.settling import JudgesHere, Settler
from flexibatch.sweep_result import SweepResult
from flexibatch.turns import Judges, Turns
from flexibatch.watcher_ports import Arrivals, ClaimStore, Locks, Retries

log = structlog.get_logger()

ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000
ROUNDS_ELSEWHERE = 20
"""So often one sweep looks again when a slow server elsewhere has done what it had in hand."""
LONG_SWEEP = timedelta(seconds=2)
"""After so long `watch` looks into the inboxes again, before it goes on with what it has claimed."""


def _silent(_verdict: Verdict) -> None:
    """Report nobody."""


def _never() -> bool:
    return False


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Look for garbage cycles less often: the values of the journey form none, and looking costs a tenth of it."""
    before = gc.get_threshold()
    gc.set_threshold(ALLOCATIONS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass(frozen=True, slots=True)
class Channel:
    """What a sweep works with; `patient` leaves young GOs and backed-off sets alone, as `watch` does.

    `max_claimed_bytes` bounds what of one sender waits for its verdict; `clear` hears at the end which senders had sets
    refused, `index` of whom sets were claimed or answered. Without `judges` sets are judged in this process.
    """

    world: World
    claims: ClaimStore
    retries: Retries
    arrivals: Arrivals
    locks: Locks
    max_attempts: int
    max_claimed_bytes: int
    clear: Callable[[Collection[str]], None]
    index: Callable[[Collection[str]], None]
    patient: bool = False
    judges: Judges | None = None
    shares: Shares = field(default_factory=Shares)

    def sweep(
        self, tell: Callable[[Verdict], None] = _silent, stop: Callable[[], bool] = _never
    ) -> SweepResult:
        """Do all that can be done now, once; `tell` hears every verdict, `stop` ends it after the set in hand."""
        self.arrivals.require()
        with collecting_rarely():
            return _Sweep(self, tell, stop).run()

    def settle(self, tell: Callable[[Verdict], None] = _silent) -> SweepResult:
        """Settle and publish what is claimed, without looking for more."""
        self.arrivals.require()
        return _Sweep(self, tell, _never).settle()


class _Sweep:
    """The state of one sweep."""

    def __init__(self, channel: Channel, tell: Callable[[Verdict], None], stop: Callable[[], bool]) -> None:
        self.channel, self.tell, self.stop = channel, tell, stop
        self.result = SweepResult()
        self.began = channel.world.clock.now()
        self.refused: set[str] = set()
        self.answered: set[str] = set()
        judges = channel.judges or JudgesHere(Settler(channel.world, channel.locks))
        self.turns = Turns(channel, judges, self)

    def run(self) -> SweepResult:
        """Do what can be done; who sweeps once then waits for slow servers elsewhere, when all others are done with."""
        self._once()
        for _ in range(ROUNDS_ELSEWHERE):
            if self.channel.patient or self.stop() or not self.channel.arrivals.finish():
                break
            self.turns.begin_anew()
            self.result.waiting = self.result.unpublished = 0
            self._once()
        self.turns.collect(0)
        if self.refused:
            self.channel.clear(self.refused)
        self.channel.index(self.answered)
        return self.result

    def _once(self) -> None:
        channel, result = self.channel, self.result
        claiming = Claiming(
            channel.claims, channel.arrivals, channel.locks, channel.world.outbox, wait=not channel.patient
        )
        claiming.resume()
        self._publish()
        arrived = self._arrived()
        more = True
        while more and not self.over():
            more = claiming.claim_next(arrived, channel.world.clock.now())
            self.turns.settle(to_the_end=not more)
        if self.stop() or not channel.patient:
            self.turns.await_judged()
        result.unreached = 0 if result.without_room else channel.arrivals.unreached
        result.claimed += claiming.claimed
        result.waiting += claiming.delayed

    def _arrived(self) -> Iterator[Claim | None]:
        """Look for what may be claimed: nothing, as long as there is no room for it."""
        arrivals = self.channel.arrivals
        lacking = arrivals.lacking()
        self.result.without_room = bool(lacking)
        if lacking:
            log.warning("sweep.without_room", reason=lacking)
            return iter(())
        arrived = iter(arrivals.look(self.channel.world.clock.now(), patient=self.channel.patient))
        burdened = self._burdened()
        return (claim for claim in arrived if claim is None or self._may_be_claimed(claim, burdened))

    def _may_be_claimed(self, claim: Claim, burdened: Collection[str]) -> bool:
        if claim.sender in burdened:
            return False
        self.answered.add(claim.sender)
        return True

    def _burdened(self) -> Collection[str]:
        """Return the senders of which nothing more is claimed; who sweeps once settles first what can be settled."""
        claims, most = self.channel.claims, self.channel.max_claimed_bytes
        if claims.burdened(most):
            self.turns.settle(to_the_end=not self.channel.patient)
        burdened = claims.burdened(most)
        for number in sorted(burdened):
            log.warning("inbox.burdened", sender=number)
        return burdened

    def settle(self) -> SweepResult:
        self._publish()
        self.turns.settle(to_the_end=True)
        self.channel.index(self.answered)
        return self.result

    def _publish(self) -> None:
        for settlement in self.channel.retries.unpublished():
            self._finish(settlement)

    def over(self) -> bool:
        """Return whether nothing more is begun in this sweep; what is in hand goes on."""
        channel = self.channel
        if channel.patient and channel.world.clock.now() - self.began > LONG_SWEEP:
            self.result.cut_short = True
        return self.result.cut_short or self.stop()

    def settled(self, settlement: Settlement) -> None:
        """Publish and count what was settled."""
        self._finish(settlement)
        self._count(settlement.verdict)

    def _finish(self, settlement: Settlement) -> None:
        """Publish what was settled; what cannot be put down now is put down by the next sweep."""
        verdict, case = settlement.verdict, settlement.verdict.case
        with bound_contextvars(ticket=case.ticket, sender=case.sender.number, run=case.run):
            try:
                with self.channel.locks.publishing(Stream(case.sender.number, case.environment)):
                    if not self.channel.retries.is_published(verdict):
                        finish(self.channel.world, settlement)
                self.answered.add(case.sender.number)
                # A process that died between the verdict and here leaves a mark that means nothing any more.
                self.channel.locks.died(case.ticket)
            except (Unavailable, Superseded) as exc:
                self.result.unpublished += 1
                log.warning("answers.delayed", reason=str(exc))
            except OSError as exc:
                self.result.unpublished += 1
                log.warning("answers.delayed", reason=refused_by_machine(exc))
            except Exception as exc:
                self.result.unpublished += 1
                log.exception("answers.failed", kind=type(exc).__name__)

    def _count(self, verdict: Verdict) -> None:
        counts = verdict.counts
        if verdict.case.silent:
            log.warning("set.set_aside", name=verdict.case.name, earlier_ticket=verdict.case.earlier_ticket)
        log.info(
            "set.settled",
            run=verdict.case.run,
            verdict=verdict.state,
            outcome=verdict.outcome and verdict.outcome.value,
            codes=[fault.code for fault in verdict.faults],
            name=verdict.case.name,
            forms=counts.forms,
            accepted=counts.accepted,
            unchanged=counts.unchanged,
            refused=counts.refused,
        )
        if verdict.state == "refused":
            self.refused.add(verdict.case.sender.number)
        self.result.count(verdict)
        self.tell(verdict)


def watch(channel: Channel, stop: threading.Event, wake: Callable[[threading.Event], None]) -> None:
    """Sweep for ever; `wake` waits until something moved or the pause is over. Ends after the set in hand."""
    while not stop.is_set():
        cut_short = False
        try:
            cut_short = channel.sweep(stop=stop.is_set).cut_short
        except (Unavailable, Superseded) as exc:
            log.warning("sweep.delayed", reason=str(exc))
        except OSError as exc:
            log.warning("sweep.delayed", reason=refused_by_machine(exc))
        if not cut_short:
            wake(stop)
