"""Program and database must belong together: what is told where they do not, on every engine."""

import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from flexibatch.settings import FILE
from flexibatch.wiring.home import Home
from tests.doubles.program import Caller, Told
from tests.doubles.server import Server


def statement(home: Home, told: str) -> None:
    with home.database.writing() as connection:
        connection.execute(text(told))


def looked_at(told: Told) -> dict[str, str]:
    return {row["check"]: row["state"] for row in told.json}


@pytest.mark.parametrize(
    ("made_so", "status", "sentence"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", 2, "newer than this program"),
        ("UPDATE alembic_version SET version_num = '0001'", 2, "older than this program"),
        ("DELETE FROM alembic_version", 2, "flexibatch init"),
    ],
)
def test_a_database_of_another_program_is_not_touched(
    made_so: str, status: int, sentence: str, call: Caller, home: Home
) -> None:
    """A newer, older or empty database stops every command with what to do, and `db check` tells it too."""
    statement(home, made_so)
    for words in (("sender", "list"), ("sweep",), ("watch",)):
        told = call(*words)
        assert (status, "", 1) == (told.status, told.out, told.sentences)
        assert sentence in told.err
    checked = call("db", "check", "--json")
    assert (1, False) == (checked.status, checked.json["ready"])
    assert "failed" == looked_at(call("doctor", "--json"))["database"]


def test_a_newer_database_is_not_upgraded(call: Caller, home: Home) -> None:
    """`db upgrade` and `init` refuse what they do not know."""
    statement(home, "UPDATE alembic_version SET version_num = '9999'")
    for words in (("db", "upgrade"), ("init",)):
        told = call(*words)
        assert (2, 1) == (told.status, told.sentences)
        assert "newer" in told.err


@pytest.mark.parametrize(
    ("made_so", "differs"),
    [
        ("ALTER TABLE audit DROP COLUMN details", "details"),
        ("ALTER TABLE audit ADD COLUMN more VARCHAR(3)", "more"),
        ("CREATE TABLE more (n integer)", "more"),
        ("DROP TABLE acknowledgement", "acknowledgement"),
        ("DROP INDEX ix_file_set_name", "ix_file_set_name"),
    ],
)
def test_db_check_compares_both_ways(made_so: str, differs: str, call: Caller, home: Home) -> None:
    """What is missing and what is too much are told, with status 1."""
    assert {"ready": True, "differences": []}.items() <= call.done("db", "check", "--json").json.items()
    call.done("db", "upgrade")
    statement(home, made_so)
    told = call("db", "check", "--json")
    assert (1, False) == (told.status, told.json["ready"])
    assert differs in " ".join(told.json["differences"])
    assert 1 == call("doctor").status


def test_a_database_without_tables_is_looked_at_to_the_end(
    postgresql: Server, call: Caller, home: Home
) -> None:
    """Doctor tells what failed of a fresh PostgreSQL database; no look ends in a traceback."""
    name = postgresql.create()
    (home.path / FILE).write_text(f'database = "{postgresql.url(name)}"\n', encoding="utf-8")
    told = call("doctor", "--json")
    assert (1, "failed") == (told.status, looked_at(told)["database"])
    assert "flexibatch init" in call("sweep").err
    postgresql.drop(name)


@pytest.mark.parametrize(
    "url",
    [
        "mysql+pymysql://anna:secret@db/x",
        "postgresql+psycopg2://anna:se/cret@secret@db/x",
        "postgresql://anna:secret@db:port/x",
        "postgresql+nothing://db/x?user=anna&password=secret",
    ],
)
def test_a_url_that_cannot_be_opened_is_refused_without_its_password(
    url: str, call: Caller, home: Home
) -> None:
    """A driver that is missing, a port that is none: one sentence, status 2, no secret."""
    (home.path / FILE).write_text(f'database = "{url}"\n', encoding="utf-8")
    told = call("sweep")
    assert (2, "", 1) == (told.status, told.out, told.sentences)
    assert "no database URL" in told.err
    assert "secret" not in told.err


@pytest.mark.parametrize("host", ["folder", "127.0.0.1:1"])
def test_a_server_that_does_not_answer_is_trouble(
    host: str, call: Caller, home: Home, tmp_path: Path
) -> None:
    """No socket, or nobody at the port: one sentence, status 3, and the password is not told."""
    where = f"/flexibatch?host={tmp_path}" if host == "folder" else f"{host}/flexibatch"
    url = (
        f"postgresql+psycopg://flexi_service:secret@{where.removeprefix('/') if host != 'folder' else where}"
    )
    (home.path / FILE).write_text(f'database = "{url}"\n', encoding="utf-8")
    told = call("sweep")
    assert (3, "", 1) == (told.status, told.out, told.sentences)
    assert "The database does not answer" in told.err
    assert "secret" not in told.err


def test_a_missing_driver_is_named_with_what_installs_it(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Psycopg is an extra: where it is missing, the command that installs it is told."""
    with monkeypatch.context() as without:
        without.setenv("FLEXIBATCH_DATABASE", "postgresql+psycopg://nobody@127.0.0.1/none")
        without.setitem(sys.modules, "psycopg", None)
        told = call("list")
    assert 2 == told.status
    assert f"Run `{sys.executable} -m pip install 'psycopg[binary]>=3.2'`." in told.err
