"""What the first releases declared, under references that were no UUID or in capitals, is there after the upgrade."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from flexibatch.adapters.store import identities, set_actions, upgrade
from flexibatch.adapters.store.audit import By
from flexibatch.adapters.store.employers import list_employers
from flexibatch.adapters.store.engine import Database
from flexibatch.settings import FILE
from flexibatch.wiring.home import Home
from tests.doubles.clock import CountedTickets, FixedClock
from tests.doubles.installation import Installation, Installations
from tests.doubles.migrating import brought_to, copied_rows
from tests.doubles.sending import MODIFICATION, Bureau, Sent, sent_form
from tests.doubles.server import Server
from tests.doubles.xml_samples import uuid

NSSO, WORKER, SECOND, UNKNOWN = "100100022", "50021850123", "50021957813", "50022388670"
PLAIN, CAPITALS = "2026-09/0001", "019A1F04-8763-79FC-A088-15B4F8A31EE8"
TWIN = "019a1f04-1111-7abc-8def-15b4f8a31ee8"
IDENTITIES = {uuid(1): PLAIN, uuid(2): CAPITALS, uuid(3): TWIN.upper(), uuid(4): TWIN}
"""What is sent as the first is made what the first releases kept."""
OWN = {PLAIN: "P-1", CAPITALS: "P-2", TWIN.upper(): None, TWIN: "P-4"}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation in which four lines were accepted and one refused, and one of the four was modified."""
    installation = Installation.made(tmp_path_factory.mktemp("lived") / "home")
    workers = [WORKER, WORKER, SECOND, SECOND]
    lines = [
        Sent(worker, reference, OWN[IDENTITIES[reference]])
        for worker, reference in zip(workers, IDENTITIES, strict=True)
    ]
    bureau = Bureau(installation)
    bureau.send(sent_form(*lines, Sent(UNKNOWN, uuid(5)), nsso=NSSO))
    bureau.send(sent_form(Sent(WORKER, uuid(1), "P-1", amount=1), nsso=NSSO, operation=MODIFICATION))
    installation.close()
    return installation


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def installations(
    request: pytest.FixtureRequest, lived: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Installations:
    """Return the installation on a database of revision 0004 that was brought up whole, on every engine."""
    path = tmp_path_factory.mktemp("upgraded") / "home"
    shutil.copytree(lived.home.path, path, ignore=shutil.ignore_patterns("flexibatch.db*"))
    server: Server | None = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    url = f"sqlite:///{path / 'flexibatch.db'}" if server is None else server.url(server.create())
    older = Database(url)
    brought_to(older, "0004")
    source = Home.open(lived.home.path, {})
    copied_rows(source.database, older)
    source.close()
    _age(older)
    upgrade.upgrade(older)
    older.close()
    if server is None:
        (path / "flexibatch.db").chmod(0o600)
    else:
        (path / FILE).write_text(f'database = "{url}"\n', encoding="utf-8")
    installation = Installation(Home.open(path, {}), FixedClock())
    installation.home.close()
    return Installations(installation, server)


@pytest.fixture
def upgraded(installations: Installations, tmp_path: Path) -> Iterator[Installation]:
    """Yield a copy of it."""
    with installations.copy(tmp_path / "home") as installation:
        installation.outside = replace(installation.outside, tickets=CountedTickets(1000))
        yield installation


def _age(older: Database) -> None:
    """Give rows the references of the first releases, and a server's counters the next values."""
    with older.writing() as connection:
        for now, before in IDENTITIES.items():
            words = {"now": now, "before": before, "own": OWN[before]}
            connection.execute(
                text("UPDATE declaration SET reference = :before WHERE reference = :now"), words
            )
            mine = "(SELECT ticket FROM declaration WHERE reference = :before)"
            connection.execute(
                text(f"UPDATE version SET payslip_reference = :own WHERE declaration = {mine}"),  # noqa: S608
                words,
            )
        if older.engine.dialect.name == "postgresql":
            columns = "SELECT table_name, column_name FROM information_schema.columns"
            counted = f"{columns} WHERE column_default LIKE 'nextval%'"
            for name, column in connection.execute(text(counted)).all():
                highest = f"(SELECT coalesce(max({column}), 0) + 1 FROM {name})"  # noqa: S608
                counter = f"pg_get_serial_sequence('{name}', '{column}')"
                connection.execute(text(f"SELECT setval({counter}, {highest})"))


def tickets(installation: Installation) -> dict[object, object]:
    """Return the ticket of each declaration by its reference."""
    return dict(installation.rows("SELECT reference, ticket FROM declaration"))  # type: ignore[arg-type]


def changed(
    installation: Installation, number: int, worker: str, reference: str
) -> tuple[str | None, str | None]:
    """Modify a declaration; give its ticket and version."""
    form = sent_form(Sent(worker, reference, "NEW", amount=number), nsso=NSSO, operation=MODIFICATION)
    [line] = Bureau(installation, _numbers=count(number)).send(form).lines
    return line.get("ticket"), line.get("version")


def test_identities_stay_and_references_are_filled_in(upgraded: Installation) -> None:
    """Every declaration has the reference it had, each version has that too, and its payslip reference as its own."""
    assert sorted(IDENTITIES.values()) == sorted(map(str, tickets(upgraded)))
    kept = upgraded.rows(
        "SELECT d.reference, v.number, v.reference, v.own_reference"
        " FROM version v JOIN declaration d ON d.ticket = v.declaration"
    )
    expected = [(one, 1, one, OWN[one]) for one in IDENTITIES.values()] + [(PLAIN, 2, PLAIN, "P-1")]
    assert sorted(expected, key=str) == sorted(kept, key=str)


def test_nobody_is_marked(upgraded: Installation) -> None:
    """After the upgrade no number is a third payer's, those of the register and of mandates alike."""
    with upgraded.home.database.reading() as connection:
        assert [] == list_employers(connection, third_payers=True)
        assert {True} == {bool(one["nsso"]) for one in list_employers(connection)}
        assert not identities.find_employer(connection, "100300036", None).third_payer


def test_a_modification_in_either_case_finds_the_one_in_capitals(upgraded: Installation) -> None:
    """In small letters, and in capitals again, it is that declaration; its identity stays in capitals."""
    ticket = tickets(upgraded)[CAPITALS]
    assert (ticket, "2") == changed(upgraded, 3, WORKER, CAPITALS.lower())
    assert (ticket, "3") == changed(upgraded, 4, WORKER, CAPITALS)
    assert {CAPITALS, CAPITALS.lower()} == {
        one
        for (one,) in upgraded.rows(f"SELECT reference FROM version WHERE declaration = '{ticket}'")  # noqa: S608
    }
    assert sorted(IDENTITIES.values()) == sorted(map(str, tickets(upgraded)))


def test_of_two_that_differ_in_case_the_one_in_small_letters_is_meant(upgraded: Installation) -> None:
    """In either case; the one in capitals stays as it is."""
    ticket = tickets(upgraded)[TWIN]
    assert (ticket, "2") == changed(upgraded, 3, SECOND, TWIN.upper())
    assert (ticket, "3") == changed(upgraded, 4, SECOND, TWIN)


def test_an_original_of_either_case_is_declared_already(upgraded: Installation) -> None:
    """What stands in capitals cannot be declared again in small letters."""
    answer = Bureau(upgraded, _numbers=count(3)).send(sent_form(Sent(WORKER, CAPITALS.lower()), nsso=NSSO))
    assert [("refused", "", "90082-272")] == answer.outcomes


def test_what_is_no_uuid_cannot_be_named_any_more(upgraded: Installation) -> None:
    """Its reference is refused as none (90082-008), and the declaration stays as it is."""
    form = sent_form(Sent(WORKER, PLAIN, "NEW"), nsso=NSSO, operation=MODIFICATION)
    answer = Bureau(upgraded, _numbers=count(3)).send(form)
    assert [("refused", "", "90082-008")] == answer.outcomes
    assert [(2,)] == upgraded.rows(
        "SELECT max(number) FROM version JOIN declaration ON ticket = declaration"
        " WHERE declaration.reference = '2026-09/0001'"
    )


def test_a_rerun_of_an_old_set_keeps_its_lines(upgraded: Installation) -> None:
    """The lines that stand have their tickets and versions, nothing new is made of them, the refused one is judged."""
    ((ticket,),) = upgraded.rows("SELECT ticket FROM file_set WHERE name LIKE '%.00001.%'")
    before, versions = (
        tickets(upgraded),
        upgraded.rows("SELECT declaration, number FROM version ORDER BY 1, 2"),
    )
    old = set(upgraded.published())
    with upgraded.home.database.writing() as connection:
        set_actions.begin_rerun(connection, By("anna", upgraded.clock.now()), str(ticket))
    upgraded.channel().settle()
    assert (before, versions) == (
        tickets(upgraded),
        upgraded.rows("SELECT declaration, number FROM version ORDER BY 1, 2"),
    )
    runs = upgraded.rows("SELECT set_ticket, accepted, unchanged, refused FROM run WHERE number = 2")
    assert [(ticket, 0, 4, 1)] == runs
    new = [content for name, content in upgraded.published().items() if name not in old]
    [noti] = [content for content in new if b"<Declaration " in content]
    assert [] == [one for one in before.values() if f'ticket="{one}"'.encode() not in noti]
