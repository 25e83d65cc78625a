"""Settle the next set of a stream: hold a mark on it, judge it, write it, and tell what came of it whatever happens."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from enum import StrEnum, auto

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, unbind_contextvars

from flexibatch.domain.case import Case, Settlement
from flexibatch.errors import Refusal, Superseded, Unavailable, refused_by_machine
from flexibatch.pipeline import World, settle_next
from flexibatch.ports import Stream
from flexibatch.watcher_ports import Locks

log = structlog.get_logger()

JUDGED_AGAIN = 5
LEAST_COST = 0.02
"""Seconds that a set costs beside its judgement: it is claimed, answered and archived."""
BYTES_A_SECOND = 10_000_000
"""By which a set is charged whose processor time nobody measured."""


class End(StrEnum):
    """How it ended with a set."""

    SETTLED = auto()
    NOTHING = auto()
    """There was none that could be settled now, or another process is at it."""
    TROUBLE = auto()
    BUG = auto()
    DIED = auto()
    """Its process was ended while it was judged."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a set: its settlement, or the reason why there is none; `cost` is in seconds."""

    end: End
    ticket: str = ""
    settlement: Settlement | None = None
    reason: str = ""
    cost: float = LEAST_COST


def _unlimited(_case: Case) -> AbstractContextManager[None]:
    return nullcontext()


def _unheard(_case: Case) -> None:
    """Report nobody."""


@dataclass(frozen=True, slots=True)
class Settler:
    """Settle sets of a channel in this process.

    `within` bounds the judgement of a case, `taken` hears which one it is before a byte of it is read.
    """

    world: World
    locks: Locks
    within: Callable[[Case], AbstractContextManager[None]] = _unlimited
    taken: Callable[[Case], None] = _unheard

    def settle(self, stream: Stream) -> Judged:
        """Settle the next set of a stream; whatever keeps it from that is told, and nothing is raised."""
        hand = _SetInHand(self)
        with bound_contextvars(sender=stream.sender, environment=stream.environment.value):
            try:
                settlement = hand.settle(stream)
            except (Unavailable, Refusal) as exc:
                return hand.told(End.TROUBLE, str(exc))
            except OSError as exc:
                return hand.told(End.TROUBLE, refused_by_machine(exc))
            except Exception as exc:
                log.exception("set.failed", kind=type(exc).__name__)
                return hand.told(End.BUG, f"{type(exc).__name__} while the set was judged")
            finally:
                unbind_contextvars("ticket", "run")
        return hand.told(End.NOTHING) if settlement is None else hand.told(End.SETTLED, settled=settlement)


class _SetInHand:
    """The set that is settled, once it is known which."""

    def __init__(self, settler: Settler) -> None:
        self.settler = settler
        self.case: Case | None = None

    def told(self, end: End, reason: str = "", settled: Settlement | None = None) -> Judged:
        size = self.case.size if self.case else 0
        ticket = self.case.ticket if self.case else ""
        return Judged(end, ticket, settled, reason, LEAST_COST + size / BYTES_A_SECOND)

    def settle(self, stream: Stream) -> Settlement | None:
        for _ in range(JUDGED_AGAIN):
            try:
                return self._settle_once(stream)
            except Superseded:
                log.info("set.judged_again")
        raise RuntimeError(f"the set was judged {JUDGED_AGAIN} times and never fits what is stored")

    def _settle_once(self, stream: Stream) -> Settlement | None:
        settler = self.settler
        with ExitStack() as marks:
            if not marks.enter_context(settler.locks.settling(stream)):
                return None
            return settle_next(settler.world, stream, lambda case: self._take(case, marks), settler.within)

    def _take(self, case: Case, marks: ExitStack) -> None:
        """Hear which set is judged: what is logged and noted from here on is about that one."""
        self.case = case
        marks.enter_context(self.settler.locks.judging(case.ticket))
        bind_contextvars(ticket=case.ticket, run=case.run)
        self.settler.taken(case)


class JudgesHere:
    """Fulfil the watcher's `Judges` in this process: one set after another, each judged as soon as it is begun."""

    def __init__(self, settler: Settler) -> None:
        """Keep who settles."""
        self._settler = settler
        self._done: list[tuple[Stream, Judged]] = []

    @property
    def busy(self) -> Collection[Stream]:
        """Return the stream whose set was judged and not asked for yet."""
        return [stream for stream, _judged in self._done]

    @property
    def free(self) -> bool:
        """Return whether one more may be begun."""
        return not self._done

    def begin(self, stream: Stream, ticket: str) -> None:
        """Settle the next set of a stream."""
        del ticket
        self._done.append((stream, self._settler.settle(stream)))

    def ended(self, within: float) -> Sequence[tuple[Stream, Judged]]:
        """Return what was judged."""
        del within
        done, self._done = self._done, []
        return done
