"""A process that judges as `flexibatch.worker_process` does, with something odd: `python -m … HOME MODE ODDITY AT`.

It does it when it opens the document of the first set in its life (`AT` is nothing), or at its AT-th call.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

from flexibatch.domain.case import Case
from flexibatch.pipeline import World
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import Home
from flexibatch.worker_process import main
from tests.doubles.before import Before
from tests.doubles.mortal import Life, mortal_world

LARGE = 1_000_000


def command(home: Home, oddity: str, at: int = 0) -> list[str]:
    """Return the command that starts one."""
    return [sys.executable, "-m", "tests.doubles.odd_worker", str(home.path), "sweep", oddity, str(at)]


def _die(_where: str = "") -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _wait() -> None:
    time.sleep(600)


def _wait_long() -> None:
    time.sleep(3)


def _work() -> None:
    for _ in count():
        pass


def _swallow() -> None:
    """Take all memory there is, and hide that there was no more."""
    held = []
    with suppress(MemoryError):
        while True:
            held.append(bytearray(LARGE))


ODDITIES: dict[str, Callable[[], None]] = {
    "none": lambda: None,
    "dies": _die,
    "waits": _wait,
    "waits-long": _wait_long,
    "works": _work,
    "swallows": _swallow,
}


def _odd(world: World, oddity: Callable[[], None]) -> World:
    def opened(case: Case) -> Any:  # noqa: ANN401 - the port's own
        if "00001" in case.name and case.sender.number == "000640":
            oddity()
        return world.documents.open(case)

    return replace(world, documents=Before(world.documents, open=opened))


def _made(components: Components) -> World:
    world = components.world
    oddity, at = sys.argv[3], int(sys.argv[4])
    if at:
        return mortal_world(world, Life(at, die=_die))
    return _odd(world, ODDITIES[oddity])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], _made))
