"""What the channel holds on a person is given out whole, and only the audit remembers that it was."""

import io
import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flexibatch.adapters.store import tables
from flexibatch.wiring.home import Home
from tests.doubles.numbers import bis_number, worker_number
from tests.doubles.program import Caller
from tests.doubles.records import Records, go_name, put

WORKER, FORMER, OTHER = worker_number(1), bis_number(1), worker_number(2)
ROOT = Path(__file__).parents[2]
HELD = ("declarations", "unchanged", "anomalies", "periods", "replacements", "sets")


@pytest.fixture
def records(home: Home) -> Records:
    """Return a home that holds a little of everything on two persons, one of whom had another number."""
    made = Records(home.database)
    made.employer()
    first, second, refused, others = (made.settled(number) for number in (1, 2, 3, 4))
    made.declare(WORKER, "2026-09/0001", [first, second])
    made.declare(OTHER, "2026-09/0002", [others])
    made.period(WORKER)
    made.period(OTHER, n=2)
    with home.database.writing() as connection:
        row = {"old_inss": FORMER, "new_inss": WORKER, "current_inss": WORKER, "replaced_on": None}
        put(connection, tables.replacement, **row)
        told = {"class": "B", "run": 1, "rule": "r", "code": "00024-152", "what": "Wrong.", "remedy": "Mend."}
        put(connection, tables.anomaly, set_ticket=refused, inss=FORMER, **told)
        put(connection, tables.anomaly, set_ticket=refused, value=WORKER, **told)
        put(connection, tables.anomaly, set_ticket=others, inss=OTHER, **told)
        put(connection, tables.form, id=99, ticket="F" * 13, set_ticket=refused, number=99)
        of = connection.scalar(
            select(tables.declaration.c.ticket).where(tables.declaration.c.person == WORKER)
        )
        put(connection, tables.unchanged_line, form_id=99, line=1, run=1, declaration=of, version=2)
    return made


def exported(call: Caller, inss: str, *words: str) -> Any:  # noqa: ANN401 - JSON
    return call.done("person", "export", inss, *words).json


def acts(home: Home) -> list[Any]:
    with home.database.reading() as connection:
        return list(connection.execute(select(tables.audit)).all())


@pytest.mark.parametrize("inss", [WORKER, FORMER])
def test_all_of_a_person_is_found_by_any_number(inss: str, call: Caller, records: Records) -> None:
    """Declarations with versions, unchanged lines, anomalies under either number, periods, links, sets with files."""
    told = exported(call, inss)
    assert (WORKER, [FORMER]) == (told["person"], told["former"])
    assert {
        "declarations": 1,
        "unchanged": 1,
        "anomalies": 2,
        "periods": 1,
        "replacements": 1,
        "sets": 3,
    } == {name: len(told[name]) for name in HELD}
    (declared,) = told["declarations"]
    amounts = [
        element["eurocents"]
        for version in declared["versions"]
        for quality in version["qualities"]
        for element in quality["elements"]
    ]
    assert [10_000, 10_000, 20_000, 20_000] == amounts
    assert [go_name(number) for number in (1, 2, 3)] == [one["name"] for one in told["sets"]]
    assert [["FI", "GO"]] * 3 == [[file["name"][:2] for file in one["files"]] for one in told["sets"]]
    assert [] == [one for one in told["sets"] if not one["answers"] or one["purged_at"] is not None]
    assert OTHER not in json.dumps(told)
    del records


def test_an_export_is_in_the_audit_without_the_number(call: Caller, home: Home, records: Records) -> None:
    """Ticket and digest lead from the document to who made it, and from the audit to nobody."""
    del records
    told = call.done("person", "export", WORKER)
    (act,) = acts(home)
    assert ("anna", "person export", told.json["export"]) == (act.operator, act.action, act.subject)
    assert sha256(told.out.encode()).hexdigest() == act.details["sha256"]
    assert 2 == act.details["anomalies"]
    assert "anna" == told.json["made_by"]
    for number in (WORKER, FORMER):
        assert number not in str(act) + told.err


def test_a_person_nobody_knows_is_told_as_one(call: Caller, home: Home, records: Records) -> None:
    """To hold nothing is an answer too: an empty document, and a row in the audit."""
    del records
    unknown = worker_number(3)
    told = call.done("person", "export", unknown)
    assert (unknown, []) == (told.json["person"], [name for name in HELD if told.json[name]])
    assert "holds on this person: nothing" in told.err
    assert 1 == len(acts(home))


@pytest.mark.parametrize("number", ["1", "85073003329", "8507300332a", "", "-1"])
def test_what_is_no_number_is_one_sentence(number: str, call: Caller, home: Home) -> None:
    """The sentence does not repeat what was typed, and nothing is written down."""
    told = call("person", "export", "--", number)
    assert (2, "", 1) == (told.status, told.out, told.sentences)
    assert "no worker's number" in told.err
    assert None is re.search(r"\d{3}", told.err)
    assert [] == acts(home)


def test_a_file_is_new_and_closed_to_others(
    call: Caller, home: Home, records: Records, tmp_path: Path
) -> None:
    """--output makes a file of mode 0600, and overwrites none."""
    del records
    path = tmp_path / "export.json"
    told = call.done("person", "export", WORKER, "--output", str(path))
    assert ("", 0o600) == (told.out, path.stat().st_mode & 0o777)
    assert WORKER == json.loads(path.read_text("utf-8"))["person"]
    again = call("person", "export", WORKER, "--output", str(path))
    assert (2, 1, 1) == (again.status, again.sentences, len(acts(home)))
    nowhere = call("person", "export", WORKER, "--output", str(tmp_path / "no" / "file"))
    assert (3, 1) == (nowhere.status, nowhere.sentences)


def test_a_number_may_come_from_standard_input(
    call: Caller, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it stands in no list of processes."""
    del records
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{FORMER}\n"))
    assert WORKER == exported(call, "-")["person"]


def test_the_shell_completes_it() -> None:
    """The completion that the program's help offers knows group and command."""
    told = {}
    for words in ("flexibatch per", "flexibatch person ex"):
        environ = {**os.environ, "_FLEXIBATCH_COMPLETE": "bash_complete", "COMP_WORDS": words}
        environ |= {"COMP_CWORD": str(len(words.split()) - 1), "PYTHONPATH": str(ROOT)}
        code = "import flexibatch.cli as c; c.cli(prog_name='flexibatch')"
        done = subprocess.run(
            [sys.executable, "-c", code], env=environ, capture_output=True, check=False, text=True
        )
        told[words] = done.stdout
    assert {"flexibatch per": "plain,person\n", "flexibatch person ex": "plain,export\n"} == told
