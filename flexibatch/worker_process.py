"""A process that judges sets for the one that watches: `python -m flexibatch.worker_process HOME MODE`.

It reads from standard input which stream's turn it is, a JSON object a line, and answers on standard output with which
set it took and what came of it. It ends when its input does. The operating system ends it where a set takes more than
`[limits]` allow; whoever started it hears that, and counts it as an attempt of that set.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from typing import BinaryIO

from flexibatch import logs
from flexibatch.adapters.kernel import keep_no_core, most_memory, within
from flexibatch.domain.budget import Tariff
from flexibatch.domain.case import Case
from flexibatch.domain.vocabulary import Environment
from flexibatch.errors import FlexibatchError
from flexibatch.pipeline import World
from flexibatch.ports import Stream
from flexibatch.settling import End, Settler
from flexibatch.watcher import collecting_rarely
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import Home
from flexibatch.wiring.outside import Mode, Outside


class Work:
    """What a process judges with."""

    def __init__(self, components: Components, world: World, out: BinaryIO) -> None:
        """Put it together."""
        self._out = out
        self._tariff: Tariff = components.home.settings.limits.tariff
        self.worn = False
        """Whether a new process is to go on: this one met a bug, or keeps memory that the next set may need."""
        self._settler = Settler(world, components.locks, self._within, self._taken)

    def settle(self, stream: Stream) -> None:
        """Settle the next set of a stream and tell what came of it."""
        begun = time.process_time()
        judged = self._settler.settle(stream)
        run = judged.settlement.verdict.case.run if judged.settlement else 0
        cost = time.process_time() - begun
        told = {"ticket": judged.ticket, "run": run, "reason": judged.reason, "cost": cost}
        self.worn = judged.end is End.BUG or most_memory() > self._tariff.least.memory / 2
        self._say({"end": judged.end.value, "worn": self.worn, **told})

    def _taken(self, case: Case) -> None:
        budget = self._tariff.budget(case.size)
        self._say({"taken": case.ticket, "wall": budget.wall, "cpu": time.process_time()})

    def _within(self, case: Case) -> AbstractContextManager[None]:
        return within(self._tariff.budget(case.size))

    def _say(self, told: dict[str, object]) -> None:
        """Answer; where nobody listens any more the set in hand is settled, and the input has ended."""
        with suppress(BrokenPipeError):
            self._out.write(json.dumps(told).encode() + b"\n")


def _world(components: Components) -> World:
    return components.world


def main(home: str, mode: str, world: Callable[[Components], World] = _world) -> int:
    """Judge until the input ends; what this process is told by a terminal or an init system is another's business.

    `world` gives what is judged with, where it is not the channel's own.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    keep_no_core()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        opened = Home.open(Path(home), os.environ)
    except FlexibatchError as exc:
        sys.stderr.write(f"{exc}\n")
        return exc.exit_status
    logs.configure(opened.settings.log_format, opened.settings.log_level)
    components = Components(opened, Outside.real(), Mode(mode))
    with closing(components), collecting_rarely():
        work = Work(components, world(components), out)
        for line in sys.stdin.buffer:
            asked = json.loads(line)
            work.settle(Stream(asked["sender"], Environment(asked["environment"])))
            if work.worn:
                break
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
