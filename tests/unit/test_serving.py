"""Serving: a watcher is kept alive, and given up when it cannot be."""

import asyncio

import pytest

from flexibatch.errors import Unavailable
from flexibatch.serving import keep_watching

FAST = (0.01, 0.01)


def test_a_watcher_that_cannot_be_kept_alive_is_trouble() -> None:
    """It is started again with back-off, then given up; everything else is told to stop."""
    stop = asyncio.Event()
    with pytest.raises(Unavailable, match="again and again") as trouble:
        asyncio.run(keep_watching(["false"], stop, FAST))
    assert (3, True) == (trouble.value.exit_status, stop.is_set())


def test_a_watcher_is_told_to_end_and_waited_for() -> None:
    """It ends after the set in hand."""

    async def run() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(0.2, stop.set)
        await keep_watching(["sleep", "100"], stop, FAST)

    asyncio.run(run())
