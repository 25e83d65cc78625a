"""Tables on a terminal of eighty columns."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flexibatch.wiring.home import Home
from tests.twins.program import Caller

ROOT = Path(__file__).parents[2]
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def drawn(home: Home, *words: str) -> list[str]:
    """Call the program on a terminal of eighty columns, and give the lines it draws."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "flexibatch", "--home", str(home.path), *words]
    environ = {**os.environ, "COLUMNS": "80", "TERM": "xterm"}
    subprocess.run(command, stdout=theirs, stderr=subprocess.DEVNULL, check=True, cwd=ROOT, env=environ)
    os.close(theirs)
    told = os.read(ours, 65_536).decode()
    os.close(ours)
    return [line.rstrip() for line in STYLE.sub("", told).splitlines()]


@pytest.mark.parametrize("words", [("sender", "list"), ("mandate", "list")])
def test_a_table_fits_eighty_columns(words: tuple[str, ...], call: Caller, home: Home) -> None:
    """What nobody has a value for is left out and sentences are broken between words, so that rows stay rows."""
    call.done("sender", "add", "000640", "--name", "Jo", "--language", "nl", "--signature", "optional")
    call.done("mandate", "add", "000640", "--company", "0400100056", "--nsso", "100100022")
    lines = drawn(home, *words)
    assert [] == [line for line in lines if len(line) > 80]
    assert 1 == sum(line.strip().startswith("─") for line in lines)


def test_what_does_not_fit_is_stacked(call: Caller, home: Home) -> None:
    """Where a digest alone nearly fills the line, every row is a block of its own, and nothing is broken."""
    del call
    lines = drawn(home, "schema", "list")
    opened = [line.split()[-1] for line in lines if line.startswith("  schema ")]
    assert "Schemas" == lines[0]
    assert len(opened) == sum(line.startswith("  sha256 ") for line in lines) > 1
    assert re.fullmatch(r"FLXWAGE_[0-9]{4}[1-4]", opened[-1])


def test_json_holds_nothing_that_a_terminal_obeys(call: Caller, home: Home) -> None:
    """What a bureau put into a name is escaped, and read back the same."""
    call.done("sender", "add", "000640", "--name", "Jo", "--language", "nl", "--signature", "optional")
    name = "GO.FLEX.000640.20261005.00001.R.\u009b2J\u202e\u2028"
    (home.settings.spool / "senders" / "000640" / "IN" / name).touch()
    call("sweep")
    told = call.done("list", "--json")
    assert [name] == [one["name"] for one in told.json]
    assert [] == [sign for sign in told.out if not sign.isprintable() and sign != "\n"]
