"""The roles of deploy/postgresql/roles.sql hold from the first migration to the last, and `doctor` knows them."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from flexibatch.adapters.store import health, upgrade
from flexibatch.adapters.store.engine import Database
from flexibatch.adapters.store.revisions import require_ready
from flexibatch.domain.vocabulary import SetState
from flexibatch.errors import Unavailable
from flexibatch.settings import FILE
from flexibatch.wiring.home import Home, make_home
from tests.doubles.clock import FixedClock
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.program import Caller
from tests.doubles.records import Records, go_name
from tests.doubles.server import Server

ROLES = Path(__file__).parents[2] / "deploy" / "postgresql" / "roles.sql"
LOGINS = {"flexi_upgrade": "flexibatch_owner", "flexi_service": "flexibatch_channel"}


def administer(server: Server, name: str, *statements: bytes) -> None:
    with psycopg.connect(
        host=str(server.folder), dbname=name, user="flexibatch", autocommit=True
    ) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(scope="module")
def logins(postgresql: Server) -> Server:
    """Return a server with a login for upgrades and one for the channel, as roles.sql tells to make them."""
    with psycopg.connect(
        host=str(postgresql.folder), dbname="postgres", user="flexibatch", autocommit=True
    ) as connection:
        connection.execute(ROLES.read_bytes())
        for login, role in LOGINS.items():
            named = {"login": sql.Identifier(login), "role": sql.Identifier(role)}
            connection.execute(sql.SQL("CREATE ROLE {login} LOGIN IN ROLE {role}").format(**named))
        connection.execute("ALTER ROLE flexi_upgrade SET role TO flexibatch_owner")
    return postgresql


@pytest.fixture
def owned(logins: Server) -> Iterator[str]:
    """Yield the name of a database that the owner's login has made the tables of."""
    name = logins.create()
    administer(logins, name, ROLES.read_bytes())
    made = Database(logins.url(name, "flexi_upgrade"))
    upgrade.upgrade(made)
    made.close()
    yield name
    logins.drop(name)


@pytest.fixture
def service(logins: Server, owned: str) -> Iterator[Database]:
    """Yield the database as the channel's login sees it."""
    opened = Database(logins.url(owned, "flexi_service"))
    yield opened
    opened.close()


def refused(database: Database, statement: str) -> bool:
    try:
        with database.writing() as connection:
            connection.execute(text(statement))
    except Unavailable as exc:
        return "permission denied" in str(exc)
    return False


def test_an_upgrade_by_the_owner_opens_new_tables_to_the_channel(service: Database) -> None:
    """Whatever migrations make belongs to the owner, and the channel reads and adds to it at once."""
    with service.reading() as connection:
        assert health.Rights("flexi_service", superuser=False, owner=False, closed=[]) == health.rights(
            connection
        )
    records = Records(service)
    records.settled(1)
    require_ready(service)


def test_the_script_takes_back_what_a_new_table_may_not(
    logins: Server, owned: str, service: Database
) -> None:
    """Run again after the upgrade, it leaves the channel no delete on what was told once."""
    administer(logins, owned, ROLES.read_bytes())
    told_once = ("audit", "audit_purge", "session_event", "version", "mandate")
    open_to_it = [table for table in told_once if not refused(service, f"DELETE FROM {table}")]  # noqa: S608
    assert [] == open_to_it
    assert not refused(service, "DELETE FROM sender_key")


# ------------------------------------------------------------------------------------------- the daily work


def test_the_channel_s_login_may_do_all_its_work(desk: Caller) -> None:
    """Bureaus, mandates, register, sets, re-runs, a person's data, purges: its role is enough."""
    installation = Installation(Home.open(desk.home, {}), FixedClock())
    installation.register_samples()
    sample = SAMPLES / "accepted-rerun"
    for path in sorted(sample.glob("[FG][IO].FLEX.*")):
        installation.drop(path)
    assert 1 == installation.sweep().lines_refused
    installation.close()
    for words in (
        ("dimona", "import", str(sample / "later.csv")),
        ("rerun", "--refused", "--yes"),
        ("mandate", "end", "000641", "--company", "0400100056", "--yes"),
        ("sender", "hold", "000641"),
        ("sender", "remove", "000649", "--yes"),
        ("person", "export", "50021850123"),
        ("republish", next(sample.glob("GO.FLEX.*")).name),
        ("purge", "--yes"),
        ("db", "check"),
    ):
        desk.done(*words)
    (row,) = desk.done("list", "--json").json
    assert ("settled", 2) == (row["state"], row["accepted"] + row["unchanged"])


# ---------------------------------------------------------------------------------------------------- doctor


@pytest.fixture
def desk(
    logins: Server,
    owned: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Caller:
    """Return the program on a home whose tables are the owner's, called as the channel's login."""
    monkeypatch.delenv("FLEXIBATCH_DATABASE", raising=False)
    path = tmp_path / "desk"
    path.mkdir()
    (path / FILE).write_text(f'database = "{logins.url(owned, "flexi_service")}"\n', encoding="utf-8")
    make_home(path, {}).close()
    return Caller(path, capsys)


def told_of(call: Caller, check: str) -> tuple[str, str]:
    (row,) = (row for row in call("doctor", "--json").json if row["check"] == check)
    return row["state"], row["told"] or ""


def told_of_rights(call: Caller) -> tuple[str, str]:
    return told_of(call, "rights")


@pytest.mark.parametrize(
    ("login", "more"), [("flexibatch", "a superuser"), ("flexi_upgrade", "the owner of the tables")]
)
def test_a_login_that_may_too_much_is_a_warning(  # noqa: PLR0913, PLR0917 - what each case needs
    login: str, more: str, desk: Caller, logins: Server, owned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Superuser and owner could change what was told once; with the channel's own login all is well."""
    assert ("ok", "") == told_of_rights(desk)
    monkeypatch.setenv("FLEXIBATCH_DATABASE", logins.url(owned, login))
    state, told = told_of_rights(desk)
    assert ("warning", True) == (state, more in told)


def test_a_table_that_is_closed_has_failed(desk: Caller, logins: Server, owned: str) -> None:
    """A right that an upgrade forgot is named before a sweep falls over it."""
    administer(logins, owned, b"REVOKE INSERT ON audit_purge FROM flexibatch_channel")
    state, told = told_of_rights(desk)
    assert ("failed", True) == (state, told.endswith("read and write audit_purge."))


def test_a_database_that_cannot_hold_all_names_has_failed(
    desk: Caller, logins: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One in UTF-8, with collation C, on a socket is well; of another it is told what to make instead."""
    assert ("ok", "") == told_of(desk, "server")
    logins.administer("CREATE DATABASE other TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    monkeypatch.setenv("FLEXIBATCH_DATABASE", logins.url("other"))
    state, told = told_of(desk, "server")
    assert ("failed", True) == (state, "LATIN1" in told)
    logins.drop("other")


def test_a_set_that_the_database_does_not_know_has_failed(call: Caller, home: Home) -> None:
    """A spool that is newer than its database is told; what is older than the last set known is not looked at."""
    records = Records(home.database)
    known, waits = records.settled(1), records.claim(go_name(2))
    records.change(waits, state=SetState.CLAIMED.value)
    spool = home.settings.spool
    for place in (f"archive/2026/10/05/{known}", f"claimed/{waits}", "archive/2026/10/04/" + "0" * 13):
        (spool / place).mkdir(parents=True)
    told = {row["check"]: row for row in call("doctor", "--json").json}
    assert "ok" == told["strangers"]["state"]
    lost = [spool / "archive/2026/10/06" / ("1" * 13), spool / "claimed" / ("2" * 13)]
    for folder in lost:
        folder.mkdir(parents=True)
    (row,) = (row for row in call("doctor", "--json").json if row["check"] == "strangers")
    assert ("failed", True) == (row["state"], all(str(folder) in row["told"] for folder in lost))
