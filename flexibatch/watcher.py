"""Sweep and watch: the only place where time passes. What a sweep finds is decided anew from the folders each time.

A sweep publishes what was settled, completes claims that were cut short, takes what has arrived, and settles it,
stream by stream. One set never holds up another sender's.
"""

import gc
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Protocol

import structlog
from structlog.contextvars import bound_contextvars

from flexibatch.claiming import Claiming
from flexibatch.domain.case import Claim, Settlement, Verdict
from flexibatch.domain.shares import Shares
from flexibatch.errors import Superseded, Unavailable, refused_by_machine
from flexibatch.pipeline import World, finish
from flexibatch.ports import Stream
from flexibatch.settling import End, Judged, JudgesHere, Settler
from flexibatch.watcher_ports import Arrivals, ClaimBook, Failures, Fences

log = structlog.get_logger()

ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000
DIED = "the process ended while the set was judged"
ROUNDS_ELSEWHERE = 20
"""So often one sweep looks again when a slow server elsewhere has done what it had in hand."""
LONG_SWEEP = timedelta(seconds=2)
"""After so long `watch` looks into the inboxes again, before it goes on with what it has claimed."""
PATIENCE = 0.2
"""Seconds after which it looks up from what is judged, to hear whether it is to end."""


class Judges(Protocol):
    """Have sets judged, one of a stream at a time (`flexibatch.workers`, or in this process)."""

    @property
    def busy(self) -> Collection[Stream]:
        """Give the streams of which a set is judged."""
        ...

    @property
    def free(self) -> bool:
        """Tell whether one more may be begun."""
        ...

    def begin(self, stream: Stream, ticket: str) -> None:
        """Have the next set of a stream settled, which is most likely the one of a ticket."""
        ...

    def ended(self, within: float) -> Sequence[tuple[Stream, Judged]]:
        """Give what was judged; wait for it so many seconds at most."""
        ...


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
    """Hold what a sweep works with; `patient` leaves young GOs and backed-off sets alone, as `watch` does.

    `max_claimed_bytes` bounds what of one sender waits for its verdict; `clear` hears at the end which senders had sets
    refused. Without `judges` sets are judged in this process.
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
    """Hold the state of one sweep."""

    def __init__(self, channel: Channel, tell: Callable[[Verdict], None], stop: Callable[[], bool]) -> None:
        self.channel, self.tell, self.stop = channel, tell, stop
        self.judges: Judges = channel.judges or JudgesHere(Settler(channel.world, channel.fences))
        self.result = SweepResult()
        self.began = channel.world.clock.now()
        self.stuck: set[Stream] = set()
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
        self._collect(0)
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
        more = True
        while more and not self._cut():
            more = claiming.claim_next(arrived, channel.world.clock.now())
            self._settle_streams(to_the_end=not more)
        self._await_the_hands()
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
        """Give the senders of which nothing more is claimed; who sweeps once settles first what can be settled."""
        claims, most = self.channel.claims, self.channel.max_claimed_bytes
        if claims.burdened(most):
            self._settle_streams(to_the_end=not self.channel.patient)
        burdened = claims.burdened(most)
        for number in sorted(burdened):
            log.warning("inbox.burdened", sender=number)
        return burdened

    def settle(self) -> SweepResult:
        self._publish()
        self._settle_streams(to_the_end=True)
        return self.result

    def _publish(self) -> None:
        for settlement in self.channel.failures.unpublished():
            self._finish(settlement)

    # ------------------------------------------------------------------------------------------- who is judged

    def _settle_streams(self, *, to_the_end: bool) -> None:
        """Have the sets judged that wait, by the shares of their senders; `to_the_end` waits for the last of them."""
        streams = [stream for stream in self.channel.claims.streams() if stream not in self.stuck]
        while True:
            streams = self._begin(streams)
            self._collect(0)
            if self._cut():
                break
            if self.judges.free and self._first(streams) is not None:
                continue
            if not self.judges.busy or not (streams or to_the_end):
                break
            self._collect(PATIENCE)
            streams = [stream for stream in streams if stream not in self.stuck]

    def _begin(self, streams: Sequence[Stream]) -> list[Stream]:
        """Begin sets as long as judges are free; give the streams in which more may wait."""
        left = list(streams)
        while self.judges.free and not self.stop():
            stream = self._first(left)
            if stream is None:
                break
            if not self._begin_next(stream):
                left.remove(stream)
        return left

    def _first(self, streams: Sequence[Stream]) -> Stream | None:
        """Give the stream whose turn it is: never two sets of one sender are judged at once."""
        busy = {stream.sender for stream in self.judges.busy}
        free = [stream for stream in streams if stream.sender not in busy and stream not in self.stuck]
        if not free:
            return None
        sender = self.channel.shares.first([stream.sender for stream in free])
        return next(stream for stream in free if stream.sender == sender)

    def _begin_next(self, stream: Stream) -> bool:
        """Begin the next set of a stream; tell whether the stream may go on."""
        case = self.channel.failures.waiting(stream)
        if case is None:
            return False
        with bound_contextvars(sender=stream.sender, ticket=case.ticket):
            try:
                if self.channel.fences.died(case.ticket):
                    log.error("set.killed", reason=DIED)
                    if self._count_attempt(case.ticket, DIED):
                        return True
            except Unavailable as exc:
                self._delay(stream, case.ticket, str(exc))
                return False
        self.channel.shares.begin(stream.sender)
        self.judges.begin(stream, case.ticket)
        return True

    def _cut(self) -> bool:
        """Tell whether nothing more is begun in this sweep; what is in hand goes on."""
        channel = self.channel
        if channel.patient and channel.world.clock.now() - self.began > LONG_SWEEP:
            self.result.cut_short = True
        return self.result.cut_short or self.stop()

    def _await_the_hands(self) -> None:
        """Wait for what is judged, where this was the last sweep, or the only one."""
        while self.judges.busy and (self.stop() or not self.channel.patient):
            self._collect(PATIENCE)

    # ----------------------------------------------------------------------------------------- what came of it

    def _collect(self, within: float) -> None:
        for stream, judged in self.judges.ended(within):
            self.channel.shares.charge(stream.sender, judged.cost)
            with bound_contextvars(
                sender=stream.sender, environment=stream.environment.value, ticket=judged.ticket
            ):
                self._end(stream, judged)

    def _end(self, stream: Stream, judged: Judged) -> None:
        settlement = judged.settlement
        if settlement is not None:
            self._finish(settlement)
            self._count(settlement.verdict)
        elif judged.end is End.TROUBLE:
            self._delay(stream, judged.ticket, judged.reason)
        elif judged.end is End.NOTHING or not self._count_attempt(judged.ticket, judged.reason):
            self._stop(stream)

    def _stop(self, stream: Stream) -> None:
        self.stuck.add(stream)
        self.result.waiting += 1

    def _delay(self, stream: Stream, ticket: str, reason: str) -> None:
        """Leave a set, and those of its stream behind it, for the next sweep."""
        log.warning("set.delayed", reason=reason)
        if ticket:
            self.channel.failures.delayed(ticket, reason)
        self._stop(stream)

    def _count_attempt(self, ticket: str, reason: str) -> bool:
        """Count an attempt that came to nothing; tell whether the set is in quarantine now, and holds up nobody."""
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
            run=verdict.case.run,
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
