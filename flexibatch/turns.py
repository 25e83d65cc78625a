"""Whose set is judged next, and what comes of each: one set never holds up another sender's."""

from collections.abc import Collection, Sequence
from typing import Protocol

import structlog
from structlog.contextvars import bound_contextvars

from flexibatch.domain.case import Settlement
from flexibatch.domain.shares import Shares
from flexibatch.errors import Unavailable
from flexibatch.ports import Stream
from flexibatch.settling import End, Judged
from flexibatch.sweep_result import SweepResult
from flexibatch.watcher_ports import Arrivals, ClaimStore, Locks, Retries

log = structlog.get_logger()

DIED = "the process ended while the set was judged"
PATIENCE = 0.2
"""Seconds after which it looks up from what is judged, to hear whether it is to end."""


class Judges(Protocol):
    """Have sets judged, one of a stream at a time (`flexibatch.workers`, or in this process)."""

    @property
    def busy(self) -> Collection[Stream]:
        """Return the streams of which a set is judged."""
        ...

    @property
    def free(self) -> bool:
        """Return whether one more may be begun."""
        ...

    def begin(self, stream: Stream, ticket: str) -> None:
        """Have the next set of a stream settled, which is most likely the one of a ticket."""
        ...

    def ended(self, within: float) -> Sequence[tuple[Stream, Judged]]:
        """Return what was judged; wait for it so many seconds at most."""
        ...


class Parts(Protocol):
    """What turns work with: the parts of a channel."""

    @property
    def claims(self) -> ClaimStore:
        """Return the claims."""
        ...

    @property
    def retries(self) -> Retries:
        """Return what keeps failures."""
        ...

    @property
    def arrivals(self) -> Arrivals:
        """Return what moves sets."""
        ...

    @property
    def locks(self) -> Locks:
        """Return what keeps processes apart."""
        ...

    @property
    def shares(self) -> Shares:
        """Return what senders have used."""
        ...

    @property
    def max_attempts(self) -> int:
        """Return how often a set is tried."""
        ...


class Sweep(Protocol):
    """Hear what came of the sets, and tell when it is enough."""

    result: SweepResult

    def stop(self) -> bool:
        """Return whether the process is to end."""
        ...

    def over(self) -> bool:
        """Return whether nothing more is begun in this sweep."""
        ...

    def settled(self, settlement: Settlement) -> None:
        """Publish and count what was settled."""
        ...


class Turns:
    """Have the sets judged that wait, each sender's in turn."""

    def __init__(self, channel: Parts, judges: Judges, sweep: Sweep) -> None:
        """Begin a sweep's turns."""
        self._channel, self._judges, self._sweep = channel, judges, sweep
        self._stuck: set[Stream] = set()

    def settle(self, *, to_the_end: bool) -> None:
        """Have the sets judged that wait, by the shares of their senders; `to_the_end` waits for the last of them."""
        streams = [stream for stream in self._channel.claims.streams() if stream not in self._stuck]
        while True:
            streams = self._begin(streams)
            self.collect(0)
            if self._sweep.over():
                break
            if self._judges.free and self._first(streams) is not None:
                continue
            if not self._judges.busy or not (streams or to_the_end):
                break
            self.collect(PATIENCE)
            streams = [stream for stream in streams if stream not in self._stuck]

    def _begin(self, streams: Sequence[Stream]) -> list[Stream]:
        """Begin sets as long as judges are free; give the streams in which more may wait."""
        left = list(streams)
        while self._judges.free and not self._sweep.stop():
            stream = self._first(left)
            if stream is None:
                break
            if not self._begin_next(stream):
                left.remove(stream)
        return left

    def _first(self, streams: Sequence[Stream]) -> Stream | None:
        """Return the stream whose turn it is: never two sets of one sender are judged at once."""
        busy = {stream.sender for stream in self._judges.busy}
        free = [stream for stream in streams if stream.sender not in busy and stream not in self._stuck]
        if not free:
            return None
        sender = self._channel.shares.first([stream.sender for stream in free])
        return next(stream for stream in free if stream.sender == sender)

    def _begin_next(self, stream: Stream) -> bool:
        """Begin the next set of a stream; tell whether the stream may go on."""
        case = self._channel.retries.waiting(stream)
        if case is None:
            return False
        with bound_contextvars(sender=stream.sender, ticket=case.ticket):
            try:
                if self._channel.locks.died(case.ticket):
                    log.error("set.killed", reason=DIED)
                    if self._count_attempt(case.ticket, DIED):
                        return True
            except Unavailable as exc:
                self._delay(stream, case.ticket, str(exc))
                return False
        self._channel.shares.begin(stream.sender)
        self._judges.begin(stream, case.ticket)
        return True

    def await_judged(self) -> None:
        """Wait for what is judged."""
        while self._judges.busy:
            self.collect(PATIENCE)

    def begin_anew(self) -> None:
        """Have those tried again that could not be settled before."""
        self._stuck.clear()

    # ----------------------------------------------------------------------------------------- what came of it

    def collect(self, within: float) -> None:
        """Hear what came of the sets that were judged; wait for it so many seconds at most."""
        for stream, judged in self._judges.ended(within):
            self._channel.shares.charge(stream.sender, judged.cost)
            with bound_contextvars(
                sender=stream.sender, environment=stream.environment.value, ticket=judged.ticket
            ):
                self._end(stream, judged)

    def _end(self, stream: Stream, judged: Judged) -> None:
        settlement = judged.settlement
        if settlement is not None:
            self._sweep.settled(settlement)
        elif judged.end is End.TROUBLE:
            self._delay(stream, judged.ticket, judged.reason)
        elif judged.end is End.NOTHING or not self._count_attempt(judged.ticket, judged.reason):
            self._stop(stream)

    def _stop(self, stream: Stream) -> None:
        self._stuck.add(stream)
        self._sweep.result.waiting += 1

    def _delay(self, stream: Stream, ticket: str, reason: str) -> None:
        """Leave a set, and those of its stream behind it, for the next sweep."""
        log.warning("set.delayed", reason=reason)
        if ticket:
            self._channel.retries.delayed(ticket, reason)
        self._stop(stream)

    def _count_attempt(self, ticket: str, reason: str) -> bool:
        """Count an attempt that came to nothing; tell whether the set is in quarantine now, and holds up nobody."""
        if not self._channel.retries.failed(ticket, reason, self._channel.max_attempts):
            return False
        self._channel.arrivals.quarantine(ticket)
        self._sweep.result.quarantined += 1
        log.error("set.quarantined", reason=reason)
        return True
