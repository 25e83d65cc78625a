"""What operators ask the store, and what they decide about sets."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, insert, select

from flexibatch.adapters.spool.retention import Purged, delete_bytes
from flexibatch.adapters.store import set_actions, tables
from flexibatch.adapters.store.audit import By
from flexibatch.adapters.store.engine import Database, stored
from flexibatch.adapters.store.queries import (
    WantedDeclarations,
    WantedReruns,
    WantedSets,
    find_ticket,
    list_declarations,
    list_sets,
    quarantined,
    show_declaration,
    show_set,
    tickets_for_rerun,
    waiting,
    worker,
)
from flexibatch.adapters.store.rows import PlainRow
from flexibatch.adapters.store.set_queue import FIRST_WAIT, StoredSetQueue
from flexibatch.cli.remedies import worded
from flexibatch.domain.findings import Finding
from flexibatch.domain.vocabulary import Environment, SetState
from flexibatch.errors import Refusal, Remedy, Unavailable
from tests.doubles.clock import FixedClock
from tests.doubles.numbers import bis_number, company_number, nsso_number, worker_number
from tests.doubles.records import NOON, OTHER, SENDER, Records, go_name, put

LATER = NOON + timedelta(days=100)
BY = By("an operator", LATER)
WORKER, FORMER = worker_number(1), bis_number(1)


@pytest.fixture
def records(database: Database) -> Records:
    return Records(database)


def sets(records: Records, **wanted: Any) -> list[str]:  # noqa: ANN401 - the fields of WantedSets
    with records.database.reading() as connection:
        return [row["ticket"] for row in list_sets(connection, WantedSets(**wanted))]


def shown_set(records: Records, word: str) -> PlainRow:
    with records.database.reading() as connection:
        return show_set(connection, word)


def waits(records: Records, *, now: datetime = LATER) -> list[PlainRow]:
    with records.database.reading() as connection:
        return waiting(connection, now)


def stream(records: Records, *, now: datetime = LATER) -> PlainRow:
    (only,) = waits(records, now=now)
    return only


def declared(records: Records, **wanted: Any) -> list[str]:  # noqa: ANN401 - the fields of WantedDeclarations
    with records.database.reading() as connection:
        return [row["ticket"] for row in list_declarations(connection, WantedDeclarations(**wanted))]


def row_of(records: Records, ticket: str) -> Row[*tuple[Any, ...]]:
    with records.database.reading() as connection:
        return connection.execute(select(tables.file_set).where(tables.file_set.c.ticket == ticket)).one()


# -------------------------------------------------------------------------------------------------- the list


def test_sets_are_listed_in_order_of_arrival_with_their_last_run(records: Records) -> None:
    """A set that was never judged has no counts; one that ran twice has those of its second run."""
    first, second = records.settled(1, refused=2), records.claim(go_name(2))
    records.decide(first, run=2, refused=1)
    with records.database.reading() as connection:
        rows = list_sets(connection, WantedSets())
    assert [(first, 2, "settled", 1), (second, 1, "claimed", None)] == [
        (row["ticket"], row["run"], row["state"], row["refused"]) for row in rows
    ]
    assert NOON + timedelta(hours=1) == rows[0]["arrived_at"]
    assert "Bureau Peeters" == rows[0]["sender_name"]


def test_conditions_on_sets_add_up(records: Records) -> None:
    """State, sender, arrival and name each narrow the list; a limit keeps the latest."""
    mine, refused = records.settled(1), records.settled(2, "refused")
    other = records.claim(go_name(1, OTHER), sender=OTHER)
    assert [refused] == sets(records, states=[SetState.REFUSED])
    assert [mine, refused] == sets(records, states=[SetState.REFUSED, SetState.SETTLED])
    assert [other] == sets(records, sender=OTHER)
    assert [refused, other] == sets(records, since=NOON + timedelta(hours=2))
    assert [mine] == sets(records, name=go_name(1))
    assert [] == sets(records, sender=OTHER, states=[SetState.REFUSED])
    with records.database.reading() as connection:
        assert [other] == [row["ticket"] for row in list_sets(connection, WantedSets(), limit=1)]


def test_quarantine_is_listed_with_its_reason(records: Records) -> None:
    """Only what is in quarantine is listed, with what went wrong."""
    records.claim(go_name(1))
    bad = records.claim(go_name(2))
    queue = StoredSetQueue(records.database, FixedClock())
    assert queue.failed(bad, "KeyError while the set was judged", max_attempts=1)
    with records.database.reading() as connection:
        (row,) = quarantined(connection)
    assert (bad, "KeyError while the set was judged") == (row["ticket"], row["reason"])


# ------------------------------------------------------------------------------------------------ what waits


def test_nothing_waits_where_all_is_published(records: Records) -> None:
    """A stream that is done with is not told."""
    records.settled(1)
    with records.database.reading() as connection:
        assert [] == waiting(connection, LATER)


def test_every_set_of_a_stream_is_told_in_its_turn(records: Records) -> None:
    """The one that is next since the moment it was claimed, the others behind it."""
    first, second = records.claim(go_name(1)), records.claim(go_name(2))
    told, other = waits(records)
    assert (SENDER, "R", first, go_name(1), "sweep", None) == tuple(
        told[name] for name in ("sender", "environment", "ticket", "name", "why", "behind")
    )
    assert NOON + timedelta(hours=1) == told["since"]
    assert (second, "behind", first, None) == tuple(
        other[name] for name in ("ticket", "why", "behind", "until")
    )


def test_what_stands_behind_trouble_waits_as_long(records: Records) -> None:
    """The back-off of the set that is next is that of those behind it; the reason is its own."""
    ticket = records.claim(go_name(1))
    records.claim(go_name(2))
    StoredSetQueue(records.database, FixedClock(LATER)).delayed(ticket, "The disk is full.")
    told = [(row["why"], row["until"], row["reason"]) for row in waits(records)]
    assert [
        ("back-off", LATER + FIRST_WAIT, "The disk is full."),
        ("behind", LATER + FIRST_WAIT, None),
    ] == told


def test_a_stream_waits_for_its_back_off_only_until_it_is_over(records: Records) -> None:
    """Trouble is told with its reason and the moment of the next try, then the next sweep is waited for."""
    ticket = records.claim(go_name(1))
    queue = StoredSetQueue(records.database, FixedClock(LATER - FIRST_WAIT))
    queue.delayed(ticket, "The disk is full.")
    before = stream(records, now=LATER - timedelta(seconds=1))
    assert ("back-off", LATER, "The disk is full.") == (before["why"], before["until"], before["reason"])
    assert "sweep" == stream(records, now=LATER)["why"]


def test_a_claim_that_was_cut_short_is_told(records: Records) -> None:
    """The next sweep goes on with a claim that was begun."""
    records.begin(go_name(1))
    assert "claiming" == stream(records)["why"]


def test_a_sender_on_hold_is_why_its_sets_wait(records: Records) -> None:
    """The hold is told before all else."""
    records.claim(go_name(1))
    with records.database.writing() as connection:
        connection.execute(tables.sender.update().values(held=True))
    assert "held" == stream(records)["why"]


def test_answers_that_are_not_out_wait_too(records: Records) -> None:
    """A verdict whose answers are not published is no end."""
    ticket = records.claim(go_name(1))
    records.decide(ticket, published=False)
    told = stream(records)
    assert (ticket, "publishing", None) == (told["ticket"], told["why"], told["behind"])


def test_quarantine_holds_up_nobody_but_is_told(records: Records) -> None:
    """A set in quarantine waits for the operator; the next one is behind nothing."""
    bad = records.claim(go_name(1))
    records.change(bad, state="quarantine")
    good = records.claim(go_name(2))
    assert [(bad, "quarantine", None), (good, "sweep", None)] == [
        (row["ticket"], row["why"], row["behind"]) for row in waits(records)
    ]


def test_streams_are_told_apart(records: Records) -> None:
    """Environments of one sender, and senders, wait each for themselves."""
    records.claim(go_name(1))
    records.claim(go_name(1, environment="T"), environment=Environment.TEST)
    records.claim(go_name(1, OTHER), sender=OTHER)
    with records.database.reading() as connection:
        told = [(row["sender"], row["environment"], row["behind"]) for row in waiting(connection, LATER)]
        of_other = [row["sender"] for row in waiting(connection, LATER, OTHER)]
    assert [(SENDER, "R", None), (SENDER, "T", None), (OTHER, "R", None)] == told
    assert [OTHER] == of_other


# --------------------------------------------------------------------------------------------------- one set


def test_a_set_is_shown_with_files_runs_answers_and_anomalies(records: Records) -> None:
    """Provenance and answers stand with their run; anomalies are the last run's, with the operator's note."""
    ticket = records.settled(1, refused=2)
    records.tell(ticket, Finding("late"), "90017-460")
    records.decide(ticket, run=2, refused=1)
    records.tell(
        ticket, Finding("dimona-none", tag="INSS"), "00024-152", run=2, note="known with another employer"
    )
    told = shown_set(records, ticket)
    assert [1, 2] == [run["number"] for run in told["runs"]]
    assert ("FLXWAGE_20263", 1) == (told["runs"][1]["schema"], told["runs"][1]["refused"])
    assert [f"FO.ACRF.999999.{ticket}.2"] == [one["name"] for one in told["runs"][1]["answers"]]
    assert told["runs"][1]["published_at"] is not None
    assert ["FI", "GO"] == [file["kind"] for file in told["files"]]
    assert [("00024-152", "B", "known with another employer")] == [
        (one["code"], one["class"], one["note"]) for one in told["anomalies"]
    ]


def test_a_set_that_waits_for_its_second_run_shows_the_first(records: Records) -> None:
    """What was told stays to be seen until there is something newer."""
    ticket = records.settled(1, "refused")
    records.tell(ticket, Finding("subject"), "ACRF-129")
    with records.database.writing() as connection:
        set_actions.begin_rerun(connection, BY, ticket)
    assert ["ACRF-129"] == [one["code"] for one in shown_set(records, ticket)["anomalies"]]


def test_an_acknowledgement_stands_with_both_sets(records: Records) -> None:
    """The set whose answer was acknowledged tells by whom and when; the acknowledgement tells what of."""
    ticket = records.settled(1)
    answer = shown_set(records, ticket)["runs"][0]["answers"][0]["name"]
    receipt = records.claim("GO.ACRF.000640.20261005.00002.R.1")
    records.decide(receipt, "recorded")
    row = {
        "set_ticket": receipt,
        "answer_name": answer,
        "answer_ticket": ticket,
        "recorded_at": stored(LATER),
    }
    with records.database.writing() as connection:
        put(connection, tables.acknowledgement, **row)
    assert [{"answer_name": answer, "set_ticket": receipt, "recorded_at": LATER}] == shown_set(
        records, ticket
    )["acknowledged"]
    assert answer == shown_set(records, receipt)["acknowledges"]


def test_a_set_is_found_by_every_word_a_bureau_has_for_it(records: Records) -> None:
    """Its ticket in either case, a Form's ticket, its GO, a part of it, an answer."""
    ticket = records.settled(1)
    records.employer()
    records.declare(WORKER, "A", [ticket])
    with records.database.reading() as connection:
        form = connection.scalar(select(tables.form.c.ticket))
        words = (ticket, ticket.lower(), form, go_name(1), "FI.FLEX.000640.20261005.00001.R.1.1")
        assert {ticket} == {find_ticket(connection, str(word)) for word in words}
        assert ticket == find_ticket(connection, f"FO.ACRF.999999.{ticket}.1")


def test_a_name_with_several_tickets_lists_them(records: Records) -> None:
    """The operator chooses; the earlier ticket is told with the later set."""
    first, second = records.settled(1), records.settled(1, "refused")
    with pytest.raises(Refusal) as told:
        shown_set(records, go_name(1))
    assert first in str(told.value)
    assert second in str(told.value)
    assert "2 tickets" in str(told.value)
    assert first == shown_set(records, second)["earlier_ticket"]


def test_what_is_unknown_or_something_else_is_refused(records: Records) -> None:
    """An unknown word is told so; a declaration's ticket names the command that shows it."""
    ticket = records.settled(1)
    records.employer()
    declaration = records.declare(WORKER, "A", [ticket])
    with pytest.raises(Refusal, match="No set has"):
        shown_set(records, "0000000000000")
    with pytest.raises(Refusal, match="No set has"):
        shown_set(records, go_name(9))
    with pytest.raises(Refusal, match="declarations show"):
        shown_set(records, declaration)


# ---------------------------------------------------------------------------------------------- declarations


def test_declarations_in_force_are_listed_with_their_last_version(records: Records) -> None:
    """A modified one shows its second version and its amounts; a cancelled one only when asked for."""
    records.employer()
    first, second = records.settled(1), records.settled(2)
    modified = records.declare(WORKER, "A", [first, second])
    cancelled = records.declare(WORKER, "B", [first, f"-{second}"])
    with records.database.reading() as connection:
        (row,) = list_declarations(connection, WantedDeclarations())
    expected = (modified, 2, True, 40_000, second, company_number(1), [nsso_number(1)])
    keys = ("ticket", "version", "in_force", "eurocents", "set_ticket", "company", "nsso")
    assert expected == tuple(row[key] for key in keys)
    assert {modified, cancelled} == set(declared(records, cancelled=True))


def test_conditions_on_declarations_add_up(records: Records) -> None:
    """Sender (of any version), employer, reference, environment, worker narrow the list."""
    records.employer(1)
    records.employer(2)
    mine, others = records.settled(1), records.claim(go_name(1, OTHER), sender=OTHER)
    one = records.declare(WORKER, "A", [mine, others])
    two = records.declare(worker_number(2), "B", [others], employer=2)
    with records.database.writing() as connection:
        linked = {"old_inss": FORMER, "new_inss": WORKER, "current_inss": WORKER}
        connection.execute(insert(tables.replacement).values(**linked))
    assert [one] == declared(records, sender=SENDER)
    assert {one, two} == set(declared(records, sender=OTHER))
    assert [one] == declared(records, employer=company_number(1))
    assert [two] == declared(records, employer=nsso_number(2))
    assert [] == declared(records, employer=nsso_number(2), reference="A")
    assert [two] == declared(records, reference="B")
    assert [] == declared(records, environment=Environment.TEST)
    assert [one] == declared(records, inss=FORMER)
    with records.database.reading() as connection:
        assert 1 == len(list_declarations(connection, WantedDeclarations(), limit=1))


@pytest.mark.parametrize("wanted", [{"inss": "12345678901"}, {"employer": "K0400"}])
def test_a_wrong_number_is_refused_and_no_workers_number_told(records: Records, wanted: PlainRow) -> None:
    """A typing error is told as such; a worker's number never stands in an error."""
    with pytest.raises(Refusal) as told:
        declared(records, **wanted)
    assert "12345678901" not in str(told.value)


def test_a_declaration_is_shown_with_all_versions(records: Records) -> None:
    """Every version tells who sent it and what it said; a cancellation says nothing."""
    records.employer()
    first, second = records.settled(1), records.settled(2)
    ticket = records.declare(WORKER, "A", [first, f"-{second}"])
    with records.database.reading() as connection:
        told = show_declaration(connection, ticket.lower())
    original, cancellation = told["versions"]
    assert (False, "A") == (told["in_force"], told["reference"])
    assert (first, "0", 1, SENDER) == tuple(
        original[key] for key in ("set_ticket", "operation", "run", "sender")
    )
    (quality,) = original["qualities"]
    assert ("010", [10_000, 10_000]) == (
        quality["employer_class"],
        [one["eurocents"] for one in quality["elements"]],
    )
    assert ("3", [], None) == tuple(cancellation[key] for key in ("operation", "qualities", "start_date"))


def test_an_unknown_declaration_is_refused(records: Records) -> None:
    """A set's ticket names the command that shows it."""
    ticket = records.settled(1)
    with records.database.reading() as connection:
        with pytest.raises(Refusal, match="No declaration"):
            show_declaration(connection, "0000000000000")
        with pytest.raises(Refusal, match=f"flexibatch show {ticket}"):
            show_declaration(connection, ticket)


# --------------------------------------------------------------------------------------------------- workers


def test_a_worker_is_shown_by_any_number(records: Records) -> None:
    """Declarations with their versions stand beside the register's periods, whatever number was asked for."""
    records.employer()
    ticket = records.declare(WORKER, "A", [records.settled(1)])
    period = records.period(WORKER)
    with records.database.writing() as connection:
        linked = {"old_inss": FORMER, "new_inss": WORKER, "current_inss": WORKER}
        connection.execute(insert(tables.replacement).values(**linked))
    with records.database.reading() as connection:
        told = worker(connection, FORMER)
        assert told == worker(connection, WORKER)
    assert (WORKER, [FORMER]) == (told["person"], told["former"])
    assert [(ticket, 1)] == [(one["ticket"], len(one["versions"])) for one in told["declarations"]]
    assert [(period, "FLX")] == [(one["period_id"], one["worker_type"]) for one in told["periods"]]


def test_a_worker_without_dimona_is_shown(records: Records) -> None:
    """What was declared is told although the register knows nobody."""
    records.employer()
    records.declare(WORKER, "A", [records.settled(1)])
    with records.database.reading() as connection:
        told = worker(connection, WORKER)
    assert ([], [], 1) == (told["former"], told["periods"], len(told["declarations"]))


def test_an_unknown_worker_is_refused_without_the_number(records: Records) -> None:
    """The sentence does not repeat whom was asked for."""
    with records.database.reading() as connection, pytest.raises(Refusal) as told:
        worker(connection, WORKER)
    assert WORKER not in str(told.value)


# --------------------------------------------------------------------------------------------------- re-runs


def rerun(records: Records, ticket: str) -> int:
    with records.database.writing() as connection:
        return set_actions.begin_rerun(connection, BY, ticket)


def test_what_can_be_run_again_is_found(records: Records) -> None:
    """Settled and refused sets can; of the refused, those whose name was taken are passed over."""
    good, partly = records.settled(1), records.settled(2, refused=1)
    refused, taken = records.settled(3, "refused"), records.settled(4, "refused")
    records.tell(taken, Finding("name-received"), "ACRF-133")
    records.settled(5, "withdrawn")
    records.change(records.settled(9, "refused"), discarded=True)
    records.claim(go_name(6))
    records.change(records.settled(7), purged_at=stored(LATER))
    records.decide(records.claim(go_name(8)), published=False)
    with records.database.reading() as connection:
        assert [good, partly, refused] == tickets_for_rerun(connection, WantedSets())
        assert [partly, refused] == tickets_for_rerun(connection, WantedSets(), refused=True)
        assert [] == tickets_for_rerun(connection, WantedSets(sender=OTHER))
        assert [] == tickets_for_rerun(connection, WantedSets(environment=Environment.TEST))
        early = WantedReruns(WantedSets(until=NOON + timedelta(hours=2)), refused=True)
        assert [] == tickets_for_rerun(connection, early)
        assert [] == tickets_for_rerun(connection, WantedReruns(code="ACRF-133"))
        for nobody in (WantedReruns(inss=WORKER), WantedReruns(employer="0400100056")):
            assert [] == tickets_for_rerun(connection, nobody)
        late = WantedSets(since=NOON + timedelta(hours=3))
        assert [refused] == tickets_for_rerun(connection, late, refused=True)


def test_a_rerun_takes_its_turn_behind_all_that_wait(records: Records) -> None:
    """The next run is begun behind what waits, with no attempts counted; arrival stays."""
    ticket, other = records.settled(1), records.claim(go_name(2))
    arrival = row_of(records, ticket).arrival
    assert 2 == rerun(records, ticket)
    row = row_of(records, ticket)
    assert ("claimed", 2, 0, arrival) == (row.state, row.run, row.attempts, row.arrival)
    assert row.turn > row_of(records, other).turn


def test_a_discarded_set_is_judged_when_it_is_run_again(records: Records) -> None:
    """Whoever asks for a re-run wants a judgement, not the same refusal."""
    ticket = records.settled(1, "refused")
    records.change(ticket, discarded=True)
    rerun(records, ticket)
    assert not row_of(records, ticket).discarded


def test_an_act_is_written_down(records: Records) -> None:
    """Who had a set run again stands in the audit."""
    ticket = records.settled(1)
    rerun(records, ticket)
    with records.database.reading() as connection:
        row = connection.execute(select(tables.audit)).one()
    assert ("an operator", "rerun", ticket, {"run": 2}) == (
        row.operator,
        row.action,
        row.subject,
        row.details,
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"state": "claimed"}, "list --waiting"),
        ({"state": "claiming"}, "waits to be claimed"),
        ({"state": "quarantine"}, "quarantine release"),
        ({"state": "withdrawn"}, "was withdrawn"),
        ({"state": "recorded"}, "asks for no verdict"),
        ({"subject": "ACRF"}, "no declaration"),
        ({"purged_at": stored(LATER)}, "purged on 2027-01-13"),
    ],
)
def test_a_set_that_cannot_be_run_again_says_why(records: Records, change: PlainRow, sentence: str) -> None:
    """Every state has its sentence, and nothing changes."""
    ticket = records.settled(1)
    records.change(ticket, **change)
    with pytest.raises(Refusal) as told:
        rerun(records, ticket)
    assert sentence in worded(told.value)
    assert 1 == row_of(records, ticket).run


def test_a_set_whose_answers_are_not_out_is_not_run_again(records: Records) -> None:
    """The last run is published first."""
    ticket = records.claim(go_name(1))
    records.decide(ticket, published=False)
    with pytest.raises(Refusal) as told:
        rerun(records, ticket)
    assert Remedy.SWEEP is told.value.remedy


def test_an_unknown_ticket_is_not_run_again(records: Records) -> None:
    """The sentence names the ticket."""
    with pytest.raises(Refusal, match="0000000000000"):
        rerun(records, "0000000000000")


# ------------------------------------------------------------------------------------------------ quarantine


@pytest.mark.parametrize(("act", "discarded"), [(set_actions.release, False), (set_actions.discard, True)])
def test_a_set_leaves_quarantine_behind_all_that_wait(records: Records, act: Any, discarded: bool) -> None:  # noqa: ANN401 - one of two functions
    """Released it is judged again, discarded it is answered as such; either way with no attempts counted."""
    ticket, other = records.claim(go_name(1)), records.claim(go_name(2))
    records.change(ticket, state="quarantine", attempts=5, reason="KeyError")
    with records.database.writing() as connection:
        act(connection, BY, ticket)
    row = row_of(records, ticket)
    assert ("claimed", discarded, 0, None, 1) == (row.state, row.discarded, row.attempts, row.reason, row.run)
    assert row.turn > row_of(records, other).turn


def test_a_set_that_was_received_once_cannot_be_discarded(records: Records) -> None:
    """Its answer would say that nothing counts, while its versions stand; it may be released."""
    ticket = records.claim(go_name(1))
    records.change(ticket, state=SetState.QUARANTINE, passed=True)
    with pytest.raises(Refusal, match="an earlier run received it"), records.database.writing() as connection:
        set_actions.discard(connection, BY, ticket)
    with records.database.writing() as connection:
        set_actions.release(connection, BY, ticket)
    assert "claimed" == row_of(records, ticket).state


@pytest.mark.parametrize("act", [set_actions.release, set_actions.discard])
def test_only_quarantine_is_left(records: Records, act: Any) -> None:  # noqa: ANN401 - one of two functions
    """A set in another state is told with that state."""
    ticket = records.settled(1)
    with records.database.writing() as connection, pytest.raises(Refusal, match="it is settled"):
        act(connection, BY, ticket)


# ----------------------------------------------------------------------------------------------------- purge


def purge(records: Records, before: datetime) -> list[str]:
    with records.database.writing() as connection:
        return set_actions.purge(connection, BY, before)


def test_only_what_is_done_with_and_old_is_purged(records: Records) -> None:
    """What waits, is not out, is recent or was purged already stays; verdicts stay always."""
    old, withdrawn = records.settled(1), records.settled(2, "withdrawn")
    records.decide(records.claim(go_name(3)), published=False)
    records.claim(go_name(4))
    records.change(records.settled(5), state="quarantine")
    before = records.now + timedelta(minutes=1)
    records.settled(6)
    with records.database.reading() as connection:
        assert [old, withdrawn] == set_actions.purgeable(connection, before)
    assert [old, withdrawn] == purge(records, before)
    assert [] == purge(records, before)
    assert LATER == shown_set(records, old)["purged_at"]
    assert 1 == len(shown_set(records, old)["runs"])
    with records.database.reading() as connection:
        assert {old} == set_actions.purged_among(connection, [old, "0000000000000"])


def test_a_rerun_makes_a_set_young_again(records: Records) -> None:
    """Age counts from the last answer, not from the first."""
    ticket = records.settled(1)
    before = records.now + timedelta(minutes=1)
    records.now = before
    records.decide(ticket, run=2)
    assert [] == purge(records, before)


def archived(archive: Path, ticket: str) -> Path:
    folder = archive / "2026" / "10" / "05" / ticket
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "FI").write_bytes(b"12345")
    (folder / "out" / "run-1").mkdir(parents=True)
    (folder / "out" / "run-1" / "FO").write_bytes(b"123")
    return folder


def test_bytes_of_purged_sets_are_deleted_and_of_no_others(tmp_path: Path) -> None:
    """What was received and answered goes; a folder goes with it only when nothing else is in it."""
    gone, noted, kept = (archived(tmp_path, ticket) for ticket in ("A", "B", "C"))
    (noted / "note.txt").write_text("kept", "utf-8")
    purged = {"A", "B"}
    assert Purged(2, 4, 16) == delete_bytes(tmp_path, purged.intersection, dry_run=True)
    assert Purged(2, 4, 16) == delete_bytes(tmp_path, purged.intersection)
    assert (False, ["note.txt"], 2) == (
        gone.exists(),
        [path.name for path in noted.iterdir()],
        len(list(kept.iterdir())),
    )
    assert Purged() == delete_bytes(tmp_path, purged.intersection)


def test_what_came_late_to_a_set_goes_with_its_own_purge(tmp_path: Path) -> None:
    """A late set lies beside the one it came to; the folder goes with the last of them."""
    first = archived(tmp_path, "A")
    (first / "late" / "B" / "in").mkdir(parents=True)
    (first / "late" / "B" / "in" / "FI").write_bytes(b"1")
    assert Purged(1, 2, 8) == delete_bytes(tmp_path, {"A"}.intersection)
    assert (first / "late" / "B" / "in" / "FI").exists()
    assert Purged(1, 1, 1) == delete_bytes(tmp_path, {"A", "B"}.intersection)
    assert (False, True) == (first.exists(), first.parent.exists())


def test_a_disk_that_refuses_is_told_as_trouble(tmp_path: Path) -> None:
    """What cannot be deleted is told with its place; the next purge goes on."""
    folder = archived(tmp_path, "A")
    (folder / "in" / "FI").unlink()
    (folder / "in").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (folder / "in").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unavailable, match="purge again"):
        delete_bytes(tmp_path, {"A"}.intersection)


def test_an_archive_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    """A home that never archived has nothing to delete."""
    assert Purged() == delete_bytes(tmp_path / "archive", set[str]().intersection)


def test_links_in_the_archive_are_not_followed(tmp_path: Path) -> None:
    """A planted link does not lead the purge out of the archive."""
    outside = archived(tmp_path / "elsewhere", "A")
    day = tmp_path / "archive" / "2026" / "10" / "05"
    day.mkdir(parents=True)
    (day / "A").symlink_to(outside)
    assert Purged() == delete_bytes(tmp_path / "archive", {"A"}.intersection)
    assert (outside / "in" / "FI").exists()
