"""The commands that operators look things up with, and decide with, run as the program runs them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flexibatch.adapters.clock import SystemClock
from flexibatch.adapters.folders import make_sender_folders
from flexibatch.adapters.store import tables
from flexibatch.cli import run
from flexibatch.domain.findings import Finding
from flexibatch.ports import Clock
from flexibatch.wiring.home import Home
from tests.doubles.clock import FixedClock
from tests.doubles.numbers import company_number, worker_number
from tests.doubles.records import OTHER, SENDER, Records, go_name

NOW = datetime(2027, 1, 13, 10, 0, tzinfo=UTC)
WORKER = worker_number(1)


class HelpDesk:
    """An operator at a terminal: a home with records, and the program."""

    def __init__(self, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys
        self.clock: Clock = FixedClock(NOW)
        self.records = Records(home.database)

    def call(self, *words: str) -> tuple[int, str, str]:
        """Run a command; give exit status, results, messages."""
        self.capsys.readouterr()
        status = run(["--home", str(self.home.path), "--operator", "An", *words], self.clock)
        return status, *self.capsys.readouterr()

    def told(self, *words: str) -> str:
        """Run a command that must succeed; give its results."""
        status, results, messages = self.call(*words)
        assert 0 == status, messages
        return results

    def parsed(self, *words: str) -> Any:  # noqa: ANN401 - JSON
        """Run a command with --json."""
        return json.loads(self.told(*words, "--json"))


@pytest.fixture
def desk(home: Home, capsys: pytest.CaptureFixture[str]) -> HelpDesk:
    return HelpDesk(home, capsys)


def declared(desk: HelpDesk) -> tuple[str, str]:
    """Settle a set with one declaration; give both tickets."""
    desk.records.employer()
    of_set = desk.records.settled(1)
    return of_set, desk.records.declare(WORKER, "2026-09/0001", [of_set])


# ------------------------------------------------------------------------------------------------------- list


def test_list_shows_sets_with_counts_in_the_channels_zone(desk: HelpDesk) -> None:
    """People read the time of Brussels; JSON has the instant with its zone, and all that is known."""
    ticket = desk.records.settled(1, refused=1)
    heading, line = desk.told("list").splitlines()
    assert heading.startswith("arrived_at")
    assert f"2026-10-05 13:00:00  {ticket}  {go_name(1)}  {SENDER}" in line
    (row,) = desk.parsed("list")
    assert ("2026-10-05T11:00:00+00:00", "settled", 1) == (row["arrived_at"], row["state"], row["refused"])


def test_list_narrows(desk: HelpDesk) -> None:
    """State, sender, arrival, name and number of sets are asked for as the help says."""
    first, second = desk.records.settled(1), desk.records.settled(2, "refused")
    assert [second] == [row["ticket"] for row in desk.parsed("list", "--state", "refused")]
    assert [] == desk.parsed("list", "--sender", OTHER)
    assert [second] == [row["ticket"] for row in desk.parsed("list", "--since", "2026-10-05T13:30")]
    assert [] == desk.parsed("list", "--since", "2026-10-06")
    assert [first] == [row["ticket"] for row in desk.parsed("list", "--name", go_name(1))]
    assert [second] == [row["ticket"] for row in desk.parsed("list", "--limit", "1")]


def test_the_examples_of_list_are_done_as_they_stand(desk: HelpDesk) -> None:
    """Whoever copies one gets what it says."""
    lines = [line.strip() for line in desk.told("list", "--help").splitlines()]
    calls = [line.split()[1:] for line in lines if line.startswith("flexibatch ")]
    assert 3 <= len(calls)
    for words in calls:
        desk.told(*words)


def test_list_says_on_stderr_that_there_is_nothing(desk: HelpDesk) -> None:
    """An empty result is no error."""
    assert (0, "", "Sets: none.\n") == desk.call("list")
    assert [] == desk.parsed("list")


def test_list_waiting_says_what_for(desk: HelpDesk) -> None:
    """A line a set, the reason in words; JSON has it as one word."""
    ticket, second = desk.records.claim(go_name(1)), desk.records.claim(go_name(2))
    told = desk.told("list", "--waiting")
    assert ticket in told
    assert "the next sweep" in told
    rows = desk.parsed("list", "--waiting", "--sender", SENDER)
    assert [(ticket, "sweep", None), (second, "behind", ticket)] == [
        (row["ticket"], row["why"], row["behind"]) for row in rows
    ]
    assert [] == desk.parsed("list", "--waiting", "--sender", OTHER)


def test_list_waiting_looks_into_the_inboxes_too(desk: HelpDesk) -> None:
    """What was not claimed yet has no ticket: a set without its GO, and one of a sender on hold."""
    inboxes = [make_sender_folders(desk.home.settings.spool, number) / "IN" for number in (SENDER, OTHER)]
    (inboxes[0] / f"{go_name(1).replace('GO', 'FI', 1)}.1").touch()
    (inboxes[0] / ".upload").touch()
    desk.clock = FixedClock(SystemClock().now())
    (inboxes[1] / go_name(1, OTHER)).touch()
    desk.told("sender", "hold", OTHER)
    told = desk.parsed("list", "--waiting")
    assert [(SENDER, "arriving", None), (OTHER, "held", None)] == [
        (one["sender"], one["why"], one["ticket"]) for one in told
    ]
    desk.told("sender", "release", OTHER)
    late = desk.parsed("list", "--waiting", "--sender", OTHER)[0]
    assert ("arriving", "FI files announced: 1, there: 0") == (late["why"], late["reason"])
    waited = datetime.fromisoformat(late["until"]) - datetime.fromisoformat(late["since"])
    assert desk.home.settings.go_grace == waited
    assert "its GO is missing" in desk.told("list", "--waiting")
    (inboxes[1] / f"{go_name(1, OTHER).replace('GO', 'FI', 1)}.1").touch()
    fresh = desk.parsed("list", "--waiting", "--sender", OTHER)[0]
    assert ("arriving", "a file came after its GO, and must stand still first") == (
        fresh["why"],
        fresh["reason"],
    )
    desk.clock = FixedClock(SystemClock().now() + timedelta(minutes=2))
    whole = desk.parsed("list", "--waiting", "--sender", OTHER)[0]
    assert ("sweep", None, None) == (whole["why"], whole["reason"], whole["until"])


# ------------------------------------------------------------------------------------------------------- show


def test_show_tells_all_about_a_set(desk: HelpDesk) -> None:
    """Files, runs, answers and anomalies stand in sections; the operator's note with them."""
    ticket = desk.records.settled(1, refused=1)
    desk.records.tell(ticket, Finding("dimona-none"), "00024-152", note="known with another employer")
    told = desk.told("show", go_name(1))
    sections = ("Files", "Runs", "Judged with", "Answers", "Anomalies of the last run")
    assert [] == [section for section in sections if section not in told.splitlines()]
    assert "known with another employer" in told
    assert f"FO.ACRF.999999.{ticket}.1" in told
    found = desk.parsed("show", ticket)
    assert ("settled", 1, 1) == (found["state"], len(found["runs"]), len(found["anomalies"]))


def test_show_tells_how_many_anomalies_it_leaves_out(desk: HelpDesk) -> None:
    """People see the first fifty, JSON has all."""
    ticket = desk.records.settled(1, refused=1)
    for _ in range(51):
        desk.records.tell(ticket, Finding("late"), "90017-460")
    status, _results, messages = desk.call("show", ticket)
    assert (0, "50 of 51 anomalies are shown; --json shows all.\n") == (status, messages)
    assert 51 == len(desk.parsed("show", ticket)["anomalies"])


# ------------------------------------------------------------------------------------- declarations, workers


def test_declarations_are_listed_in_euros(desk: HelpDesk) -> None:
    """People read euros, JSON has eurocents."""
    of_set, ticket = declared(desk)
    told = desk.told("declarations", "list", "--employer", company_number(1))
    assert ticket in told
    assert "200.00" in told
    (row,) = desk.parsed("declarations", "list", "--inss", WORKER, "--environment", "R", "--sender", SENDER)
    assert (ticket, of_set, 20_000) == (row["ticket"], row["set_ticket"], row["eurocents"])
    assert [] == desk.parsed("declarations", "list", "--reference", "other", "--all")


def test_a_long_list_of_declarations_is_cut_and_says_so(desk: HelpDesk) -> None:
    """The latest are shown; 0 is all."""
    of_set, _first = declared(desk)
    latest = desk.records.declare(WORKER, "2026-09/0002", [of_set])
    status, results, messages = desk.call("declarations", "list", "--limit", "1", "--json")
    assert (0, [latest]) == (status, [row["ticket"] for row in json.loads(results)])
    assert "there are more" in messages
    assert 2 == len(desk.parsed("declarations", "list", "--limit", "0"))


def test_a_declaration_is_shown_with_what_its_versions_said(desk: HelpDesk) -> None:
    """Each version with who sent it, each amount with its code."""
    of_set, ticket = declared(desk)
    told = desk.told("declarations", "show", ticket)
    for word in ("Versions", "original", of_set, "0001001000", "100.00"):
        assert word in told
    (version,) = desk.parsed("declarations", "show", ticket)["versions"]
    assert 2 == len(version["qualities"][0]["elements"])


def test_a_worker_is_shown_beside_dimona(desk: HelpDesk) -> None:
    """Declarations, versions and periods stand under one another."""
    _of_set, ticket = declared(desk)
    period = desk.records.period(WORKER)
    told = desk.told("worker", "show", WORKER)
    for word in ("Declarations", "Versions", "Dimona periods", ticket, period):
        assert word in told
    found = desk.parsed("worker", "show", WORKER)
    assert ([ticket], [period]) == (
        [one["ticket"] for one in found["declarations"]],
        [one["period_id"] for one in found["periods"]],
    )


# ------------------------------------------------------------------------------------------------ quarantine


def in_quarantine(desk: HelpDesk) -> str:
    ticket = desk.records.claim(go_name(1))
    desk.records.change(ticket, state="quarantine", attempts=5, reason="KeyError while the set was judged")
    return ticket


def state(desk: HelpDesk, ticket: str) -> tuple[str, bool]:
    with desk.home.database.reading() as connection:
        query = select(tables.file_set).where(tables.file_set.c.ticket == ticket)
        row = connection.execute(query).one()
    return row.state, row.discarded


def test_quarantine_is_listed(desk: HelpDesk) -> None:
    """What went wrong is told."""
    ticket = in_quarantine(desk)
    assert "KeyError while the set was judged" in desk.told("quarantine", "list")
    assert [ticket] == [row["ticket"] for row in desk.parsed("quarantine", "list")]


@pytest.mark.parametrize(("act", "after"), [("release", ("claimed", False)), ("discard", ("claimed", True))])
def test_quarantine_is_left(desk: HelpDesk, act: str, after: tuple[str, bool]) -> None:
    """Release has it judged, discard has it refused, by the next sweep; the act is in the audit."""
    ticket = in_quarantine(desk)
    status, _results, messages = desk.call("quarantine", act, go_name(1), "--yes")
    assert 0 == status
    assert "the next sweep" in messages
    assert after == state(desk, ticket)
    with desk.home.database.reading() as connection:
        row = connection.execute(select(tables.audit)).one()
    assert ("An", f"quarantine {act}", ticket) == (row.operator, row.action, row.subject)


def test_several_leave_quarantine_or_none(desk: HelpDesk) -> None:
    """One that is not in quarantine keeps the others there."""
    ticket, other = in_quarantine(desk), desk.records.settled(2)
    status, _results, messages = desk.call("quarantine", "release", ticket, other, "--yes")
    assert 2 == status
    assert "is not in quarantine" in messages
    assert ("quarantine", False) == state(desk, ticket)


# ---------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("show 0000000000000", "No set has the ticket or name"),
        ("show GO.FLEX.000640.20261005.00009.R.1", "No set has the ticket or name"),
        ("declarations show 0000000000000", "No declaration has the ticket"),
        ("declarations list --employer K1", "no employer's number"),
        ("declarations list --inss 12345678901", "no worker's number"),
        ("declarations list --sender 64", "64"),
        ("worker show 12345678901", "no worker's number"),
        (f"worker show {WORKER}", "Neither the register nor any declaration"),
        ("quarantine release 0000000000000", "No set has the ticket or name"),
        ("list --since tomorrow", "no moment"),
        ("list --state lost", "lost"),
        ("list --code 123", "no code"),
        ("rerun --dry-run --code 24-152", "no code"),
        ("list --waiting --state settled", "--waiting goes with"),
        ("list --strays --limit 3", "--strays goes with"),
        ("list --strays --waiting", "--waiting goes with"),
        ("list --strays --sender 000999", "000999"),
        ("purge --older-than soon", "no duration"),
        ("purge --kind words", "archive"),
        ("purge --kind audit --older-than P2Y", "retention.audit"),
        ("purge --kind door --older-than P2Y", "retention.door"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_status_2(desk: HelpDesk, words: str, sentence: str) -> None:
    """Nothing stands on stdout, and stderr says what is wrong."""
    status, results, messages = desk.call(*words.split())
    assert (2, "") == (status, results)
    assert sentence in messages
    assert "Traceback" not in messages


def test_a_name_with_several_tickets_lists_them(desk: HelpDesk) -> None:
    """The operator is told which tickets there are."""
    first, second = desk.records.settled(1), desk.records.settled(1, "refused")
    status, _results, messages = desk.call("show", go_name(1))
    assert 2 == status
    assert first in messages
    assert second in messages


@pytest.mark.parametrize(
    "command",
    [
        "list",
        "show",
        "declarations list",
        "declarations show",
        "worker show",
        "quarantine list",
        "quarantine release",
        "quarantine discard",
        "purge",
    ],
)
def test_every_help_tells_the_exit_status(desk: HelpDesk, command: str) -> None:
    """Whoever writes a script finds what it can rely on."""
    assert "Exit status:" in desk.told(*command.split(), "--help")
