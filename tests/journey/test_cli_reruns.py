"""A re-run by filters answers only where something changes, and never what an operator or a bureau gave up."""

import shlex
import shutil

import click
import pytest
from sqlalchemy import update

from flexibatch.adapters.store import tables
from flexibatch.cli import confirming, reruns
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.program import Caller

RERUN = SAMPLES / "accepted-rerun"
NAME = "FLEX.000640.20261005.0000{}.R.1"
LATE, COMPANY = "50022388670", "0400100056"


@pytest.fixture
def call(installation: Installation, capsys: pytest.CaptureFixture[str]) -> Caller:
    """Return the program, called in the installation."""
    return Caller(installation.home.path, capsys)


def drop(installation: Installation, number: int, content: bytes) -> str:
    """Drop a set of one part; return the name of its GO."""
    key = NAME.format(number)
    installation.put(f"FI.{key}.1", content)
    installation.put(f"GO.{key}")
    return f"GO.{key}"


def original() -> bytes:
    return next(RERUN.glob("FI.FLEX.*")).read_bytes()


def modification() -> bytes:
    other = original().replace(b"<AttestationStatus>0", b"<AttestationStatus>1")
    return other.replace(b"<Amount>100000", b"<Amount>110000")


@pytest.fixture
def settled(installation: Installation) -> Installation:
    """Return an installation with an original of which a line lacks its Dimona, a modification of it, and garbage."""
    drop(installation, 1, original())
    drop(installation, 2, modification())
    drop(installation, 3, b"<no-wage/>")
    installation.sweep()
    return installation


def names(rows: list[dict[str, object]]) -> list[object]:
    return [row["name"] for row in rows]


def test_a_filter_answers_only_where_something_changes(settled: Installation, call: Caller) -> None:
    """What would stay as it is gets no answer; it is counted."""
    before = settled.published()
    told = call.done("rerun", "--refused", "--yes", "--json")
    assert ([], 3) == (told.json["sets"], told.json["left"])
    assert "Sets that would not change, and are left as they are: 3." in told.err
    assert before == settled.published()
    assert [(1,)] == settled.rows("SELECT max(run) FROM file_set")


def test_a_dry_run_names_just_what_the_run_does(settled: Installation, call: Caller) -> None:
    """The same sets in the same order with the same outcome, also where one builds on what another one makes."""
    settled.import_register(RERUN / "later.csv")
    words = ("rerun", "--refused", "--json")
    dry = call.done(*words, "--dry-run").json
    assert [(2, "refused 00024-152", "accepted"), (2, "refused 90082-234 00024-152", "accepted")] == [
        (one["line"], one["before"], one["after"]) for one in dry["changes"]
    ]
    done = call.done(*words, "--yes").json
    assert (dry["sets"], dry["left"]) == (done["sets"], done["left"])
    assert [f"GO.{NAME.format(number)}" for number in (1, 2)] == names(done["sets"])
    made = settled.rows("SELECT inss, number FROM version ORDER BY number")
    assert [1, 2] == [number for inss, number in made if inss == LATE]
    assert [] == call.done(*words, "--dry-run").json["sets"]


def test_all_answers_what_would_not_change_too(settled: Installation, call: Caller) -> None:
    """Whoever wants every answer again says so; the dry run names the same."""
    dry = call.done("rerun", "--refused", "--all", "--dry-run", "--json").json
    told = call("rerun", "--refused", "--all", "--yes", "--json")
    assert (1, dry["sets"], 3) == (told.status, told.json["sets"], len(dry["sets"]))
    assert [(2,)] == settled.rows("SELECT DISTINCT run FROM file_set")


def test_what_was_given_up_is_never_chosen_by_a_filter(settled: Installation, call: Caller) -> None:
    """Discarded, withdrawn, received before: a bureau was told to send again, or had nothing to say; --all or not."""
    again = drop(settled, 1, original())
    settled.sweep()
    given_up: dict[int, dict[str, object]] = {2: {"discarded": True}, 3: {"state": "withdrawn"}}
    with settled.home.database.writing() as connection:
        for number, values in given_up.items():
            mine = update(tables.file_set).where(tables.file_set.c.name == f"GO.{NAME.format(number)}")
            connection.execute(mine.values(**values))
    settled.import_register(RERUN / "later.csv")
    for words in (("--refused",), ("--sender", "000640", "--all"), ("--code", "ACRF-133", "--all")):
        chosen = call.done("rerun", *words, "--dry-run", "--json").json["sets"]
        assert [] == [row for row in chosen if row["name"] != again or row["verdict"] != "received"]
        assert len(chosen) == (words[0] != "--code")
    (row,) = call.done("rerun", f"GO.{NAME.format(2)}", "--dry-run", "--json").json["sets"]
    assert "received" == row["verdict"]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (("--code", "00024-152"), [1, 2]),
        (("--code", "90082-272"), []),
        (("--inss", LATE), [1, 2]),
        (("--inss", "50021850123", "--refused"), [1, 2]),
        (("--inss", "50021850123", "--code", "ACRF-001"), []),
        (("--employer", COMPANY), [1, 2]),
        (("--employer", "0400100155"), []),
        (("--environment", "R", "--sender", "000640"), [1, 2, 3]),
        (("--environment", "T"), []),
        (("--until", "2026-10-04"), []),
        (("--since", "2026-10-05", "--until", "2026-10-05"), [1, 2, 3]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_filters_combine(
    words: tuple[str, ...], numbers: list[int], settled: Installation, call: Caller
) -> None:
    """Each narrows the choice; a day that ends it is included."""
    del settled
    chosen = call.done("rerun", *words, "--all", "--dry-run", "--json").json["sets"]
    assert [f"GO.{NAME.format(number)}" for number in numbers] == names(chosen)


@pytest.mark.parametrize(
    "words",
    [("--all",), ("--inss", "12345678901"), ("--employer", "K1"), ("--until", "soon"), ("NAME", "--all")],
)
def test_a_wrong_choice_is_a_sentence(words: tuple[str, ...], settled: Installation, call: Caller) -> None:
    """Everything is never run again by accident, and no worker's number stands in an error."""
    del settled
    told = call("rerun", *words, "--yes")
    assert (2, "", 1) == (told.status, told.out, told.sentences)
    assert "12345678901" not in told.err


def test_a_set_that_cannot_be_judged_holds_up_no_other(settled: Installation, call: Caller) -> None:
    """Its bytes are gone: it is told and left as it was, and the others are answered."""
    ticket = settled.rows("SELECT ticket FROM file_set ORDER BY arrival")[2][0]
    shutil.rmtree(next((settled.spool / "archive").rglob(str(ticket))))
    settled.import_register(RERUN / "later.csv")
    told = call("rerun", "--refused", "--yes", "--json")
    assert (1, 2) == (told.status, len(told.json["sets"]))
    assert f"Set {ticket} is left, since it could not be judged" in told.err
    assert [("refused", 1)] == settled.rows("SELECT state, run FROM file_set ORDER BY arrival")[2:]


def test_a_terminal_is_told_how_much_would_change(
    settled: Installation, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sets and changes are counted before the question; a no leaves everything as it is."""
    for module in (confirming, reruns):
        monkeypatch.setattr(module, "require_terminal", lambda _consequence: None)
    monkeypatch.setattr(click, "confirm", lambda *_told, **_how: False)
    settled.import_register(RERUN / "later.csv")
    told = call("rerun", "--refused")
    assert (2, "") == (told.status, told.out)
    assert "2 sets with 2 changes would be judged again" in told.err
    assert [(1,)] == settled.rows("SELECT max(run) FROM file_set")


def test_the_examples_of_the_help_are_done_as_they_stand(settled: Installation, call: Caller) -> None:
    """Whoever copies one gets what it says."""
    settled.import_register(RERUN / "later.csv")
    lines = [line.strip() for line in call.done("rerun", "--help").out.splitlines()]
    calls = [shlex.split(line)[1:] for line in lines if line.startswith("flexibatch ")]
    assert 3 == len(calls)
    for words in calls:
        call.done(*words)
    notes = [row["details"].get("note") for row in call.done("audit", "list", "--json").json]
    assert 2 == notes.count("late Dimona")
