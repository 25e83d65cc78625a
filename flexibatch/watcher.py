"""Sweep and watch: the only place where time passes. What a sweep finds is decided anew from the folders each time.

A sweep publishes what was settled, completes claims that were cut short, takes what has arrived, and settles it,
stream by stream. One set never holds up another sender's.
"""

import gc
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars

from flexibatch.claiming import Claiming
from flexibatch.domain.case import Case, Claim, Settlement, Verdict
from flexibatch.errors import Refusal, Superseded, Unavailable, refused_by_machine
from flexibatch.pipeline import World, finish, settle_next
from flexibatch.ports import Stream
from flexibatch.watcher_ports import Arrivals, ClaimBook, Failures, Fences

log = structlog.get_logger()

ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000
JUDGED_AGAIN = 5
DIED = "the process ended while the set was judged"
ROUNDS_ELSEWHERE = 20
"""So often one sweep looks again when a slow server elsewhere has done what it had in hand."""
LONG_SWEEP = timedelta(seconds=20)
"""After so long `watch` looks into the inboxes again, before it goes on with what it has claimed."""


@dataclass(slots=True)
class SweepResult:
    """Count what one sweep did.

    `waiting` are sets that could not be settled now, `unreached` inboxes that could not be looked into. One that was
    `cut_short` left sets to the next, which is due at once; one `without_room` took nothing in.
    """

    claimed: int = 0
    settled: int = 0
    refused: int = 0
    withdrawn: int = 0
    lines_refused: int = 0
    quarantined: int = 0
    waiting: int = 0
    unpublished: int = 0
    unreached: int = 0
    cut_short: bool = False
    without_room: bool = False

    @property
    def clean(self) -> bool:
        """Tell whether nothing was refused and nothing failed."""
        trouble = self.quarantined or self.waiting or self.unpublished or self.unreached or self.without_room
        return not (self.refused or self.lines_refused or trouble)

    def counts(self) -> dict[str, int]:
        """Give all counts by name."""
        return {name: count for name, count in asdict(self).items() if not isinstance(count, bool)}

    def count(self, verdict: Verdict) -> None:
        """Count a settled set."""
        self.settled += 1
        self.refused += verdict.state == "refused"
        self.withdrawn += verdict.state == "withdrawn"
        self.lines_refused += verdict.counts.refused


def _silent(_verdict: Verdict) -> None:
    """Tell nobody."""


def _never() -> bool:
    return False


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Look for garbage cycles less often: the values of the journey form none, and looking costs a tenth of it."""
    before = gc.get_threshold()
    gc.set_threshold(ALLOCATIONS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass(frozen=True, slots=True)
class Channel:
    """Hold what a sweep works with; `patient` leaves young GOs and backed-off sets alone, as `watch` does.

    `max_claimed_bytes` bounds what of one sender waits for its verdict; `clear` hears at the end which senders had sets
    refused.
    """

    world: World
    claims: ClaimBook
    failures: Failures
    arrivals: Arrivals
    fences: Fences
    max_attempts: int
    max_claimed_bytes: int
    clear: Callable[[Collection[str]], None]
    patient: bool = False

    def sweep(
        self, tell: Callable[[Verdict], None] = _silent, stop: Callable[[], bool] = _never
    ) -> SweepResult:
        """Do all that can be done now, once; `tell` hears every verdict, `stop` ends it after the set in hand."""
        self.arrivals.require()
        with _collecting_rarely():
            return _Sweep(self, tell, stop).run()

    def settle(self, tell: Callable[[Verdict], None] = _silent) -> SweepResult:
        """Settle and publish what is claimed, without looking for more."""
        self.arrivals.require()
        return _Sweep(self, tell, _never).settle()


class _Sweep:
    """Hold the state of one sweep."""

    def __init__(self, channel: Channel, tell: Callable[[Verdict], None], stop: Callable[[], bool]) -> None:
        self.channel, self.tell, self.stop = channel, tell, stop
        self.result = SweepResult()
        self.began = channel.world.clock.now()
        self.stuck: set[Stream] = set()
        self.in_hand: Case
        self.refused: set[str] = set()

    def run(self) -> SweepResult:
        """Do what can be done; who sweeps once then waits for slow servers elsewhere, when all others are done with."""
        self._once()
        for _ in range(ROUNDS_ELSEWHERE):
            if self.channel.patient or self.stop() or not self.channel.arrivals.finish():
                break
            self.stuck.clear()
            self.result.waiting = self.result.unpublished = 0
            self._once()
        if self.refused:
            self.channel.clear(self.refused)
        return self.result

    def _once(self) -> None:
        channel, result = self.channel, self.result
        claiming = Claiming(
            channel.claims, channel.arrivals, channel.fences, channel.world.outbox, wait=not channel.patient
        )
        claiming.resume()
        self._publish()
        arrived = self._arrived()
        while not self.stop() and not result.cut_short:
            more = claiming.claim_next(arrived, channel.world.clock.now())
            self._settle_streams()
            if not more:
                break
            result.cut_short = result.cut_short or self._takes_long()
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
        return (claim for claim in arrived if claim is None or claim.sender not in burdened)

    def _burdened(self) -> Collection[str]:
        """Give the senders of which nothing more is claimed, after a round in which theirs could be settled."""
        claims, most = self.channel.claims, self.channel.max_claimed_bytes
        if claims.burdened(most):
            self._settle_streams()
        burdened = claims.burdened(most)
        for number in sorted(burdened):
            log.warning("inbox.burdened", sender=number)
        return burdened

    def settle(self) -> SweepResult:
        self._publish()
        self._settle_streams()
        return self.result

    def _publish(self) -> None:
        for settlement in self.channel.failures.unpublished():
            self._finish(settlement)

    def _settle_streams(self) -> None:
        """Settle one set of each stream after another, so that no bureau waits behind all the sets of another.

        Whatever time it takes, one round is finished.
        """
        waiting = [stream for stream in self.channel.claims.streams() if stream not in self.stuck]
        while waiting and not self.result.cut_short:
            waiting = [stream for stream in waiting if self._settle_next(stream)]
            self.result.cut_short = bool(waiting) and self._takes_long()

    def _settle_next(self, stream: Stream) -> bool:
        if self.stop():
            return False
        with bound_contextvars(sender=stream.sender, environment=stream.environment.value):
            return self._settle_one(stream)

    def _takes_long(self) -> bool:
        channel = self.channel
        return channel.patient and channel.world.clock.now() - self.began > LONG_SWEEP

    def _settle_one(self, stream: Stream) -> bool:
        """Settle one set of a stream; tell whether the stream may go on."""
        case = self.channel.failures.waiting(stream)
        if case is None:
            return False
        with bound_contextvars(ticket=case.ticket, run=case.run):
            self.in_hand = case
            try:
                if self.channel.fences.died(case.ticket) and self._count_attempt(DIED):
                    return True
                settlement = self._settle_or_judge_again(stream)
            except (Unavailable, Refusal, OSError) as exc:
                return self._delay(stream, refused_by_machine(exc) if isinstance(exc, OSError) else str(exc))
            except Exception as exc:  # noqa: BLE001 - a bug on one set holds up nobody else
                return self._count_bug(stream, exc)
            if settlement is None:
                return self._stop(stream)
            self._finish(settlement)
            self._count(settlement.verdict)
        return True

    def _settle_or_judge_again(self, stream: Stream) -> Settlement | None:
        for _ in range(JUDGED_AGAIN):
            try:
                with ExitStack() as marks:
                    if not marks.enter_context(self.channel.fences.settling(stream)):
                        return None
                    return settle_next(self.channel.world, stream, lambda case: self._taken(case, marks))
            except Superseded:
                log.info("set.judged_again")
        raise RuntimeError(f"the set was judged {JUDGED_AGAIN} times and never fits what is stored")

    def _taken(self, case: Case, marks: ExitStack) -> None:
        """Hear which set is judged: what is logged and noted from here on is about that one."""
        self.in_hand = case
        marks.enter_context(self.channel.fences.judging(case.ticket))
        bind_contextvars(ticket=case.ticket, run=case.run)

    def _stop(self, stream: Stream) -> bool:
        self.stuck.add(stream)
        self.result.waiting += 1
        return False

    def _delay(self, stream: Stream, reason: str) -> bool:
        """Leave a set, and those of its stream behind it, for the next sweep."""
        self.channel.failures.delayed(self.in_hand.ticket, reason)
        log.warning("set.delayed", reason=reason)
        return self._stop(stream)

    def _count_bug(self, stream: Stream, exc: Exception) -> bool:
        log.error("set.failed", kind=type(exc).__name__, exc_info=exc)
        return self._count_attempt(f"{type(exc).__name__} while the set was judged") or self._stop(stream)

    def _count_attempt(self, reason: str) -> bool:
        """Count an attempt that came to nothing; tell whether the set is in quarantine now, and holds up nobody."""
        ticket = self.in_hand.ticket
        if reason == DIED:
            log.error("set.killed", reason=reason)
        if not self.channel.failures.failed(ticket, reason, self.channel.max_attempts):
            return False
        self.channel.arrivals.quarantine(ticket)
        self.result.quarantined += 1
        log.error("set.quarantined", reason=reason)
        return True

    def _finish(self, settlement: Settlement) -> None:
        """Publish what was settled; what cannot be put down now is put down by the next sweep."""
        verdict, case = settlement.verdict, settlement.verdict.case
        with bound_contextvars(ticket=case.ticket, sender=case.sender.number, run=case.run):
            try:
                with self.channel.fences.publishing(Stream(case.sender.number, case.environment)):
                    if not self.channel.failures.is_published(verdict):
                        finish(self.channel.world, settlement)
                # A process that died between the verdict and here leaves a mark that means nothing any more.
                self.channel.fences.died(case.ticket)
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
            verdict=verdict.state,
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
