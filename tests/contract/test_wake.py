"""What wakes the watcher: movement in any inbox, at once, and again when what moved may be claimed."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from flexibatch.adapters.folders import make_sender_folders
from flexibatch.adapters.spool.local.wake import LONGEST_REST, Wake
from tests.doubles.spool import made_spool
from tests.doubles.waiting import until

DELAY = 1.0
IN_TIME = 0.7
"""A set is to be answered within a second after the delay: this leaves some time to settle it."""


@contextmanager
def _looking(spool: Path, delay: float = DELAY, *, calm: bool = True) -> Iterator[list[float]]:
    """Look whenever it is worth while, as `watch` does; give the times of the looks."""
    looks: list[float] = []
    stop = threading.Event()
    wake = Wake(spool, timedelta(minutes=1), timedelta(seconds=delay))

    def look() -> None:
        while not stop.is_set():
            wake.wait(stop)
            looks.append(time.monotonic())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        _begin(spool / "senders/000640/IN", looks, calm=calm)
        yield looks
    finally:
        stop.set()
        thread.join()


def _begin(inbox: Path, looks: list[float], *, calm: bool = True) -> None:
    """Wait until it listens and, to be calm, until nothing that moved is waited for any more."""
    until(lambda: (inbox / "stir").write_bytes(b"") or looks)
    until(lambda: not calm or time.monotonic() > looks[-1] + 1)


def _moved(path: Path) -> float:
    path.touch()
    return time.monotonic()


def test_what_moves_is_looked_at_when_its_delay_is_over(tmp_path: Path) -> None:
    """Also what moved while another file's delay ran: no set waits for the delay of a set before it."""
    inbox = made_spool(tmp_path) / "senders/000640/IN"
    with _looking(tmp_path) as looks:
        moved = []
        for number in range(3):
            moved.append(_moved(inbox / f"GO.{number}"))
            until(lambda: time.monotonic() > moved[-1] + 0.45)
        until(lambda: time.monotonic() > moved[-1] + DELAY + IN_TIME)
    for at in moved:
        assert any(at + DELAY <= look <= at + DELAY + IN_TIME for look in looks), (moved, looks)


def test_a_stirring_inbox_is_looked_at_so_often_and_no_more(tmp_path: Path) -> None:
    """A bureau that writes without end costs five looks a second at most."""
    inbox = made_spool(tmp_path) / "senders/000640/IN"
    with _looking(tmp_path) as looks:
        before, end = len(looks), time.monotonic() + 2
        until(lambda: _moved(inbox / "part") > end)
        assert 2 <= len(looks) - before <= 11


def test_a_long_delay_is_rested_through(tmp_path: Path) -> None:
    """What may be claimed in a minute is not looked for five times a second until then."""
    made_spool(tmp_path)
    with _looking(tmp_path, delay=60, calm=False) as looks:
        end = time.monotonic() + 2
        until(lambda: time.monotonic() > end)
        assert len(looks) <= 2, looks


def test_a_new_bureau_s_inbox_is_listened_to(tmp_path: Path) -> None:
    """After the next look at the latest."""
    made_spool(tmp_path)
    with _looking(tmp_path, delay=0) as looks:
        make_sender_folders(tmp_path, "000641")
        _begin(tmp_path / "senders/000640/IN", looks)
        before = len(looks)
        (tmp_path / "senders/000641/IN/GO").touch()
        until(lambda: len(looks) > before)


def test_after_sweeps_that_took_long_it_rests_no_longer_than_it_may(tmp_path: Path) -> None:
    """Who had a minute's work in one go is as awake after it as before."""
    wake = Wake(made_spool(tmp_path), timedelta(minutes=1), timedelta(seconds=DELAY))
    wake._looking_until = begun = time.monotonic()
    wake._looked_at = begun - 60
    wake.wait(threading.Event())
    assert time.monotonic() - begun < LONGEST_REST + IN_TIME
