"""Have sets judged by processes of their own: kept warm, as many as are needed, replaced when they end."""

import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from flexibatch.adapters.kernel import CPU_USED_UP, TIME_OVER
from flexibatch.domain.case import Settlement
from flexibatch.errors import Unavailable
from flexibatch.ports import Stream
from flexibatch.settling import LEAST_COST, End, Judged
from flexibatch.watcher_ports import Locks

log = structlog.get_logger()

LATE = 120.0
"""Seconds in which a process writes what it judged, or is ended by its own timer; then it is killed."""
TO_BEGIN = 60.0
"""Seconds that a process may take from its start until it takes a set."""
IDLE_SHARE = 0.25
"""One that used less of its time than this share waited for something else: for the database, for the disk."""
RESTS = 60.0
"""Seconds after which a process that has nothing to do ends, unless it is the last one."""
BLOCK = 65_536
FAREWELL = 2.0
"""Seconds that idle processes have to end by themselves."""


@dataclass(slots=True)
class Worker:
    """One process, and the set in its hands where there is one."""

    process: "subprocess.Popen[bytes]"
    stream: Stream | None = None
    ticket: str = ""
    said: bytearray = field(default_factory=bytearray)
    until: float = 0.0
    wall: float = 0.0
    cpu: float = 0.0
    late: bool = False
    rests_since: float = 0.0

    @classmethod
    def started(cls, command: Sequence[str]) -> "Worker":
        """Start a process; what it logs goes where this one's does."""
        pipe = subprocess.PIPE
        return cls(subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True))  # noqa: S603 - our own

    @property
    def out(self) -> int:
        """Return the descriptor that it answers on."""
        if self.process.stdout is None:
            raise LookupError("a worker has its pipes")
        return self.process.stdout.fileno()

    def begin(self, stream: Stream, ticket: str) -> None:
        """Hand it the next set of a stream, which is most likely the one of a ticket."""
        self.stream, self.ticket = stream, ticket
        self.wall, self.until = 0.0, time.monotonic() + TO_BEGIN
        asked = {"sender": stream.sender, "environment": stream.environment.value}
        if self.process.stdin is None:
            raise LookupError("a worker has its pipes")
        try:
            self.process.stdin.write(json.dumps(asked).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            log.info("worker.gone")  # its output has ended too, which is heard where it is listened to

    def hear(self) -> list[dict[str, Any]] | None:
        """Return what it said since; None when it has ended."""
        more = os.read(self.out, BLOCK)
        self.said += more
        *lines, rest = bytes(self.said).split(b"\n")
        self.said = bytearray(rest)
        told = [json.loads(line) for line in lines]
        return told if told or more else None

    def take(self, told: dict[str, Any]) -> None:
        """Hear which set it has taken, and how long that may be in its hands."""
        self.ticket, self.wall, self.cpu = told["taken"], told["wall"], told["cpu"]
        self.until = time.monotonic() + self.wall + LATE

    def end(self) -> Judged:
        """Return what its end means for the set in its hands; one that only closed its output is ended."""
        os.kill(self.process.pid, signal.SIGKILL)  # not its own `kill`, which would take its status away
        _pid, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.close_pipes()
        used = max(0.0, usage.ru_utime + usage.ru_stime - self.cpu)
        ended_by = -self.process.returncode
        if self.wall == 0.0:
            reason = f"a process to judge it could not begin (it ended with {self.process.returncode})"
            return Judged(End.TROUBLE, self.ticket, reason=reason)
        cost = used + LEAST_COST
        if (self.late or ended_by == TIME_OVER) and used < self.wall * IDLE_SHARE:
            reason = (
                f"in {self.wall:.0f} s it was not judged, most of the time it waited for something else: look at "
                "database and disk; it is tried again"
            )
            return Judged(End.TROUBLE, self.ticket, reason=reason, cost=cost)
        return Judged(End.DIED, self.ticket, reason=_reason(self.process.returncode, self.wall), cost=cost)

    def kill_if_late(self) -> None:
        """End it where its own timers did not."""
        if time.monotonic() > self.until:
            self.late = True
            self.process.kill()

    def leave(self) -> None:
        """Let it end by itself, or end it."""
        self.close_pipes()
        try:
            self.process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def close_pipes(self) -> None:
        """Give its pipes back."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue


def _reason(status: int, wall: float) -> str:
    ended_by = -status
    if ended_by == CPU_USED_UP:
        return "the processor time that a set of its size may take was used up ([limits] cpu)"
    if ended_by == TIME_OVER:
        return f"it took longer than the {wall:.0f} s that a set of its size may take ([limits] wall)"
    if ended_by > 0:
        return f"the process that judged it was ended by signal {ended_by} ({signal.Signals(ended_by).name})"
    return f"the process that judged it ended with status {status}"


class Workers:
    """Fulfil the watcher's `Judges` by processes.

    `command` starts one; `settled` gives a run as it stands in the database; `most` processes work at once.
    """

    def __init__(
        self,
        command: Sequence[str],
        most: int,
        locks: Locks,
        settled: Callable[[str, int], Settlement],
    ) -> None:
        """Start nothing yet."""
        self._command, self._most, self._locks, self._settled = command, most, locks, settled
        self._working: list[Worker] = []
        self._idle: list[Worker] = []
        self._leaving: list[Worker] = []

    @property
    def busy(self) -> Collection[Stream]:
        """Return the streams of which a set is judged."""
        return [worker.stream for worker in self._working if worker.stream is not None]

    @property
    def free(self) -> bool:
        """Return whether one more may be begun."""
        return len(self._working) < self._most

    def begin(self, stream: Stream, ticket: str) -> None:
        """Have the next set of a stream settled."""
        worker = self._rested() or Worker.started(self._command)
        worker.begin(stream, ticket)
        self._working.append(worker)

    def _rested(self) -> Worker | None:
        """Return a process that waits for work, None where there is none."""
        while self._idle:
            worker = self._idle.pop()
            if worker.process.poll() is None:
                return worker
            worker.close_pipes()
        return None

    def ended(self, within: float) -> Sequence[tuple[Stream, Judged]]:
        """Return what was judged; wait for it so many seconds at most."""
        done: list[tuple[Stream, Judged]] = []
        if self._working:
            with selectors.DefaultSelector() as selector:
                for worker in self._working:
                    selector.register(worker.out, selectors.EVENT_READ, worker)
                for key, _events in selector.select(within):
                    done += self._heard(key.data)
        for worker in self._working:
            worker.kill_if_late()
        self._thin_out()
        return done

    def _heard(self, worker: Worker) -> Iterator[tuple[Stream, Judged]]:
        stream, told = worker.stream, worker.hear()
        if stream is None:
            raise LookupError("who works has a stream")
        if told is None:
            self._working.remove(worker)
            judged = worker.end()
            self._locks.died(judged.ticket)
            log.error("worker.ended", reason=judged.reason)
            yield stream, judged
            return
        for one in told:
            if "taken" in one:
                worker.take(one)
            else:
                self._rest(worker, worn=one["worn"])
                yield stream, self._judged(one)

    def _rest(self, worker: Worker, *, worn: bool) -> None:
        """Keep a process that has done its work, unless it is worn."""
        self._working.remove(worker)
        worker.stream, worker.rests_since = None, time.monotonic()
        if worn:
            worker.close_pipes()
            self._leaving.append(worker)
        else:
            self._idle.append(worker)

    def _judged(self, told: dict[str, Any]) -> Judged:
        end, cost = End(told["end"]), told["cost"] + LEAST_COST
        if end is not End.SETTLED:
            return Judged(end, told["ticket"], reason=told["reason"], cost=cost)
        try:
            return Judged(end, told["ticket"], self._settled(told["ticket"], told["run"]), cost=cost)
        except Unavailable as exc:
            # It was settled: the next sweep finds that it is not published.
            return Judged(End.TROUBLE, reason=str(exc), cost=cost)

    def _thin_out(self) -> None:
        """Let processes go that have rested for long; one is kept. Nobody waits for those that leave."""
        self._leaving = [worker for worker in self._leaving if worker.process.poll() is None]
        while len(self._idle) > 1 and time.monotonic() - self._idle[0].rests_since > RESTS:
            worker = self._idle.pop(0)
            worker.close_pipes()
            self._leaving.append(worker)

    def close(self) -> None:
        """End all processes; a set that is in hand counts as not judged."""
        for worker in self._working:
            worker.process.kill()
            worker.leave()
            self._locks.died(worker.ticket)
        for worker in (*self._idle, *self._leaving):
            worker.leave()
        self._working, self._idle, self._leaving = [], [], []
