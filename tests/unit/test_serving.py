"""Serving: a watcher is kept alive, and given up when it cannot be."""

import asyncio
import sys
from pathlib import Path
from signal import SIGTERM

import pytest

from flexibatch.errors import Unavailable
from flexibatch.services.serve import keep_watching
from tests.doubles.waiting import until

FAST = (0.01, 0.01)
WATCHER = """
import pathlib, signal, sys, time
told = pathlib.Path(sys.argv[1])

def end(number, frame):
    time.sleep(0.2)
    told.write_text(str(number))
    sys.exit()

signal.signal(signal.SIGTERM, end)
told.touch()
signal.pause()
"""
"""A watcher that writes down what it is told, once its set in hand is done."""


def test_a_watcher_that_cannot_be_kept_alive_is_trouble() -> None:
    """It is started again with back-off, then given up; everything else is told to stop."""
    stop = asyncio.Event()
    with pytest.raises(Unavailable, match="again and again") as trouble:
        asyncio.run(keep_watching(["false"], stop, FAST))
    assert (3, True) == (trouble.value.exit_status, stop.is_set())


def test_a_watcher_is_told_to_end_and_waited_for(tmp_path: Path) -> None:
    """It gets SIGTERM, which it would not live to write down were it killed, and ends after the set in hand."""
    told = tmp_path / "told"

    async def run() -> None:
        stop = asyncio.Event()
        watching = asyncio.create_task(keep_watching([sys.executable, "-c", WATCHER, str(told)], stop, FAST))
        await asyncio.to_thread(until, told.exists)
        stop.set()
        await watching

    asyncio.run(run())
    assert str(SIGTERM.value) == told.read_text("utf-8")
