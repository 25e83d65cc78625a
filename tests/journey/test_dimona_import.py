"""A register comes in from a file: every format, every refusal, all of it or nothing."""

import json
import os
import shutil
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flexibatch.adapters.dimona.files import register_file
from flexibatch.adapters.store import tables
from flexibatch.adapters.store.engine import Database
from flexibatch.adapters.store.import_result import ImportCounts, ImportResult
from flexibatch.adapters.store.importing import import_file
from flexibatch.adapters.store.register import KnownPeriod, show, stats
from flexibatch.errors import Refusal, WrongLines
from flexibatch.wiring.home import Home
from tests.doubles.numbers import bis_number, company_number, nsso_number, period_number, worker_number
from tests.doubles.program import Caller
from tests.doubles.sheets import encoded, sheets

NOW = datetime(2026, 10, 5, 7, 16, tzinfo=UTC)
HEADER = "period_id,enterprise_number,inss,worker_type,start_date"
LINE = f"{period_number(1)},{company_number(1)},{worker_number(1)},FLX,2026-09-01"
EMPLOYER = f"<EmployerId><CompanyID>{company_number(1)}</CompanyID></EmployerId>"
PERSON = f"<NaturalPerson><INSS>{worker_number(1)}</INSS><WorkerName>Nobody</WorkerName></NaturalPerson>"
KIND = "<JointCommissionNbr>XXX</JointCommissionNbr><WorkerType>FLX</WorkerType>"
FEATURES = f"<DimonaFeatures>{KIND}</DimonaFeatures>"
FULL_IN = f"<StartingDate>2026-09-01</StartingDate>{EMPLOYER}{PERSON}{FEATURES}"
FIRST_ID = "9000000000" + f"{9_000_000_000 % 97:02d}"


def bring(database: Database, path: Path, content: str | bytes) -> ImportResult:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with register_file(path) as file:
        return import_file(database, file, now=NOW, progress=lambda _line: None)


def known(database: Database, number: str = worker_number(1)) -> tuple[KnownPeriod, ...]:
    with database.reading() as connection:
        return show(connection, number).periods


def refused(database: Database, path: Path, content: str | bytes) -> str:
    """Return the sentence; nothing of a refused file stays."""
    with database.reading() as connection:
        before = stats(connection)
    with pytest.raises(Refusal) as told:
        bring(database, path, content)
    with database.reading() as connection:
        assert before == stats(connection)
    assert worker_number(1) not in str(told.value)
    return str(told.value)


@pytest.fixture
def sqlite(tmp_path: Path, fresh_sqlite: Path) -> Iterator[Database]:
    """Yield an empty database, for what depends on the file only."""
    shutil.copyfile(fresh_sqlite, tmp_path / "empty.sqlite")
    opened = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.dat"


# ------------------------------------------------------------------------------------------------------ CSV


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_csv_as_programs_write_it(
    database: Database, path: Path, mark: bytes, delimiter: str, newline: str
) -> None:
    """Comma or semicolon, with or without byte order mark, quotes, empty lines, columns in any order."""
    columns = [
        "late",
        "Inss",
        "start_date",
        "period_id",
        "worker_type",
        "nsso_number",
        "updated_at",
        "end_date",
    ]
    values = [
        "1",
        worker_number(1),
        "2026-09-01",
        period_number(1),
        '"FLX"',
        "000" + nsso_number(1),
        "",
        "9999-12-31",
    ]
    lines = [delimiter.join(columns), "", delimiter.join(values), ""]
    content = mark + newline.join(lines).encode()
    assert ImportResult("csv", 1, already=False) == bring(database, path, content)
    (found,) = known(database)
    assert (period_number(1), (nsso_number(1),), True) == (found.period_id, found.nsso, found.late)
    assert (date(2026, 9, 1), None) == (found.start_date, found.end_date)


SHEETS = sheets(f"{HEADER}\n{LINE}\n\n{LINE.replace(period_number(1), period_number(2))}\n")


@pytest.mark.parametrize("form", SHEETS)
def test_csv_as_spreadsheets_save_it(sqlite: Database, path: Path, form: str) -> None:
    """Any encoding with a mark, any delimiter, any line end."""
    assert ImportResult("csv", 2, already=False) == bring(sqlite, path, SHEETS[form])


@pytest.mark.parametrize(("encoding", "line_end"), [("utf-8", "\r"), ("utf-16", "\n")])
def test_a_large_sheet_is_read_in_flat_memory(path: Path, line_end: str, encoding: str) -> None:
    """A file that is one line to who knows LF only is read row by row, and so is one in UTF-16."""
    with path.open("w", encoding=encoding, newline="") as file:
        file.write(f"old_inss,new_inss{line_end}")
        file.write(f"{bis_number(1)},{worker_number(1)}{line_end}" * 20_000)
    with register_file(path) as file:
        assert ("replacements", 20_002) == (file.format, file.lines)
        rows = iter(file.entries)
        next(rows)
        tracemalloc.start()
        counted = 1 + sum(1 for _ in rows)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert 20_000 == counted
    assert peak < 200_000


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_xml_and_json_in_any_encoding_with_a_mark(sqlite: Database, path: Path, encoding: str) -> None:
    """What the content is, is told whatever stands before it."""
    whole = document(form(f"<DimonaIn>{FULL_IN}</DimonaIn>")).replace('encoding="UTF-8"', "")
    assert "xml" == bring(sqlite, path, encoded(whole, encoding)).format
    assert "json" == bring(sqlite, path, encoded('\n{"periods": []}', encoding)).format


def test_a_repeated_file_is_told_and_changes_nothing(database: Database, path: Path) -> None:
    """The same bytes under another name are the same file; other bytes are not."""
    content = f"{HEADER}\n{LINE}\n"
    assert not bring(database, path, content).already
    assert bring(database, path.with_name("other.csv"), content).already
    other = bring(database, path, content + "\n")
    assert (ImportResult("csv", 1, already=False), ImportCounts(same=1)) == (other, other.counts)


def test_replaced_numbers_come_in_a_csv_of_their_own(database: Database, path: Path) -> None:
    """The header tells the form; the date may be empty or not there at all."""
    bring(database, path, f"{HEADER}\n{LINE.replace(worker_number(1), bis_number(1))}\n")
    content = f"old_inss;new_inss;date\n{bis_number(1)};{worker_number(1)};2026-09-15\n"
    assert ImportResult("replacements", 1, already=False) == bring(database, path, content)
    assert [bis_number(1)] == [period.inss for period in known(database)]
    assert 1 == bring(database, path, f"new_inss,old_inss\n{worker_number(1)},{bis_number(2)}\n").rows


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"{HEADER},shoe_size\n{LINE},43\n", 'line 1: column "shoe_size" is unknown'),
        (f"{HEADER},inss\n{LINE},\n", "line 1: a column stands in the header twice"),
        ("period_id,enterprise_number,inss,worker_type\n", "line 1: column start_date is missing"),
        ("period_id,inss,worker_type,start_date\n", "line 1: give at least one of the columns nsso_number"),
        ("old_inss,date\n", "line 1: column new_inss is missing"),
        ("old_inss,new_inss,inss\n", 'line 1: column "inss" is unknown'),
        (f"{HEADER}\n{LINE}\n{LINE},1\n", "line 3: values: 6, where the header names 5"),
        (f"{HEADER}\n{LINE}\n\n{LINE[:30]}\n", "line 4: values: 3, where the header names 5"),
        (f'{HEADER}\n"{LINE}\n', "line 2: this is no CSV"),
        ('period_id\tinss\t"start_date"x\n', "line 1: this is no CSV ('tab' expected after '\"')"),
        (f"{HEADER}\n{LINE}\n{LINE[1:]}\n", "line 3: period_id must be 12 digits"),
        (f"{HEADER}\n{LINE.replace('FLX', 'FLEX')}\n", 'line 2: worker_type "FLEX" must be'),
        (
            f"{HEADER}\n{LINE.replace(worker_number(1), worker_number(1)[1:])}\n",
            "line 2: inss must be 11 digits",
        ),
        (f"{HEADER}\n{LINE}\n".encode() + b"\xe9\n", "line 3: the text is not UTF-8"),
        (f"{HEADER}\n{LINE}\n".encode("utf-16-le"), "line 1: the text is not UTF-8, nor UTF-16 with a byte"),
        (f"{HEADER}\n{LINE}\n{LINE}\n".encode("utf-16") + b"\0\xd8A\0", "line 4: the text is not UTF-16"),
        (f"{HEADER}\r{LINE}\r".encode() + b"\xe9\r", "line 3: the text is not UTF-8"),
        (f"{HEADER}\r{LINE}\r{LINE[1:]}\r", "line 3: period_id must be 12 digits"),
        (f"{HEADER}\n{LINE}\n{LINE}\0\n", 'line 3: start_date "2026-09-01?" must be'),
        (f"{HEADER}\0\n{LINE}\n", "line 1: the text is not UTF-8, nor"),
        (f"{HEADER}{'x' * 20_000}\n{LINE}\n", "line 1: this is no header"),
        (f"old_inss,new_inss\n{bis_number(1)},\n", "line 2: new_inss is missing"),
        (f"old_inss,new_inss\n{worker_number(1)},85073003327\n", "line 2: new_inss"),
        (f"old_inss,new_inss,date\n{worker_number(1)},{worker_number(2)},today\n", 'line 2: date "today"'),
        (f"old_inss,new_inss\n{worker_number(1)},{worker_number(1)}\n", "line 2: The new number"),
        ("", "the file is empty"),
    ],
)
def test_a_csv_that_is_refused(database: Database, path: Path, content: str | bytes, reason: str) -> None:
    """The line and the reason are told, and no worker's number."""
    assert refused(database, path, content).startswith(reason)


def test_a_bad_line_far_down_undoes_all_before_it(database: Database, path: Path) -> None:
    """Several batches had gone in when the last line turned out to be bad."""
    rows = [
        f"{period_number(n)},{company_number(n % 7)},{worker_number(n)},FLX,2026-09-01" for n in range(5000)
    ]
    content = "\n".join([HEADER, *rows, LINE.replace("2026-09-01", "01/09/2026"), ""])
    assert 'line 5002: start_date "01/09/2026" must be a date YYYY-MM-DD' == refused(database, path, content)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder, and nothing at all."""
    for path in (tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(Refusal), register_file(path):
            pass


def test_a_file_that_changes_while_it_is_read_is_refused(database: Database, path: Path) -> None:
    """What was measured is what must come in: the next import takes the finished file."""
    path.write_text(f"{HEADER}\n{LINE}\n")
    with register_file(path) as file:
        os.utime(path, ns=(1, 1))
        with pytest.raises(Refusal, match="changed while it was read"):
            import_file(database, file, now=NOW, progress=lambda _line: None)


# ------------------------------------------------------------------------------------------------------ XML


def form(content: str, **fixed: str) -> str:
    told = {
        "Identification": "DIMONA",
        "FormCreationDate": "2026-09-01",
        "FormCreationHour": "10:00:00.000",
        "AttestationStatus": "0",
        "TypeForm": "SU",
    } | fixed
    return (
        f"<Form>{''.join(f'<{name}>{value}</{name}>' for name, value in told.items())}"
        "<Reference><ReferenceNbr>1</ReferenceNbr></Reference>"
        "<Reference><ReferenceNbr>2</ReferenceNbr></Reference>"
        f"{content}</Form>"
    )


def document(*forms: str) -> str:
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', "<Dimona><!-- ours -->", *forms, "</Dimona>"])


def test_dimona_declarations_make_and_change_periods(database: Database, path: Path) -> None:
    """In makes a period; out, update and cancel, in the order of the document, change it."""
    hours = (
        "<StartingHour>1800</StartingHour><EndingDate>2026-09-02</EndingDate><EndingHour>0200</EndingHour>"
    )
    told = FULL_IN.replace("</StartingDate>", f"</StartingDate>{hours}<PlannedHoursNbr>8</PlannedHoursNbr>")
    assert ImportResult("xml", 1, already=False) == bring(
        database, path, document(form(f"<DimonaIn>{told}</DimonaIn>"))
    )
    (made,) = known(database)
    assert (FIRST_ID, company_number(1), "XXX") == (made.period_id, made.company, made.joint_committee)
    assert (date(2026, 9, 1), "1800") == (made.start_date, made.start_hour)
    assert (date(2026, 9, 2), "0200") == (made.end_date, made.end_hour)
    assert datetime(2026, 9, 1, 8, tzinfo=UTC) == made.updated_at

    subject = f"<DimonaPeriodId>{FIRST_ID}</DimonaPeriodId>"
    person = f"<INSS>{worker_number(1)}</INSS>{EMPLOYER}"
    changes = document(
        form(f"<DimonaUpdate>{subject}<EndingDate>9999-12-31</EndingDate>{person}</DimonaUpdate>"),
        form(f"<DimonaOut>{subject}<EndingDate>2026-09-03</EndingDate>{person}</DimonaOut>"),
        form(
            f"<DimonaUpdate>{subject}<StartingHour>1700</StartingHour>"
            "<EndingHour>0100</EndingHour></DimonaUpdate>"
        ),
    )
    assert "line 5: a flexi period with hours" in refused(database, path, changes)
    assert 3 == bring(database, path, changes.replace("2026-09-03", "2026-09-02")).rows
    (left,) = known(database)
    assert ("1700", date(2026, 9, 2), "0100") == (left.start_hour, left.end_date, left.end_hour)
    bring(database, path, document(form(f"<DimonaCancel>{subject}</DimonaCancel>")))
    assert known(database)[0].cancelled
    again = document(form(f"<DimonaCancel>{subject}{person}</DimonaCancel>"))
    assert f"line 3: period {FIRST_ID} is cancelled already" in refused(database, path, again)


def test_an_employer_in_a_declaration_may_have_any_of_its_numbers(database: Database, path: Path) -> None:
    """Provisional numbers are numbers; that of the former local administrations is passed over."""
    names = [
        f"<NOSSRegistrationNbr>{nsso_number(1)}</NOSSRegistrationNbr>",
        "<ProvisionalNSSONbr>5000000120</ProvisionalNSSONbr>",
        "<NOSSLPARegistrationNbr>123456</NOSSLPARegistrationNbr>",
    ]
    forms = [
        form(f"<DimonaIn>{FULL_IN.replace('<CompanyID>', f'{name}<CompanyID>')}</DimonaIn>") for name in names
    ]
    bring(database, path, document(*forms))
    assert {(nsso_number(1), "5000000120")} == {period.nsso for period in known(database)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('<!DOCTYPE Dimona [<!ENTITY a "b">]><Dimona/>', "line 1: a document with a DOCTYPE"),
        ('<!DOCTYPE Dimona SYSTEM "file:///etc/passwd"><Dimona/>', "line 1: a document with a DOCTYPE"),
        ("<Dmfa/>", 'line 1: "Dmfa" stands where Dimona'),
        ('<Dimona xmlns="urn:x"/>', 'line 1: "{urn:x}Dimona" stands where Dimona'),
        ("<Dimona>\n<Formular/></Dimona>", 'line 2: "Formular" stands where Form'),
        ("<Dimona>\n\n<Form>", "line 3: this is no well-formed XML"),
        (f"<Dimona><Form {worker_number(1)}=''/></Dimona>", "line 1: this is no well-formed XML"),
        (document("<Form/>"), "line 3: Identification is missing"),
        (document(form("", Identification="DMFA")), 'line 3: Identification "DMFA" must be DIMONA'),
        (document(form("", AttestationStatus="1")), 'line 3: AttestationStatus "1" must be 0'),
        (document(form("", TypeForm="XX")), 'line 3: TypeForm "XX" must be SU'),
        (document(form("")), "line 3: a Form must hold one of DimonaIn"),
        (document(form("<DimonaIn/><DimonaIn/>")), "line 3: a Form must hold one of"),
        (
            document(form("\n<DimonaIn/>", FormCreationHour="10h")),
            "line 3: FormCreationDate and FormCreationHour",
        ),
        (document(form(f"<DimonaIn>{FULL_IN.replace(EMPLOYER, '')}</DimonaIn>")), "line 3: nsso_number and"),
        (document(form(f"<DimonaIn>{FULL_IN.replace(PERSON, '')}</DimonaIn>")), "line 3: INSS is missing"),
        (
            document(form(f"<DimonaIn>{FULL_IN.replace('<INSS>', '<INSS>1')}</DimonaIn>")),
            "line 3: INSS must be",
        ),
        (
            document(form(f"<DimonaIn>{FULL_IN.replace(FEATURES, '')}</DimonaIn>")),
            "line 3: WorkerType is missing",
        ),
        (
            document(form(f"<DimonaIn>{FULL_IN.replace('XXX', '100')}</DimonaIn>")),
            "line 3: JointCommissionNbr",
        ),
        (
            document(form(f"<DimonaIn>{FULL_IN}<StartingDate/></DimonaIn>")),
            "line 3: StartingDate stands twice",
        ),
        (
            document(form(f"<DimonaIn>{FULL_IN}<EndingDate>2026-10-01</EndingDate></DimonaIn>")),
            "line 3: a flexi period must lie in one quarter",
        ),
        (document(form("<DimonaOut/>")), "line 3: DimonaPeriodId is missing"),
        (
            document(
                form(
                    f"<DimonaOut><DimonaPeriodId>{FIRST_ID}</DimonaPeriodId>"
                    "<EndingDate>9999-12-31</EndingDate></DimonaOut>"
                )
            ),
            "line 3: EndingDate must be a real day",
        ),
        (
            document(
                form(f"<DimonaIn>{FULL_IN}</DimonaIn>"),
                form(
                    f"\n<DimonaCancel><DimonaPeriodId>{period_number(1)}</DimonaPeriodId></DimonaCancel>",
                ),
            ),
            f"line 5: period {period_number(1)} is not in the register",
        ),
    ],
)
def test_declarations_that_are_refused(database: Database, path: Path, content: str, reason: str) -> None:
    """Hostile, of something else, or wrong: the line and the reason, and no worker's number."""
    assert refused(database, path, content).startswith(reason)


def test_lines_are_right_far_down_an_xml_document(database: Database, path: Path) -> None:
    """Past 65,535 lines too."""
    content = document(form(f"<DimonaIn>{FULL_IN}</DimonaIn>"), "\n" * 70_000, form("<DimonaIn/>"))
    assert refused(database, path, content).startswith("line 70005: nsso_number")


# ----------------------------------------------------------------------------------------------------- JSON

PERIOD: dict[str, Any] = {
    "periodId": int(period_number(1)),
    "worker": {"ssin": worker_number(1), "familyName": "Nobody"},
    "workerType": "FLX",
    "startDate": "2026-09-01",
}


def test_periods_as_the_rest_service_gives_them(database: Database, path: Path) -> None:
    """Numbers with or without quotes, hours with or without colon; other members are passed over."""
    full = {
        "periodId": period_number(2),
        "worker": {"ssin": int(worker_number(1))},
        "features": {"workerType": "FLX", "jointCommissionNumber": "XXX"},
        "startDate": "2026-09-02",
        "startHour": "18:00",
        "endDate": "2026-09-03",
        "endHour": "0200",
        "late": True,
        "cancelled": False,
        "flexiConditions": 1,
        "updatedAt": "2026-09-01T10:00:00Z",
        "plannedHours": 8.5,
        "employer": {
            "nssoRegistrationNumber": int(nsso_number(1)),
            "enterpriseNumber": int(company_number(1)),
        },
    }
    content = {
        "periods": [PERIOD, full],
        "page": {"next": None},
        "employer": {"enterpriseNumber": company_number(1)},
    }
    assert ImportResult("json", 2, already=False) == bring(database, path, json.dumps(content, indent=1))
    first, second = known(database)
    assert (period_number(1), company_number(1), (nsso_number(1),)) == (
        first.period_id,
        first.company,
        first.nsso,
    )
    assert ("1800", "0200", "XXX") == (second.start_hour, second.end_hour, second.joint_committee)
    assert (True, False, 1) == (second.late, second.cancelled, second.flexi_conditions)
    assert datetime(2026, 9, 1, 10, tzinfo=UTC) == second.updated_at


def test_the_employer_may_stand_under_the_request_or_in_every_period(database: Database, path: Path) -> None:
    """Both shapes lead to the same."""
    employer = {"provisionalNssoRegistrationNumber": "5000000120"}
    other = PERIOD | {"periodId": period_number(2), "employer": employer}
    assert (
        1 == bring(database, path, json.dumps({"request": {"employer": employer}, "periods": [PERIOD]})).rows
    )
    assert 1 == bring(database, path, json.dumps([other])).rows
    assert 0 == bring(database, path, '{"periods": [ ], "employer": {}}').rows
    assert {("5000000120",)} == {period.nsso for period in known(database)}


def test_a_long_answer_is_read_piece_by_piece(database: Database, path: Path) -> None:
    """Values that a piece cuts off are read whole, and lines are counted on."""
    employer = {"enterpriseNumber": company_number(1)}
    many = [PERIOD | {"periodId": int(period_number(n)), "note": "é" * 99} for n in range(1500)]
    text = json.dumps({"employer": employer, "periods": many, "total": 1500}, indent=0, ensure_ascii=False)
    assert 1500 == bring(database, path, text).rows
    last = str(many[-1]["periodId"])
    bad = text.replace(last, "5")
    line = text[: text.index(last)].count("\n")
    assert refused(database, path, bad).startswith(f'line {line}: period_id "000000000005"')


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "line 1: this is no well-formed JSON"),
        ('{"periods": [}', "line 1: this is no well-formed JSON"),
        ('{"periods": []}\n]', "line 2: this is no well-formed JSON"),
        ('{"periods": [] "a": 1}', "line 1: this is no well-formed JSON"),
        ('{"periods": {}}', "line 1: this is no well-formed JSON"),
        ('{"employer" 1}', "line 1: this is no well-formed JSON"),
        ("[" * 100_000, "line 1: this is no well-formed JSON"),
        ('{"a": "' + "x" * 2_000_000, "line 1: this is no well-formed JSON"),
        ("{}", 'line 1: the document holds no "periods"'),
        ('{"periods":\n[1]}', "line 2: periods must hold objects"),
        (json.dumps({"periods": [PERIOD]}), "line 1: no employer is told"),
        (
            '[{"employer": {"enterpriseNumber": 4.5}}]',
            "line 1: enterpriseNumber must be a text or a whole number",
        ),
        (
            json.dumps([PERIOD | {"employer": {"x": 1}}]),
            "line 1: nsso_number and enterprise_number are both missing",
        ),
        (b'{"periods": ["\xe9"]}', "line 1: the text is not UTF-8"),
    ],
)
def test_a_json_that_is_refused(database: Database, path: Path, content: str | bytes, reason: str) -> None:
    """Broken, endless, without employer: the line and the reason."""
    assert refused(database, path, content).startswith(reason)


# -------------------------------------------------------------------------------- many wrong lines, and counts


def wrong_lines(database: Database, path: Path, content: str) -> tuple[str, ...]:
    """Return every line that is told as wrong; nothing of the file stays."""
    path.write_text(content)
    with register_file(path) as file, pytest.raises(WrongLines) as told:
        import_file(database, file, now=NOW, progress=lambda _line: None)
    with database.reading() as connection:
        assert 0 == stats(connection)["periods"]
    assert worker_number(1) not in "".join(told.value.lines)
    return told.value.lines


def test_every_wrong_line_of_a_sheet_is_told(database: Database, path: Path) -> None:
    """Those that cannot be read, and those that cannot be, in the order of the file; the good ones do not stay."""
    other = LINE.replace(company_number(1), "1").replace(period_number(1), period_number(2))
    nsso = f"{period_number(3)},{nsso_number(1)},{{}},{worker_number(1)},FLX,2026-09-01"
    rows = [
        nsso.format(company_number(1)),
        nsso.format(company_number(2)),
        "1,2,3",
        nsso.format(company_number(1)).replace("FLX", "FLEX"),
        nsso.format(company_number(3)),
    ]
    header = HEADER.replace("enterprise_number", "nsso_number,enterprise_number")
    told = wrong_lines(database, path, "\n".join([header, *rows, ""]))
    assert ["line 3: NSSO number", "line 4: values: 3", "line 5: worker_type", "line 6: NSSO number"] == [
        one[: len(start)]
        for one, start in zip(
            told,
            ("line 3: NSSO number", "line 4: values: 3", "line 5: worker_type", "line 6: NSSO number"),
            strict=True,
        )
    ]
    told = wrong_lines(database, path, f'{HEADER}\n{other}\n"{LINE}\n')
    assert ("line 2: enterprise_number", "line 3: this is no CSV") == (told[0][:25], told[1][:22])


def test_every_wrong_declaration_and_period_is_told(database: Database, path: Path) -> None:
    """In XML and JSON as in a sheet, up to where the text ends too early."""
    cancel = f"<DimonaCancel><DimonaPeriodId>{period_number(1)}</DimonaPeriodId></DimonaCancel>"
    forms = [form(f"<DimonaIn>{FULL_IN}</DimonaIn>"), form("<DimonaOut/>"), form(cancel)]
    told = wrong_lines(database, path, document(*forms).replace("</Dimona>", "<"))
    assert [4, 5, 6] == [int(one.split(":")[0].removeprefix("line ")) for one in told]
    assert "no well-formed XML" in told[-1]
    employer = {"enterpriseNumber": company_number(1)}
    periods = [PERIOD, PERIOD | {"workerType": "X"}, 1, PERIOD | {"startDate": "soon"}]
    told = wrong_lines(database, path, json.dumps({"employer": employer, "periods": periods}))
    assert ["worker_type", "periods mus", "start_date "] == [one.partition(": ")[2][:11] for one in told]


def test_of_many_wrong_lines_a_hundred_are_told(call: Caller, path: Path) -> None:
    """And how many more there are; as JSON they are a list."""
    path.write_text("\n".join([HEADER, *["x,y"] * 250, ""]))
    told = call("dimona", "import", str(path))
    lines = told.err.splitlines()
    assert (2, 102) == (told.status, len(lines))
    assert f"flexibatch: {path}: lines that are wrong: 250. Nothing of this file was taken in." == lines[0]
    assert "  line 2: values: 2, where the header names 5" == lines[1]
    assert "  and 150 more" == lines[-1]
    failure = json.loads(call("dimona", "import", str(path), "--json").err)
    assert (100, 150) == (len(failure["lines"]), failure["more"])


def test_what_became_of_the_rows_is_counted(call: Caller, path: Path) -> None:
    """New, changed, the same, older; a dry run tells it beforehand and changes nothing."""
    columns = f"{HEADER},updated_at,late"
    rows = [
        f"{period_number(n)},{company_number(1)},{worker_number(1)},FLX,2026-09-01,2026-09-02T08:00,0"
        for n in range(4)
    ]
    path.write_text("\n".join([columns, *rows[:3], ""]))
    dry = call.done("dimona", "import", "--dry-run", str(path))
    assert f"{path} would be imported; nothing was changed. Periods read: 3; of these 3 new.\n" == dry.err
    assert 0 == call.done("dimona", "stats", "--json").json["periods"]
    assert [] == call.done("audit", "list", "--json").json
    call.done("dimona", "import", str(path))
    changed = rows[1].replace("T08:00,0", "T09:00,1")
    older = rows[2].replace("T08:00,0", "T07:00,1")
    same = rows[0].replace("T08", "T10")
    path.write_text("\n".join([columns, same, changed, older, rows[3], rows[3], ""]))
    told = call.done("dimona", "import", "--json", str(path)).json[0]
    counts = {"new": 1, "changed": 1, "same": 1, "older": 2}
    assert (5, counts) == (told["rows"], {name: told[name] for name in counts})
    (shown,) = [
        one
        for one in call.done("dimona", "show", worker_number(1), "--json").json["periods"]
        if one["period_id"] == period_number(0)
    ]
    assert shown["updated_at"].startswith("2026-09-02T08:00")


def test_replaced_numbers_and_changes_are_counted(database: Database, path: Path) -> None:
    """A pair that is known says nothing new; a declaration that changes a period is a change."""
    content = f"old_inss,new_inss\n{bis_number(1)},{worker_number(1)}\n"
    assert ImportCounts(new=1) == bring(database, path, content).counts
    assert ImportCounts(same=1) == bring(database, path, f"{content}\n").counts
    assert (
        ImportCounts(new=1) == bring(database, path, document(form(f"<DimonaIn>{FULL_IN}</DimonaIn>"))).counts
    )
    cancel = f"<DimonaCancel><DimonaPeriodId>{FIRST_ID}</DimonaPeriodId></DimonaCancel>"
    assert ImportCounts(changed=1) == bring(database, path, document(form(cancel))).counts


# -------------------------------------------------------------------------------------- at the command line


def test_a_register_is_fed_and_looked_into(call: Caller, home: Home, path: Path) -> None:
    """Import tells on stderr what came in; show finds worker and period; stats is one flat object."""
    path.write_text(f"{HEADER}\n{LINE}\n")
    told = call.done("dimona", "import", str(path))
    assert ("", f"{path} was imported. Periods read: 1; of these 1 new.\n") == (told.out, told.err)
    for number in (worker_number(1), period_number(1)):
        assert period_number(1) in call.done("dimona", "show", number).out
        (shown,) = call.done("dimona", "show", number, "--json").json["periods"]
        assert ("FLX", "2026-09-01", None) == (shown["worker_type"], shown["start_date"], shown["end_date"])
    counted = call.done("dimona", "stats", "--json").json
    assert (1, 1, "2026-10-05T07:16:02+00:00") == (
        counted["periods"],
        counted["periods_FLX"],
        counted["last_import"],
    )
    assert "2026-10-05 09:16:02" in call.done("dimona", "stats").out
    with home.database.reading() as connection:
        acts = connection.execute(select(tables.audit.c.operator, tables.audit.c.action)).all()
    assert [("anna", "dimona import")] == [tuple(act) for act in acts]


def test_a_repeated_import_ends_well(call: Caller, path: Path) -> None:
    """It is told, and exits 0; a row that is older than what is held is counted."""
    path.write_text(f"{HEADER},updated_at\n{LINE},2026-09-01T08:00\n")
    call.done("dimona", "import", str(path))
    assert "Periods read then: 1." in call.done("dimona", "import", str(path)).err
    path.write_text(f"{HEADER},updated_at\n{LINE},2026-09-01T07:00\n")
    told = call.done("dimona", "import", str(path), "--json")
    counts = {"new": 0, "changed": 0, "same": 1, "older": 0}
    expected = {"file": str(path), "format": "csv", "rows": 1, "already": False, "dry_run": False, **counts}
    assert [expected] == told.json
    assert "Periods read: 1; of these 1 the same." in told.err


def test_a_refused_file_stops_the_import(call: Caller, path: Path) -> None:
    """The files before it stand, those behind it are not read; the line is told."""
    bad, never = path.with_name("bad.csv"), path.with_name("never.csv")
    path.write_text(f"{HEADER}\n{LINE}\n")
    bad.write_text(f"{HEADER}\n{LINE}x\n")
    told = call("dimona", "import", str(path), str(bad), str(never), "--json")
    assert (2, [str(path)]) == (told.status, [one["file"] for one in told.json])
    failure = json.loads(told.err)
    assert failure["error"].startswith(f'{bad}: line 2: start_date "2026-09-01x" must be')
    assert failure["error"].endswith("Nothing of this file was taken in.")
    assert [f"{path} was imported. Periods read: 1; of these 1 new."] == failure["notes"]
    assert "cannot be read" in call("dimona", "import", str(never)).err


@pytest.mark.parametrize("number", ["12345678901", worker_number(9), period_number(9)])
def test_what_the_register_does_not_know_is_told(call: Caller, number: str) -> None:
    """Exit 2 and a sentence; a worker's number is not in it."""
    told = call("dimona", "show", number)
    assert (2, 1) == (told.status, told.sentences)
    assert worker_number(9) not in told.err


def test_a_bar_is_drawn_on_a_terminal_only(call: Caller, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes to stderr, and nothing of it to stdout."""
    path.write_text(f"{HEADER}\n{LINE}\n")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    told = call.done("dimona", "import", str(path))
    assert "" == told.out
    assert "was imported." in told.err
