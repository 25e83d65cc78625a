"""Lists as operators read them: tables at eighty columns, cards at fifty, lines in a pipe."""

import pytest

from flexibatch.adapters.store import tables
from flexibatch.domain.findings import Finding
from flexibatch.wiring.home import Home
from tests.journey.test_cli_records import HelpDesk
from tests.twins.records import OTHER, go_name, put


@pytest.fixture
def desk(home: Home, capsys: pytest.CaptureFixture[str]) -> HelpDesk:
    return HelpDesk(home, capsys)


def filled(desk: HelpDesk) -> list[str]:
    """Keep a set of each outcome, one that waits, and one in quarantine; return their tickets."""
    tickets = [
        desk.records.settled(1),
        desk.records.settled(2, refused=1),
        desk.records.settled(3, "refused"),
        desk.records.claim(go_name(4, OTHER), sender=OTHER),
        desk.records.claim(go_name(5)),
    ]
    desk.records.tell(tickets[1], Finding("dimona-none"), "00024-152")
    desk.records.tell(tickets[2], Finding("name-received"), "ACRF-133")
    desk.records.change(tickets[4], state="quarantine", attempts=5, reason="KeyError while it was judged")
    return tickets


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Give what says how wide the terminal is."""
    return monkeypatch


def test_list_fits_eighty_columns(desk: HelpDesk, at: pytest.MonkeyPatch) -> None:
    """What does not fit is left out and named; times are in one zone, named once; the head says what counts are."""
    tickets = filled(desk)
    at.setenv("COLUMNS", "80")
    status, told, messages = desk.call("list")
    title, heads, rule, *lines = told.splitlines()
    assert 0 == status
    assert [] == [line for line in told.splitlines() if len(line) > 80]
    assert "Sets (times in Europe/Brussels; refused: of all lines)" == title
    assert ["arrived", "ticket", "sender", "bureau", "env", "outcome", "refused"] == heads.split()
    assert {"─"} == set(rule)
    assert tickets == [line.split()[3] for line in lines]
    assert ["accepted", "partly", "refused", "claimed", "quarantine"] == [line.split()[8] for line in lines]
    assert "1/2" == lines[1].split()[-1]
    assert "000641  Secrétariat Dupo" in lines[3]
    assert "No room for: name, codes (--wide or --columns shows them).\n" == messages


def test_list_in_fifty_columns_is_cards(desk: HelpDesk, at: pytest.MonkeyPatch) -> None:
    """Below sixty characters a field has its line; nothing is cut, and what has no value is left out."""
    tickets = filled(desk)
    at.setenv("COLUMNS", "50")
    lines = desk.told("list").splitlines()
    assert [] == [line for line in lines if len(line) > 50]
    assert [f"ticket   {ticket}" for ticket in tickets] == [
        line for line in lines if line.startswith("ticket")
    ]
    assert f"name     {go_name(2)}" in lines
    assert "codes    ACRF-133" in lines
    assert 2 == sum(line.startswith("codes") for line in lines)


def test_list_has_all_that_fits_where_there_is_room(desk: HelpDesk, at: pytest.MonkeyPatch) -> None:
    """A wide terminal shows names and codes; nothing is said to be missing."""
    filled(desk)
    at.setenv("COLUMNS", "160")
    status, told, messages = desk.call("list")
    assert (0, "") == (status, messages)
    assert go_name(3) in told
    assert "ACRF-133" in told


def test_times_of_today_have_no_date(desk: HelpDesk, at: pytest.MonkeyPatch) -> None:
    """The hour alone is today's; an older year is told in place of the hour."""
    filled(desk)
    at.setenv("COLUMNS", "80")
    assert "05 Oct 13:00" in desk.told("list")
    desk.now = desk.records.now
    shown = desk.told("list").splitlines()[3]
    assert shown.startswith("13:00    ")
    desk.now = desk.records.now.replace(year=2028)
    assert desk.told("list").splitlines()[3].startswith("05 Oct 2026  ")


def test_a_pipe_gets_every_column_in_full(desk: HelpDesk) -> None:
    """One line a set, the date with the hour, no title: as programs read it."""
    tickets = filled(desk)
    heads, *lines = desk.told("list").splitlines()
    assert heads.startswith("arrived_at")
    assert {"name", "outcome", "state", "codes", "lines", "refused"} <= set(heads.split())
    assert tickets == [line.split()[2] for line in lines]


def test_a_bureau_s_long_name_is_cut_not_its_number(desk: HelpDesk, at: pytest.MonkeyPatch) -> None:
    """A name takes what room is left, wide signs counted as the terminal draws them."""
    with desk.home.database.writing() as connection:
        put(
            connection,
            tables.sender,
            number="000642",
            name="局" * 60,
            language="nl",
            signature="optional",
            held=False,
            added_at=desk.records.now.replace(tzinfo=None),
        )
    desk.records.claim(go_name(1, "000642"), sender="000642")
    at.setenv("COLUMNS", "80")
    (line,) = desk.told("list").splitlines()[3:]
    assert "000642  局" in line
    assert "…" in line
    assert len(line) + line.count("局") <= 80
