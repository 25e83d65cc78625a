"""Upkeep at the command line: a home that can be made again, a database that fits, and what doctor sees."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from flexibatch import __version__, cli
from flexibatch.adapters.store import engine
from flexibatch.errors import Refusal
from flexibatch.settings import FILE
from flexibatch.wiring.home import Home, make_home
from tests.doubles.clock import FixedClock
from tests.doubles.program import Caller, Told

ROOT = Path(__file__).parents[2]
HEAVY = {"sqlalchemy", "alembic", "pydantic", "lxml", "xmlschema", "rich", "structlog", "cryptography"}
PATHS = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def engine_url() -> str:
    """Keep to SQLite: what is tried here are files, their rights and their damage."""
    return "sqlite"


def statement(home: Home, text: str) -> None:
    with closing(sqlite3.connect(home.path / "flexibatch.db")) as connection:
        connection.execute(text)
        connection.commit()


def modes(home: Home) -> list[str]:
    paths = [home.path / FILE, home.path / "flexibatch.db"]
    folders = [home.settings.spool / name for name in ("claimed", "archive", "quarantine", "locks")]
    return [f"{path.stat().st_mode & 0o777:o}" for path in (*paths, *folders)]


def looked_at(told: Told) -> dict[str, str]:
    return {row["check"]: row["state"] for row in told.json}


class Failing:
    """Tell no time: raise what a test wants to see reported."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def now(self) -> datetime:
        """Raise it."""
        raise self._error


# ------------------------------------------------------------------------------------------------------- init


def test_init_makes_a_home_that_nobody_else_reads(call: Caller, tmp_path: Path) -> None:
    """Settings, database and private folders are closed to others, and the home is ready for work."""
    call.home = tmp_path / "new" / "home"
    assert "" == call.done("init").out
    made = make_home(call.home, {})
    made.close()
    assert ["600", "600", *["700"] * 4] == modes(made)
    assert {"claimed", "archive", "quarantine", "locks", "senders"} == {
        path.name for path in made.settings.spool.iterdir()
    }
    assert 0 == call("doctor").status


def test_init_may_be_repeated(call: Caller, home: Home) -> None:
    """What is there stays as it is: settings, records, folders."""
    (home.path / FILE).write_text('spool = "elsewhere"\n')
    call.done("init", str(home.path))
    call.done("sender", "add", "000640", "--name", "B", "--language", "nl")
    call.done("init", str(home.path))
    assert 'spool = "elsewhere"\n' == (home.path / FILE).read_text()
    assert (home.path / "elsewhere" / "senders" / "000640" / "IN").is_dir()
    assert ["000640"] == [row["number"] for row in call.done("sender", "list", "--json").json]


def test_init_tells_what_the_disk_refuses(call: Caller, tmp_path: Path) -> None:
    """A file where the home should be is trouble: one sentence, status 3."""
    (tmp_path / "taken").write_text("")
    told = call("init", str(tmp_path / "taken" / "home"))
    assert (3, 1) == (told.status, told.sentences)


# --------------------------------------------------------------------------------------------------- database


def test_a_locked_database_is_trouble(call: Caller, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process that keeps writing is waited for, then told: one sentence, status 3, nothing done."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(home.path / "flexibatch.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        told = call("sender", "add", "000640", "--name", "B", "--language", "nl")
    assert (3, 1) == (told.status, told.sentences)
    assert "locked" in told.err
    assert [] == call.done("sender", "list", "--json").json


def test_a_database_that_went_is_not_made_again(call: Caller, home: Home) -> None:
    """A missing file is told; no command but `init` puts an empty one in its place."""
    for path in home.path.glob("flexibatch.db*"):
        path.unlink()
    told = call("sender", "list")
    assert (2, 1) == (told.status, told.sentences)
    assert "is not there" in told.err
    assert not (home.path / "flexibatch.db").exists()


def test_a_database_that_is_none_is_trouble(call: Caller, home: Home) -> None:
    """A file of something else under the database's name is told in a sentence."""
    for path in home.path.glob("flexibatch.db*"):
        path.unlink()
    (home.path / "flexibatch.db").write_text("something else, and long enough to be looked at" * 20)
    told = call("sender", "list")
    assert (3, "", 1) == (told.status, told.out, told.sentences)
    assert "is damaged, or is none" in told.err


# --------------------------------------------------------------------------------------------------- schemas


def test_schemas_are_listed_with_their_windows(
    call: Caller, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each open version tells its days, its file, and the digest of that; a wrong folder is a refusal."""
    clock = FixedClock(datetime(2027, 1, 1, 12, tzinfo=UTC))
    rows = Caller(call.home, capsys, clock).done("schema", "list", "--json").json
    assert [
        ("FLXWAGE_20254", "2025-10-01", "2027-03-31"),
        ("FLXWAGE_20261", "2026-01-01", "2027-06-30"),
        ("FLXWAGE_20262", "2026-04-01", "2027-09-30"),
        ("FLXWAGE_20263", "2026-07-01", "2027-12-31"),
        ("FLXWAGE_20264", "2026-10-01", "2028-03-31"),
        ("FLXWAGE_20271", "2027-01-01", "2028-06-30"),
    ] == [(row["schema"], row["from"], row["until"]) for row in rows]
    assert [("FLXWAGE_20251.xsd", True, 64)] * 6 == [
        (row["file"], row["ours"], len(row["sha256"])) for row in rows
    ]
    (call.home / FILE).write_text(f'schemas = "{tmp_path}"\n')
    assert (2, 1) == ((told := call("schema", "list")).status, told.sentences)


@pytest.mark.parametrize("place", ["{there}/file/home", "/proc/home", "/dev/full/home"])
def test_a_home_that_the_machine_refuses_is_told_in_a_sentence(
    place: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`init` where nothing can be made is trouble, and no bug."""
    (tmp_path / "file").touch()
    told = Caller(tmp_path, capsys)("init", place.format(there=tmp_path))
    assert (3, 1) == (told.status, told.sentences)
    assert "bug" not in told.err


# ---------------------------------------------------------------------------------------------------- doctor


def test_a_fresh_home_is_healthy(call: Caller) -> None:
    """Nothing is wrong with what `init` made."""
    told = call.done("doctor", "--json")
    assert {"ok"} == set(looked_at(told).values())


def test_a_home_is_closed_to_writers_whatever_the_umask(tmp_path: Path) -> None:
    """A shell without an umask leaves nothing open: neither the home nor what is in it."""
    before = os.umask(0)
    try:
        make_home(tmp_path / "deep" / "home", {}).close()
    finally:
        os.umask(before)
    found = {path: path.stat().st_mode & 0o007 for path in (tmp_path / "deep").rglob("*")}
    assert {tmp_path / "deep" / "home": 0o005} == {path: mode for path, mode in found.items() if mode}


def _without_folder(home: Home) -> None:
    (home.settings.spool / "claimed").rmdir()


def _open_folder(home: Home) -> None:
    (home.settings.spool / "archive").chmod(0o755)


def _open_database(home: Home) -> None:
    (home.path / "flexibatch.db").chmod(0o644)


def _open_home(home: Home) -> None:
    home.path.chmod(0o777)


def _wrong_rule(home: Home) -> None:
    (home.path / FILE).write_text('[rules]\n"90082-272" = "NB"\n')


def _no_categories(home: Home) -> None:
    (home.path / FILE).write_text('categories = "nowhere.csv"\n')


def _closed_schemas(home: Home) -> None:
    mine = home.path / "schemas"
    mine.mkdir()
    (mine / "FLXWAGE_20251.xsd").write_bytes((home.settings.schemas / "FLXWAGE_20251.xsd").read_bytes())
    (mine / "versions.toml").write_text(
        'version = [{file = "FLXWAGE_20251.xsd", from = 2025-01-01, until = 2025-12-31}]'
    )
    (home.path / FILE).write_text('schemas = "schemas"\n')


def _broken_schema(home: Home) -> None:
    _closed_schemas(home)
    (home.path / "schemas" / "FLXWAGE_20251.xsd").write_text("<no")


@pytest.mark.parametrize(
    ("spoil", "check", "state"),
    [
        (_without_folder, "folders", "failed"),
        (_open_folder, "secrecy", "warning"),
        (_open_database, "secrecy", "warning"),
        (_open_home, "secrecy", "warning"),
        (_wrong_rule, "tables", "failed"),
        (_no_categories, "tables", "failed"),
        (_closed_schemas, "schemas", "failed"),
        (_broken_schema, "schemas", "failed"),
    ],
)
def test_doctor_finds_what_is_wrong_and_nothing_else(
    spoil: Callable[[Home], None], check: str, state: str, call: Caller, home: Home
) -> None:
    """One thing is spoiled, one check tells it with a sentence; only what failed gives status 1."""
    spoil(home)
    told = call("doctor", "--json")
    assert {check: state} == {name: found for name, found in looked_at(told).items() if found != "ok"}
    assert (state == "failed") == bool(told.status)
    assert [] == [row for row in told.json if row["state"] != "ok" and not row["told"]]


def test_doctor_looks_at_the_folders_of_senders(call: Caller, home: Home) -> None:
    """A missing inbox of a registered bureau has failed, that of a removed one has not."""
    for number in ("000640", "000641"):
        call.done("sender", "add", number, "--name", "B", "--language", "nl")
        (home.settings.spool / "senders" / number / "REPORT").rmdir()
    call.done("sender", "remove", "000641", "--yes")
    told = call("doctor", "--json").json
    assert 1 == len([row for row in told if row["check"] == "folders" and "000640/REPORT" in row["told"]])
    assert 1 == len([row for row in told if row["state"] == "failed"])
    call.done("init")
    call.done("doctor")


def test_doctor_says_once_that_the_spool_is_away(call: Caller, home: Home) -> None:
    """A disk that is not mounted is told as that, whatever number of bureaus has folders on it."""
    for number in ("000640", "000641"):
        call.done("sender", "add", number, "--name", "B", "--language", "fr", "--signature", "optional")
    home.settings.spool.rename(home.path / "away")
    told = [row for row in call("doctor", "--json").json if row["check"] == "folders"]
    assert 1 == len(told)
    assert "is mounted" in told[0]["told"]


def test_doctor_distrusts_a_clock_that_runs_behind(call: Caller) -> None:
    """What was written in the future tells that the clock of the machine is wrong."""
    call.done("sender", "add", "000640", "--name", "B", "--language", "nl")
    call.clock = FixedClock(datetime(2026, 10, 4, tzinfo=UTC))
    assert "failed" == looked_at(call("doctor", "--json"))["clock"]


# ----------------------------------------------------------------------------------------------- the program


def test_where_there_is_no_home_every_command_says_so(call: Caller, tmp_path: Path) -> None:
    """A missing home is one sentence that names `flexibatch init`, with status 2."""
    call.home = tmp_path
    for words in (["sender", "list"], ["mandate", "list"], ["schema", "list"], ["db", "check"], ["doctor"]):
        told = call(*words)
        assert (2, "", 1) == (told.status, told.out, told.sentences)
        assert "flexibatch init" in told.err


def test_every_refusal_of_a_word_is_whole_sentences(call: Caller) -> None:
    """Also one that the system gives without its full stop is apart from the hint that follows."""
    for words in (("mandate", "import", "/nowhere"), ("lst",), ("list", "--limit", "-1")):
        told = call(*words)
        assert (2, True) == (told.status, ". `flexibatch " in told.err), told.err
        assert ".." not in told.err


def test_wrong_settings_are_each_a_sentence(call: Caller) -> None:
    """Two wrong settings are two lines on stderr, with status 2."""
    (call.home / FILE).write_text('go_grace = "soon"\nmax_waiting = 0\n')
    told = call("sender", "list")
    assert (2, "", 2) == (told.status, told.out, told.sentences)


def test_a_bug_is_told_as_one(call: Caller) -> None:
    """What nobody foresaw ends with a sentence and status 3; the traceback hides workers' numbers."""
    call.clock = Failing(ZeroDivisionError("worker 85073003328"))
    told = call("mandate", "list")
    assert 3 == told.status
    assert "this is a bug" in told.err.splitlines()[-1]
    assert "ZeroDivisionError: worker ***" in told.err
    assert "85073003328" not in told.err


def test_a_bug_before_anything_was_opened_is_told_too(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log needs no settings to tell where the program fell over."""
    monkeypatch.setitem(cli.COMMANDS, "sender", ("flexibatch.nowhere", "sender", ""))
    told = call("sender", "list")
    assert 3 == told.status
    assert "ModuleNotFoundError" in told.err


def test_the_keyboard_stops_the_program(call: Caller) -> None:
    """Ctrl-C is status 130 and no traceback."""
    call.clock = Failing(KeyboardInterrupt())
    told = call("mandate", "list")
    assert (130, "") == (told.status, told.out)
    assert "Traceback" not in told.err


def test_an_error_of_the_channel_gives_its_status(call: Caller) -> None:
    """Whatever raises a refusal, its sentence is all that is told."""
    call.clock = Failing(Refusal("This cannot be done."))
    told = call("mandate", "list")
    assert (2, "flexibatch: This cannot be done.\n") == (told.status, told.err)


def test_a_reader_that_went_is_no_trouble(home: Home) -> None:
    """A closed pipe ends the program quietly."""
    reading, writing = os.pipe()
    os.close(reading)
    words = [sys.executable, "-m", "flexibatch", "--home", str(home.path), "schema", "list"]
    with os.fdopen(writing, "w") as pipe:
        ended = subprocess.run(words, stdout=pipe, stderr=subprocess.PIPE, check=False, env=PATHS, text=True)
    assert (141, "") == (ended.returncode, ended.stderr)


def test_help_and_version_load_nothing_heavy() -> None:
    """The program's own help is there at once: no database, XML or table library is imported for it."""
    code = "import sys, flexibatch.cli as c; c.run(['--help']); print('|', *sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=PATHS, text=True
    ).stdout
    shown, _, modules = told.rpartition("|")
    assert set() == HEAVY & set(modules.split())
    assert [] == [name for name in cli.COMMANDS if f"\n  {name} " not in shown]
    assert "_FLEXIBATCH_COMPLETE=bash_source" in shown


def test_the_version_is_told(call: Caller) -> None:
    """`--version` needs no home."""
    assert f"flexibatch, version {__version__}\n" == call("--version").out


def leaves(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from leaves(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def test_every_command_tells_what_it_does_and_how_it_ends() -> None:
    """Each command has a help text, and documents its exit status."""
    for path, command in leaves(cli.cli, "flexibatch"):
        assert command.help, path
        assert "Exit status: " in (command.epilog or ""), path
