"""The day on one screen: what came of each bureau and what waits, the last sweep, the room that is left."""

import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from datetime import UTC, datetime, timedelta
from fcntl import ioctl
from pathlib import Path

import pytest

from flexibatch.adapters.folders import make_sender_folders
from flexibatch.wiring.home import Home
from tests.doubles.clock import FixedClock, TestersClock
from tests.doubles.program import Caller
from tests.doubles.records import NOON, OTHER, SENDER, Records, go_name

ROOT = Path(__file__).parents[2]
NOW = TestersClock().now()
COUNTS = ("received", "partly", "refused", "waiting", "quarantine", "strays")


@pytest.fixture
def records(home: Home, call: Caller) -> Records:
    """Return a day on which much came of one bureau and nothing of another."""
    call.clock = FixedClock(NOON + timedelta(hours=8))
    made = Records(home.database)
    for number in (SENDER, OTHER):
        make_sender_folders(home.settings.spool, number)
    made.settled(1)
    made.settled(2, refused=1)
    made.settled(3, "refused")
    made.change(made.claim(go_name(4)), state="quarantine")
    made.claim(go_name(5))
    inbox = home.settings.spool / "senders" / SENDER / "IN"
    (inbox / go_name(6)).touch()
    (inbox / "wages.xlsx").touch()
    return made


def counts(call: Caller) -> dict[str, list[int]]:
    rows = call.done("status", "--json").json["bureaus"]
    return {row["sender"]: [row[name] for name in COUNTS] for row in rows}


def on_terminal(home: Home, *words: str, redrawn: bool = False) -> tuple[int, str]:
    """Call the program on a terminal of 80 columns; interrupt what redraws once it has drawn twice."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [sys.executable, "-m", "flexibatch", "--home", str(home.path), *words]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ) as process:
        os.close(theirs)
        told = b""
        while chunk := _read(ours):
            told += chunk
            if redrawn and told.count(b"last sweep") == 2:
                process.send_signal(signal.SIGINT)
                redrawn = False
        status = process.wait(60)
    os.close(ours)
    return status, told.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # so a terminal ends
        return b""


def test_the_day_is_counted_by_bureau(call: Caller, records: Records) -> None:
    """What came today, and what waits now; another day has other sets, and the same that wait."""
    del records
    assert {SENDER: [5, 1, 1, 2, 1, 1], OTHER: [0] * 6} == counts(call)
    call.clock = FixedClock(NOON + timedelta(days=1))
    assert {SENDER: [0, 0, 0, 2, 1, 1], OTHER: [0] * 6} == counts(call)


def test_the_oldest_wait_is_that_of_a_set_nobody_has_to_decide_about(call: Caller, records: Records) -> None:
    """What is in quarantine does not count, what was claimed does."""
    del records
    assert "2026-10-05T15:03:00+00:00" == call.done("status", "--json").json["oldest_wait"]


def test_the_last_sweep_is_told_whether_or_not_it_found_anything(call: Caller, home: Home) -> None:
    """None before the first; a sweep over empty inboxes is one."""
    assert None is call.done("status", "--json").json["last_sweep"]
    before = datetime.now(UTC).replace(microsecond=0)
    call.done("sweep")
    told = datetime.fromisoformat(call.done("status", "--json").json["last_sweep"])
    assert before - timedelta(seconds=1) <= told
    past = (before - timedelta(hours=3)).timestamp()
    os.utime(home.settings.spool / "locks" / "claims", (past, past))
    call.done("sweep")
    assert before - timedelta(seconds=1) <= datetime.fromisoformat(
        call.done("status", "--json").json["last_sweep"]
    )


def test_register_and_room_are_told(call: Caller, records: Records, home: Home) -> None:
    """None where the register was never fed; the disk of the spool is there."""
    del records
    found = call.done("status", "--json").json
    assert None is found["register_at"]
    rooms = {one["folder"]: one["free_bytes"] for one in found["disks"]}
    assert rooms[str(home.settings.spool)] > 0
    told = call.done("status")
    assert f"free in {home.settings.spool}" in told.out
    assert "Bureaus without anything: 1." in told.err


def test_it_fits_a_terminal_of_80_columns(home: Home, records: Records) -> None:
    """A table, no line longer than the terminal, however long the name of a bureau."""
    del records
    status, told = on_terminal(home, "status")
    lines = [re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", line).rstrip() for line in told.splitlines()]
    assert 0 == status
    assert [] == [line for line in lines if len(line) > 80 and str(home.path) not in line]
    (heading,) = (line for line in lines if "quarantine" in line)
    assert [] == [name for name in COUNTS if name not in heading]


def test_it_is_drawn_again_until_it_is_interrupted(home: Home, records: Records) -> None:
    """Ctrl-C is how it ends: nothing went wrong."""
    del records
    status, told = on_terminal(home, "status", "--watch", redrawn=True)
    assert (0, 2, False) == (status, told.count("last sweep"), "Traceback" in told)


@pytest.mark.parametrize("words", [["--watch"], ["--watch", "--json"]])
def test_without_a_terminal_nothing_is_drawn_again(words: list[str], call: Caller) -> None:
    """A pipe is told what to do."""
    told = call("status", *words)
    assert (2, "", True) == (told.status, told.out, "--watch draws on a terminal" in told.err)


def test_the_examples_of_status_are_done_as_they_stand(call: Caller) -> None:
    """Whoever copies one gets what it says."""
    lines = [line.strip() for line in call.done("status", "--help").out.splitlines()]
    calls = [line.split()[1:] for line in lines if line.startswith("flexibatch ")]
    assert 2 == len(calls)
    for words in calls:
        call.done(*words)
