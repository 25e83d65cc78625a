"""Terminals and pipes that cannot hold every sign: a name or a value ends no command, and JSON stays whole."""

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from flexibatch.wiring.home import Home, make_home
from tests.doubles.installation import SAMPLES
from tests.doubles.numbers import worker_number
from tests.doubles.program import Caller

ROOT = Path(__file__).parents[2]
NAME = "Łukasz é € 漢字 😀"
DATA = "FI.FLEX.000640.20261005.00001.R.1.1"
ENVIRONMENTS = {
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "fr_BE@euro": {"LC_ALL": "fr_BE@euro"},
    "C": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "utf-8": {"PYTHONIOENCODING": "utf-8"},
}
"""Where a cron or an old terminal runs the program."""


@pytest.fixture
def home(tmp_path: Path, fresh_sqlite: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Home]:
    """Yield a home with a bureau whose name no old encoding can hold, and one whose name some can."""
    shutil.copyfile(fresh_sqlite, tmp_path / "flexibatch.db")
    (tmp_path / "flexibatch.db").chmod(0o600)
    made = make_home(tmp_path, {})
    call = Caller(tmp_path, capsys)
    for number, name in (("000640", NAME), ("000641", "Gagné")):
        call.done("sender", "add", number, "--name", name, "--language", "fr", "--signature", "optional")
    yield made
    made.close()


def command(home: Home, *words: str) -> list[str]:
    return [sys.executable, "-m", "flexibatch", "--home", str(home.path), *words]


def called(home: Home, within: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Call the program as another process, in an environment by name."""
    bare = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))
    }
    environ = {**bare, **ENVIRONMENTS[within]}
    return subprocess.run(command(home, *words), capture_output=True, check=False, cwd=ROOT, env=environ)


@pytest.mark.parametrize("within", ENVIRONMENTS)
def test_a_listing_shows_what_it_can(home: Home, within: str) -> None:
    """The row is there, with its number; signs that cannot be held are written as escapes."""
    told = called(home, within, "sender", "list")
    assert (0, b"") == (told.returncode, told.stderr)
    assert b"000640" in told.stdout
    assert b"ukasz" in told.stdout


@pytest.mark.parametrize("within", ENVIRONMENTS)
def test_json_is_whole_wherever_it_is_written(home: Home, within: str) -> None:
    """Whoever reads it with any encoding finds the very name."""
    told = called(home, within, "sender", "list", "--json")
    assert (0, b"") == (told.returncode, told.stderr)
    assert [NAME, "Gagné"] == [one["name"] for one in json.loads(told.stdout.decode("utf-8"))]


@pytest.mark.parametrize("within", ENVIRONMENTS)
def test_a_refusal_is_still_a_sentence(home: Home, within: str) -> None:
    """One line on stderr that begins as it does everywhere, whatever was asked for."""
    told = called(home, within, "check", "--sender", "000640", f"{NAME}.{DATA}")
    assert 2 == told.returncode
    assert [b"flexibatch:"] == [line[:11] for line in told.stderr.splitlines()]


@pytest.mark.parametrize("within", ["latin-1", "fr_BE@euro"])
def test_an_answer_is_the_same_bytes_everywhere(home: Home, within: str, tmp_path: Path) -> None:
    """An XML answer is UTF-8, as it says of itself."""
    content = (SAMPLES / "accepted-two-workers" / DATA).read_bytes()
    part = tmp_path / DATA
    part.write_bytes(content.replace(b"<ReferenceNbr>", f"<ReferenceNbr>{NAME[:12]}".encode()))
    told = called(home, within, "check", "--format", "xml", str(part))
    assert b"" == told.stderr
    assert NAME[:12] in told.stdout.decode("utf-8")


@pytest.mark.parametrize("within", ["latin-1", "fr_BE@euro"])
def test_an_export_has_the_digest_that_the_audit_tells(home: Home, within: str) -> None:
    """Whatever the terminal can hold, the bytes are those that were noted."""
    export = called(home, within, "--operator", "anna", "person", "export", worker_number(1))
    audit = called(home, "utf-8", "audit", "list", "--json")
    assert 0 == export.returncode
    assert sha256(export.stdout).hexdigest() in audit.stdout.decode()


def test_events_are_json_wherever_they_are_written() -> None:
    """A name in an event that stderr cannot hold is escaped as JSON does."""
    script = (
        "import structlog; from flexibatch.logs import configure; "
        f"configure('json', 'info'); structlog.get_logger().info('tried', name={NAME!a})"
    )
    for within in ENVIRONMENTS.values():
        told = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, **within},
        )
        assert NAME == json.loads(told.stderr.decode("utf-8"))["name"]


def test_a_table_on_an_old_terminal_is_drawn(home: Home) -> None:
    """On a terminal, which is asked for its encoding like a pipe."""
    ours, theirs = pty.openpty()
    environ = {**os.environ, "COLUMNS": "80", "TERM": "xterm", "PYTHONIOENCODING": "latin-1"}
    told = subprocess.run(
        command(home, "sender", "list"),
        stdout=theirs,
        stderr=subprocess.PIPE,
        check=False,
        cwd=ROOT,
        env=environ,
    )
    os.close(theirs)
    drawn = os.read(ours, 65_536).decode("latin-1")
    os.close(ours)
    assert (0, b"") == (told.returncode, told.stderr)
    assert "000640" in drawn
    assert "é" in drawn
