"""Operators ask whom an employer can declare, and get a document for those who were forgotten."""

import csv
import io
import re
import shlex
import stat
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from click import Command, Context, Group

from flexibatch.cli import Program
from flexibatch.domain.counting import LINES_LIMIT
from flexibatch.domain.selection import SelectedWorker
from flexibatch.services import selection
from flexibatch.services.selection import WantedWorkers
from tests.doubles.installation import Installation
from tests.doubles.numbers import company_number, period_number, worker_number
from tests.doubles.program import Caller
from tests.doubles.sending import CANCELLATION, Bureau, Sent, sent_form
from tests.doubles.xml_samples import uuid

COMPANY, NSSO, FUND = "0400100056", "100100022", "100300036"
EMPLOYER = ("--employer", COMPANY)
SEPTEMBER = ("--from", "2026-09-01", "--until", "2026-09-30")
WORKERS = ("dimona", "workers", *EMPLOYER, *SEPTEMBER)
QUALITY = ("--category", "017", "--worker-code", "050")
SKELETON = ("dimona", "skeleton", *EMPLOYER, *SEPTEMBER, *QUALITY)
DAILY, OTHER = "50022721737", "50021850123"
PERSONS = sorted({worker_number(n) for n in range(24_000)})
COLUMNS = "period_id;enterprise_number;inss;worker_type;start_date;end_date;cancelled;late;flexi_conditions\n"


@pytest.fixture
def call(
    installation: Installation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Caller:
    """Return the program on the home of the installation, in a folder of its own."""
    folder = installation.home.path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Caller(installation.home.path, capsys)


@pytest.fixture
def small(call: Caller, installation: Installation) -> str:
    """Register an employer with five workers, one of each kind; give its number."""
    company = company_number(9)
    rows = [
        (1, 1, "FLX;2026-08-30;2026-09-02;0;0;1"),
        (2, 1, "FLX;2026-09-02;2026-09-03;0;1;"),
        (3, 2, "FLX;2026-09-30;;0;1;0"),
        (4, 3, "FLX;2026-07-01;2026-12-31;0;0;3"),
        (5, 4, "STU;2026-09-01;2026-09-30;0;0;"),
        (6, 5, "FLX;2026-09-01;2026-09-30;1;0;"),
    ]
    told = [f"{period_number(n)};{company};{worker_number(of)};{rest}\n" for n, of, rest in rows]
    path = installation.home.path / "small.csv"
    path.write_text(COLUMNS + "".join(told), "utf-8")
    call.done("dimona", "import", str(path))
    return company


def lists(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def filled(path: Path, installation: Installation, name: str, amount: int = 100_000) -> Path:
    """Fill the amounts in, as a bureau does, and name the file as one does."""
    text = path.read_text("utf-8").replace("<Amount></Amount>", f"<Amount>{amount}</Amount>")
    target = installation.home.path / f"FI.{name}.1"
    target.write_text(text, "utf-8")
    return target


# ------------------------------------------------------------------------------------------------------ workers


def test_a_row_a_worker_with_what_is_known(call: Caller, small: str) -> None:
    """Days are cut to the range and counted once; students and cancelled ones are nobody's."""
    found = call.done("dimona", "workers", "--employer", small, *SEPTEMBER, "--json").json
    rows = [
        (worker_number(1), 2, "2026-09-01", "2026-09-03", 3, False, "accepted", 0),
        (worker_number(2), 1, "2026-09-30", "2026-09-30", 1, True, "refused", 0),
        (worker_number(3), 1, "2026-09-01", "2026-09-30", 30, False, "pending", 0),
    ]
    assert [dict(zip(SelectedWorker._fields, row, strict=True)) for row in rows] == found
    table = call.done("dimona", "workers", "--employer", small, *SEPTEMBER).out.splitlines()
    assert " ".join(SelectedWorker._fields) == " ".join(table[0].split())
    assert f"{worker_number(1)} 2 2026-09-01 2026-09-03 3 no accepted 0" == " ".join(table[1].split())


def test_json_is_written_as_everywhere_and_empty_where_there_is_nobody(call: Caller, small: str) -> None:
    """One object after the other, indented; none is an empty list, and told for people."""
    told = call.done("dimona", "workers", "--employer", small, *SEPTEMBER, "--json").out
    assert told.startswith('[\n  {\n    "inss": "')
    assert told.endswith("\n  }\n]\n")
    nobody = ("dimona", "workers", "--employer", small, "--from", "2025-01-01", "--until", "2025-01-31")
    assert "[]\n" == call.done(*nobody, "--json").out
    none = call.done(*nobody)
    assert ("", "Workers: none.\n") == (none.out, none.err)


def test_a_sheet_is_private_new_and_safe(call: Caller, small: str) -> None:
    """The same rows with dotted numbers; nothing in it begins a formula; a second time it is refused."""
    words = ("dimona", "workers", "--employer", small, *SEPTEMBER, "--csv", "sheet.csv")
    told = call.done(*words)
    assert ("", "Workers written to sheet.csv: 3.\n") == (told.out, told.err)
    path = Path("sheet.csv")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfinss;periods;first_day;")
    assert content.count(b"\r\n") == content.count(b"\n") == 4
    head, *rows = lists(content.decode("utf-8-sig"))
    number = worker_number(2)
    dotted = f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"
    assert (list(SelectedWorker._fields), 3) == (head, len(rows))
    assert [dotted, "1", "2026-09-30", "2026-09-30", "1", "yes", "refused", "0"] == rows[1]
    assert [] == [value for row in rows for value in row if value.startswith(("=", "+", "-", "@"))]
    again = call(*words)
    assert (2, 1) == (again.status, again.sentences)
    assert "is there already" in again.err
    assert content == path.read_bytes()


def test_a_sheet_that_cannot_be_written_or_asked_for_leaves_nothing(call: Caller, small: str) -> None:
    """No folder is trouble; a wrong range makes no file; JSON beside it is refused."""
    there = ("dimona", "workers", "--employer", small, *SEPTEMBER)
    lost = call(*there, "--csv", "no/such/folder.csv")
    assert (3, "name another --csv" in lost.err) == (lost.status, True)
    wrong = call(*WORKERS[:-1], "2026-08-31", "--csv", "sheet.csv")
    assert (2, "before it begins" in wrong.err) == (wrong.status, True)
    both = call(*there, "--csv", "sheet.csv", "--json")
    assert (2, "either --csv or --json" in both.err) == (both.status, True)
    assert [] == list(Path().iterdir())


def test_a_long_table_is_cut_and_says_so(call: Caller, small: str) -> None:
    """JSON and CSV hold all; 0 is all."""
    words = ("dimona", "workers", "--employer", small, *SEPTEMBER, "--limit")
    cut = call.done(*words, "2")
    assert (3, 1) == (len(cut.out.splitlines()), cut.sentences)
    assert "there are more" in cut.err
    assert ("", 4) == (call.done(*words, "3").err, len(call.done(*words, "0").out.splitlines()))
    assert 3 == len(call.done(*words, "1", "--json").json)


def test_a_sheet_of_ten_times_as_many_workers_takes_less_than_twice_the_memory(
    call: Caller, installation: Installation
) -> None:
    """Each row is written as its worker is read."""

    def peak(employer: int, workers: int) -> int:
        company = company_number(employer)
        told = [
            f"{period_number(employer * 100_000 + n)};{company};{of};FLX;2026-09-01;;0;0;\n"
            for n, of in zip(range(workers), PERSONS, strict=False)
        ]
        assert workers == len(told)
        path = installation.home.path / f"{employer}.csv"
        path.write_text(COLUMNS + "".join(told), "utf-8")
        call.done("dimona", "import", str(path))
        wanted = WantedWorkers(company, date(2026, 9, 1), date(2026, 9, 30))
        tracemalloc.start()
        with selection.selected_workers(installation.home, wanted) as selected, path.open("wb") as file:
            assert workers == selection.write_csv(selected.workers, file)
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1, 1_000)
    assert peak(3, 20_000) < 2 * peak(2, 2_000)


def test_what_was_declared_is_counted_by_environment(call: Caller, installation: Installation) -> None:
    """A cancelled declaration counts no more, nor does one of other days than those asked for."""
    bureau = Bureau(installation)
    before = {one["inss"]: one for one in call.done(*WORKERS, "--json").json}
    assert {0} == {one["declared"] for one in before.values()}
    short = Sent(OTHER, uuid(4), start="2026-09-10", end="2026-09-11")
    bureau.send(
        sent_form(
            Sent(DAILY, uuid(1)),
            Sent(DAILY, uuid(2)),
            Sent(OTHER, uuid(3)),
            short,
            nsso=NSSO,
        )
    )
    bureau.send(sent_form(Sent(DAILY, uuid(2)), nsso=NSSO, operation=CANCELLATION))

    def declared(*words: str) -> dict[str, int]:
        return {one["inss"]: one["declared"] for one in call.done(*words, "--json").json if one["declared"]}

    assert {DAILY: 1, OTHER: 2} == declared(*WORKERS)
    assert {DAILY: 1, OTHER: 2} == declared("dimona", "workers", "--employer", NSSO, *SEPTEMBER)
    assert {} == declared(*WORKERS, "--environment", "T")
    for day, count in (("2026-09-11", 2), ("2026-09-12", 1)):
        assert count == declared("dimona", "workers", *EMPLOYER, "--from", day, "--until", day)[OTHER]
    left = {one["inss"] for one in call.done(*WORKERS, "--undeclared", "--json").json}
    assert before.keys() - {DAILY, OTHER} == left


WRONG = {
    "until before from": (("--from", "2026-09-02", "--until", "2026-09-01"), "before it begins"),
    "more than a year": (("--from", "2025-01-01", "--until", "2026-09-01"), "more than a year"),
    "no day": (("--from", "2026-09-31", "--until", "2026-10-01"), "is no day"),
    "an unknown employer": (("--employer", company_number(7), *SEPTEMBER), "No employer has the number"),
    "check digits": (("--employer", "0400100057", *SEPTEMBER), "check digits"),
    "no number": (("--employer", "Frituur", *SEPTEMBER), "is no employer's number"),
    "a third payer": (("--employer", FUND, *SEPTEMBER), "third payer, which has no Dimona"),
    "an environment": ((*SEPTEMBER, "--environment", "X"), "--environment"),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("command", ["workers", "skeleton"])
def test_what_cannot_be_asked_is_told_in_a_sentence(case: str, command: str, call: Caller) -> None:
    """Both commands say the same, with status 2, and write nothing."""
    words, told = WRONG[case]
    more = (*QUALITY, "--output", "new.xml") if command == "skeleton" else ()
    refused = call("dimona", command, *EMPLOYER, *words, *more)
    assert (2, "", 1) == (refused.status, refused.out, refused.sentences)
    assert told in refused.err
    assert [] == list(Path().iterdir())


# ----------------------------------------------------------------------------------------------------- skeleton


def test_a_filled_skeleton_is_taken_whole(call: Caller, installation: Installation) -> None:
    """Not before: an empty amount breaks the schema. Then nobody is forgotten any more."""
    forgotten = [one["inss"] for one in call.done(*WORKERS, "--undeclared", "--json").json]
    made = call.done(*SKELETON, "--output", "september.xml")
    path = Path("september.xml")
    assert f"FLXWAGE_20264 with {len(forgotten)} lines" in made.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text("utf-8")
    assert forgotten == re.findall("<INSS>(.*?)</INSS>", text)
    assert len(forgotten) == len(set(re.findall("<ReferenceNbr>(.*?)</ReferenceNbr>", text)))
    name = "FLEX.000640.20261005.00077.R.1"
    empty = installation.home.path / f"FI.{name}.1"
    empty.write_bytes(path.read_bytes())
    refused = call("check", str(empty), "--json")
    assert (1, {"99007"}) == (
        refused.status,
        {code[:5] for code in re.findall(r'"(\d{5}-\d{3})"', refused.out)},
    )
    file = filled(path, installation, name)
    assert 0 == call("check", str(file)).status
    installation.drop(file)
    installation.put(f"GO.{name}")
    installation.sweep()
    [(lines, accepted)] = installation.rows("SELECT lines, accepted FROM run")
    assert (len(forgotten), len(forgotten)) == (lines, accepted)
    assert [] == call.done(*WORKERS, "--undeclared", "--json").json
    nobody = call(*SKELETON, "--output", "again.xml")
    assert (2, 1) == (nobody.status, nobody.sentences)
    assert "Nobody is to be declared" in nobody.err
    assert not Path("again.xml").exists()


def test_the_document_says_what_is_known(installation: Installation) -> None:
    """Numbers, days, today and the UUIDs of chance, which here are counted; by its NSSO number both are named."""
    wanted = WantedWorkers(NSSO, date(2026, 9, 1), date(2026, 9, 30), undeclared=True)
    components = installation.components()
    made = selection.skeleton(components, wanted, "017", "450")
    text = "".join(made.pieces)
    assert ("FLXWAGE_20264", False) == (made.schema, made.more)
    expected = {
        "CompanyID": COMPANY,
        "NOSSRegistrationNbr": NSSO,
        "FormCreationDate": "2026-10-05",
        "FormCreationHour": "09:16:02.417",
        "AttestationStatus": "0",
        "CalculationDate": "2026-10-05",
        "CalculationPeriodStartingDate": "2026-09-01",
        "CalculationPeriodEndingDate": "2026-09-30",
        "EmployerClass": "017",
        "WorkerCode": "450",
        "FinancialElementCode": "0001001000",
        "Amount": "",
    }
    assert expected == {tag: _only(text, tag) for tag in expected}
    assert "019a1f04-5c11-7d3e-9b52-000000000001" == re.findall("<ReferenceNbr>(.*?)<", text)[0]
    with selection.selected_workers(installation.home, wanted) as selected:
        days = [(str(one.first_day), str(one.last_day)) for one in selected.workers]
    starts, ends = (re.findall(f"<ValidityPeriod{end}Date>(.*?)<", text) for end in ("Starting", "Ending"))
    assert days == list(zip(starts, ends, strict=True))


def _only(text: str, tag: str) -> str:
    [value] = set(re.findall(f"<{tag}>(.*?)</{tag}>", text))
    return str(value)


UNMAKEABLE = {
    "category": (("--category", "999", "--worker-code", "050"), "no employer category '999'"),
    "markup": (("--category", "<a>", "--worker-code", "050"), "no employer category '<a>'"),
    "closed": (("--category", "018", "--worker-code", "050"), "not open in quarter 2026/3"),
    "worker code": (("--category", "017", "--worker-code", "051"), "no worker code '051'"),
    "still to come": ((*QUALITY, "--from", "2026-10-06", "--until", "2026-10-31"), "after today"),
    "over New Year": ((*QUALITY, "--from", "2025-12-01", "--until", "2026-01-31"), "lies over New Year"),
    "too old": ((*QUALITY, "--from", "2024-12-01", "--until", "2024-12-31"), "before 2025-01-01"),
}


@pytest.mark.parametrize("case", UNMAKEABLE)
def test_what_no_line_may_say_is_refused_before_a_file_is_written(case: str, call: Caller) -> None:
    """In a sentence that names it."""
    words, told = UNMAKEABLE[case]
    refused = call("dimona", "skeleton", *EMPLOYER, *SEPTEMBER, *words, "--output", "new.xml")
    assert (2, 1) == (refused.status, refused.sentences)
    assert told in refused.err
    assert [] == list(Path().iterdir())


def test_nothing_is_overwritten(call: Caller) -> None:
    """Neither a file nor what a link leads to; a folder that is not there is trouble."""
    Path("old.xml").write_text("mine")
    Path("link.xml").symlink_to("nowhere")
    for name in ("old.xml", "link.xml"):
        refused = call(*SKELETON, "--output", name)
        assert (2, "is there already" in refused.err) == (refused.status, True)
    assert "mine" == Path("old.xml").read_text()
    assert not Path("nowhere").exists()
    lost = call(*SKELETON, "--output", "no/such/folder.xml")
    assert (3, "name another --output" in lost.err) == (lost.status, True)


def test_a_document_holds_no_more_than_a_bureau_may_send(call: Caller, installation: Installation) -> None:
    """The first by INSS are written, and that there are others is told."""
    company, persons = (
        company_number(9),
        sorted({worker_number(n) for n in range(2 * LINES_LIMIT)})[: LINES_LIMIT + 1],
    )
    assert LINES_LIMIT + 1 == len(persons)
    told = [f"{period_number(n)};{company};{of};FLX;2026-09-01;;0;0;\n" for n, of in enumerate(persons)]
    path = installation.home.path / "many.csv"
    path.write_text(COLUMNS + "".join(told), "utf-8")
    call.done("dimona", "import", str(path))
    words = ("dimona", "skeleton", "--employer", company, *SEPTEMBER, *QUALITY, "--output")
    made = call.done(*words, "first.xml")
    assert persons[:LINES_LIMIT] == re.findall("<INSS>(.*?)<", Path("first.xml").read_text("utf-8"))
    assert (2, "More workers are not declared") == (made.sentences, made.err.splitlines()[1][:29])
    shown = call.done(*words, "second.xml", "--json").json
    assert {"output": "second.xml", "schema": "FLXWAGE_20264", "lines": LINES_LIMIT, "more": True} == shown


# --------------------------------------------------------------------------------------------------------- help


def commands() -> dict[str, Command]:
    group = Program().get_command(Context(Program()), "dimona")
    assert isinstance(group, Group)
    return {name: group.commands[name] for name in ("workers", "skeleton")}


@pytest.mark.parametrize("name", ["workers", "skeleton"])
def test_examples_of_the_help_run(name: str, call: Caller) -> None:
    """As they stand there, on the samples' register."""
    told = call.done("dimona", name, "--help").out.replace("\\\n", " ")
    examples = re.findall(rf"^ *flexibatch (dimona {name} .*)$", told, re.MULTILINE)
    assert (commands()[name].epilog or "").count("  flexibatch ") == len(examples) >= 1
    for example in examples:
        call.done(*shlex.split(example))
