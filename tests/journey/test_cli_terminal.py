"""Lists on a terminal of eighty columns, and of fifty."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flexibatch.wiring.home import Home
from tests.doubles.installation import Installation
from tests.doubles.program import Caller
from tests.doubles.records import Records, go_name

ROOT = Path(__file__).parents[2]
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def drawn(home: Home, *words: str, columns: int = 80, bare: bool = False) -> list[str]:
    """Call the program on a terminal of so many columns, and give the lines it draws, with its colours or `bare`."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "flexibatch", "--home", str(home.path), *words]
    environ = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"} | ({"NO_COLOR": "1"} if bare else {})
    subprocess.run(command, stdout=theirs, stderr=theirs, check=False, cwd=ROOT, env=environ)
    os.close(theirs)
    told = os.read(ours, 65_536).decode()
    os.close(ours)
    return [line.rstrip() for line in told.splitlines()]


def plain(lines: list[str]) -> list[str]:
    """Return lines without their colours."""
    return [STYLE.sub("", line) for line in lines]


@pytest.mark.parametrize("words", [("sender", "list"), ("mandate", "list")])
def test_a_table_fits_eighty_columns(words: tuple[str, ...], call: Caller, home: Home) -> None:
    """What nobody has a value for is left out and sentences are broken between words, so that rows stay rows."""
    call.done("sender", "add", "000640", "--name", "Jo", "--language", "nl", "--signature", "optional")
    call.done("mandate", "add", "000640", "--company", "0400100056", "--nsso", "100100022")
    lines = plain(drawn(home, *words))
    assert [] == [line for line in lines if len(line) > 80]
    assert 1 == sum(line.strip().startswith("─") for line in lines)


def test_a_narrow_terminal_gets_cards(call: Caller, home: Home) -> None:
    """Every row is a block of its own, a field a line, and nothing is broken."""
    del call
    lines = drawn(home, "schema", "list", columns=50)
    opened = [line.split()[-1] for line in lines if line.startswith("schema ")]
    assert "Schemas" == lines[0]
    assert len(opened) == sum(line.startswith("until ") for line in lines) > 1
    assert re.fullmatch(r"FLXWAGE_[0-9]{4}[1-4]", opened[-1])


RED, MAGENTA, YELLOW = "\x1b[31m", "\x1b[35m", "\x1b[33m"


def test_what_was_refused_or_waits_for_an_operator_is_coloured(home: Home) -> None:
    """On a terminal only, and not where NO_COLOR is set."""
    records = Records(home.database)
    records.settled(1, "refused")
    records.settled(2, refused=1)
    records.change(records.claim(go_name(3)), state="quarantine", attempts=5, reason="KeyError")
    for columns in (80, 50):
        told = "\n".join(drawn(home, "list", columns=columns))
        assert f"{RED}refused" in told
        assert f"{YELLOW}partly" in told
        assert f"{MAGENTA}quarantine" in told
        told = "\n".join(drawn(home, "list", columns=columns, bare=True))
        assert "refused" in told
        assert not STYLE.search(told)


def test_events_do_not_mix_with_the_table(served: Installation) -> None:
    """A sweep at a terminal draws a line that counts and then the table; -v writes the events."""
    for verbose in ((), ("-v",)):
        served.put(f"GO.{len(verbose)}")
        lines = drawn(served.home, "sweep", *verbose)
        told = "\n".join(lines)
        assert bool(verbose) == ("set.settled" in told)
        assert bool(verbose) != ("Settled: 1" in told)
        assert 1 == sum("─────" in line for line in lines)


def test_json_holds_nothing_that_a_terminal_obeys(call: Caller, home: Home) -> None:
    """What a bureau put into a name is escaped, and read back the same."""
    call.done("sender", "add", "000640", "--name", "Jo", "--language", "nl", "--signature", "optional")
    name = "GO.FLEX.000640.20261005.00001.R.\u009b2J\u202e\u2028"
    (home.settings.spool / "senders" / "000640" / "IN" / name).touch()
    call("sweep")
    told = call.done("list", "--json")
    assert [name] == [one["name"] for one in told.json]
    assert [] == [sign for sign in told.out if not sign.isprintable() and sign != "\n"]
