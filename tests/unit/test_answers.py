"""What answers look like: the layout that bureaus' software reads, always valid, always the same bytes."""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from flexibatch.adapters.answers.writer import AnswerWriter, Finish
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.tables import load_catalogue
from flexibatch.domain.case import AnswerFile, FormVerdict, LineVerdict, LocatedAnomaly, Provenance, Verdict
from flexibatch.domain.employers import NO_NUMBERS, Numbers, told_numbers
from flexibatch.domain.findings import Anomaly, Finding, shown
from flexibatch.domain.flxwage.model import Form, FormReference, Line
from flexibatch.domain.vocabulary import AnomalyClass, Language, Operation, Outcome
from tests.doubles.spool import CASE

SCHEMAS = Path(__file__).parents[2] / "schemas"
VALID = {
    name: etree.XMLSchema(etree.parse(SCHEMAS / f"{name}.xsd"))
    for name in ("ACRF_20231", "NOTIFICATION_20223")
}
NOTI = "FO.NOTI.999999.20261005.00001.R"
ACRF = "FO.ACRF.999999.20261005.00001.R"
DECIDED = datetime(2026, 10, 5, 7, 16, 2, 417_000, tzinfo=UTC)
PROVENANCE = Provenance("a" * 64, "FLXWAGE_20264", "2026.1", datetime(2026, 10, 5, 4, tzinfo=UTC))
VERDICT = Verdict(CASE, "received", DECIDED, provenance=PROVENANCE)
FORM = Form(
    1,
    "FLXWAGE",
    "2026-10-05",
    "09:15:00.000",
    Operation.ORIGINAL,
    "SU",
    FormReference("1", "F1"),
    "0400100056",
    "100100022",
    (
        Line(1, 1, 1, "85073003328", "a/1", "september", None),
        Line(2, 2, 1, "85073003328", "a/2", None, None),
    ),
)
EXPECTED = f"""<?xml version="1.0" encoding="UTF-8"?>
<NOTIFICATION xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="NOTIFICATION_20223.xsd">
  <Form>
    <Identification>NOTI001</Identification>
    <FormCreationDate>2026-10-05</FormCreationDate>
    <FormCreationHour>09:16:02.417</FormCreationHour>
    <AttestationStatus>0</AttestationStatus>
    <TypeForm>FA</TypeForm>
    <FileReference>
      <FileName>GO.FLEX.000640.20261005.00001.R.2</FileName>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>T000000000001</ReferenceNbr>
    </FileReference>
    <FileReceptionInformation>
      <ReceptionDate>2026-10-05</ReceptionDate>
      <ReceptionHour>12:00:00.000</ReceptionHour>
      <Channel>0</Channel>
    </FileReceptionInformation>
    <HandledOriginalFile>
      <SenderId>000640</SenderId>
    </HandledOriginalFile>
    <HandledOriginalForm>
      <Identification>FLXWAGE</Identification>
      <FormCreationDate>2026-10-05</FormCreationDate>
      <FormCreationHour>09:15:00.000</FormCreationHour>
      <AttestationStatus>0</AttestationStatus>
      <TypeForm>SU</TypeForm>
    </HandledOriginalForm>
    <Reference>
      <ReferenceType>0</ReferenceType>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>T000000000001</ReferenceNbr>
    </Reference>
    <Reference>
      <ReferenceType>1</ReferenceType>
      <ReferenceOrigin>1</ReferenceOrigin>
      <ReferenceNbr>F1</ReferenceNbr>
    </Reference>
    <EmployerId>
      <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
      <CompanyID>400100056</CompanyID>
    </EmployerId>
    <HandledReference>
      <ReferenceType>1</ReferenceType>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>F000000000001</ReferenceNbr>
    </HandledReference>
    <HandlingResult>
      <ResultCode>2</ResultCode>
      <AnomalyReport>
        <ErrorID>00024-152</ErrorID>
        <TagName>INSS</TagName>
        <Value>85073003328</Value>
        <AnomalyClass>B</AnomalyClass>
        <AnomalyLabel>What is wrong. What to do.</AnomalyLabel>
        <AnomalyLocation>
          <LineNbr>64</LineNbr>
          <Location>/FLXWAGE/Form[1]/Debtor/Beneficiary[2]/INSS</Location>
        </AnomalyLocation>
        <Path>
          <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
          <CompanyID>400100056</CompanyID>
          <INSS>85073003328</INSS>
        </Path>
      </AnomalyReport>
    </HandlingResult>
    <ApplicationData>
      <Declarations xmlns="urn:flexibatch:outcome:1" run="1" lines="2" accepted="1" unchanged="0" refused="1"
                    sha256="{"a" * 64}" schema="FLXWAGE_20264" catalogue="2026.1" register="2026-10-05T04:00:00Z">
        <Declaration reference="a/1" own="september" inss="85073003328" outcome="accepted" ticket="D000000000001" version="1"/>
        <Declaration reference="a/2" inss="85073003328" outcome="refused">
          <Code>00024-152</Code>
        </Declaration>
      </Declarations>
    </ApplicationData>
  </Form>
</NOTIFICATION>
"""  # noqa: E501 - the layout is binding


def _anomaly(value: str = "85073003328", code: str = "00024-152") -> LocatedAnomaly:
    location = "/FLXWAGE/Form[1]/Debtor/Beneficiary[2]/INSS"
    finding = Finding("dimona", tag="INSS", value=value, location=location, line=64)
    told = Anomaly(finding, code, AnomalyClass.BLOCKING, "What is wrong.", "What to do.")
    return LocatedAnomaly(told, inss="85073003328", form=1, line=2)


def _judged(*told: LocatedAnomaly, form: Form = FORM) -> FormVerdict:
    first, second = form.lines
    known = Numbers("100100022", "0400100056")
    return FormVerdict(
        form,
        "F000000000001",
        1,
        refused=False,
        lines=(
            LineVerdict(first, Outcome.ACCEPTED, (), "D000000000001", 1),
            LineVerdict(second, Outcome.REFUSED, ("00024-152",)),
        ),
        told=told,
        employer=told_numbers(form, known, contradict=False),
    )


def _written(
    folder: Path, forms: Sequence[FormVerdict], last: LocatedAnomaly | None = None, above: int = 10**9
) -> tuple[AnswerFile, bytes]:
    press = AnswerWriter(
        lambda _case: SetFolder(folder), ZoneInfo("Europe/Brussels"), Finish(compress_above=above)
    )
    with press.notify(VERDICT, NOTI) as notification:
        for form in forms:
            notification.add(form)
        answer = notification.close(last)
    return answer, (folder / "out" / "run-1" / answer.name).read_bytes()


def _valid(data: bytes, schema: str = "NOTIFICATION_20223") -> etree._Element:
    root = etree.fromstring(data)
    VALID[schema].assertValid(root)
    return root


def test_a_notification_has_the_layout_that_is_read(tmp_path: Path) -> None:
    """Elements, order, attributes and indentation are those of the channel's example; the digest is the file's."""
    answer, data = _written(tmp_path, [_judged(_anomaly())])
    assert EXPECTED == data.decode()
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (answer.sha256, answer.size)
    _valid(data)


EMPLOYERS: dict[str, tuple[dict[str, Any], Numbers, bool, list[str], list[str]]] = {
    "both given": ({}, NO_NUMBERS, False, ["100100022", "400100056"], ["100100022", "400100056"]),
    "one given, the other known": (
        {"company_id": None},
        Numbers("100100022", "0400100056"),
        False,
        ["100100022", "400100056"],
        ["100100022", "400100056"],
    ),
    "only the NSSO number": ({"company_id": None}, NO_NUMBERS, False, ["100100022", "0"], ["100100022"]),
    "only the enterprise number": (
        {"nsso_number": "000000000"},
        NO_NUMBERS,
        False,
        ["0", "400100056"],
        ["400100056"],
    ),
    "a provisional NSSO number is known": (
        {"nsso_number": None},
        Numbers("5000000120", "0400100056"),
        False,
        ["5000000120", "400100056"],
        ["5000000120", "400100056"],
    ),
    "leading zeros": (
        {"nsso_number": "000935467"},
        NO_NUMBERS,
        False,
        ["935467", "400100056"],
        ["935467", "400100056"],
    ),
    "the two contradict each other": ({}, NO_NUMBERS, True, [], ["100100022", "400100056"]),
    "wrong check digits": ({"company_id": "0400100057"}, NO_NUMBERS, False, [], ["100100022"]),
    "beyond the bounds": (
        {"nsso_number": "999999999", "company_id": "9999999999"},
        Numbers("100100022", "0400100056"),
        False,
        [],
        [],
    ),
    "no number at all": ({"nsso_number": "0", "company_id": None}, NO_NUMBERS, False, [], []),
}


@pytest.mark.parametrize("case", EMPLOYERS)
def test_an_employer_is_named_by_both_numbers_or_not_at_all(tmp_path: Path, case: str) -> None:
    """The official schema wants both, whole numbers within bounds; paths have what is valid."""
    changes, known, contradict, whole, path = EMPLOYERS[case]
    form = replace(FORM, **changes)
    employer = told_numbers(form, known, contradict=contradict)
    judged = replace(_judged(_anomaly(), form=form), employer=employer)
    root = _valid(_written(tmp_path, [judged])[1])
    assert whole == [one.text for one in root.iterfind("Form/EmployerId/*")]
    assert path == [one.text for one in root.iterfind(".//Path/*") if one.tag != "INSS"]


def test_a_number_that_could_not_be_read_names_nobody(tmp_path: Path) -> None:
    """What reading the Form refused is told in its anomaly, and stands nowhere as a number."""
    unread = replace(FORM, company_id=None, faults=(Finding("literal-value", tag="CompanyID"),))
    root = _valid(_written(tmp_path, [_judged(_anomaly(), form=unread)])[1])
    assert [] == list(root.iter("EmployerId"))


@pytest.mark.parametrize(("kind", "number"), [("1", "OCT-BAR"), ("3", "SEP-BAR")])
def test_a_form_s_own_key_comes_back_as_it_was_given(tmp_path: Path, kind: str, number: str) -> None:
    """Its own, or that of the earlier Form it changes."""
    form = replace(FORM, reference=FormReference(kind, number))
    root = _valid(_written(tmp_path, [_judged(form=form)])[1])
    given = [[one.text for one in reference] for reference in root.iterfind("Form/Reference")]
    assert [["0", "2", "T000000000001"], [kind, "1", number]] == given


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((Outcome.REFUSED, Outcome.REFUSED), ["0", "3"]),
        ((Outcome.ACCEPTED, Outcome.REFUSED), ["2"]),
        ((Outcome.ACCEPTED, Outcome.UNCHANGED), ["1"]),
    ],
)
def test_a_refused_form_is_told_why(
    tmp_path: Path, outcomes: tuple[Outcome, Outcome], expected: list[str]
) -> None:
    """Diagnosis 3, blocking anomalies, stands where the result is 0 and nowhere else."""
    lines = tuple(LineVerdict(line, outcome) for line, outcome in zip(FORM.lines, outcomes, strict=True))
    root = _valid(_written(tmp_path, [replace(_judged(), lines=lines)])[1])
    assert expected == [one.text for one in root.iterfind(".//HandlingResult/*")]


def test_the_closing_line_stands_in_the_last_form(tmp_path: Path) -> None:
    """What is left out is counted once, as the last report of the last Form."""
    forms = [_judged(_anomaly()), _judged(_anomaly(), form=replace(FORM, number=2))]
    root = _valid(_written(tmp_path, forms, _anomaly(code="90059-006"))[1])
    codes = [[one.text for one in form.iter("ErrorID")] for form in root.iter("Form")]
    assert [["00024-152"], ["00024-152", "90059-006"]] == codes


def test_an_answer_that_is_not_closed_is_thrown_away(tmp_path: Path) -> None:
    """A document that breaks in the middle leaves no NOTI."""
    press = AnswerWriter(lambda _case: SetFolder(tmp_path), ZoneInfo("Europe/Brussels"), Finish())

    def break_off() -> None:
        with press.notify(VERDICT, NOTI) as notification:
            notification.add(_judged())
            raise LookupError

    with pytest.raises(LookupError):
        break_off()
    assert [] == list((tmp_path / "out" / "run-1").iterdir())


@pytest.mark.parametrize("state", ["received", "refused", "withdrawn"])
def test_an_acknowledgement_is_valid_in_every_state(state: str, tmp_path: Path) -> None:
    """Received is 1; refused and withdrawn are 0, with and without a code."""
    press = AnswerWriter(lambda _case: SetFolder(tmp_path), ZoneInfo("Europe/Brussels"), Finish())
    fault = _anomaly(code="ACRF-133").anomaly if state == "refused" else None
    answer = press.acknowledge(replace(VERDICT, state=state), ACRF, fault)
    data = (tmp_path / "out" / "run-1" / ACRF).read_bytes()
    root = _valid(data, "ACRF_20231")
    assert hashlib.sha256(data).hexdigest() == answer.sha256
    assert ("1" if state == "received" else "0") == root.findtext(".//ResultCode")
    assert ("ACRF-133" if state == "refused" else None) == root.findtext(".//ErrorID")


def test_a_large_answer_is_compressed_to_the_same_bytes(tmp_path: Path) -> None:
    """Above the limit a ZIP takes its place, dated as the answer; written twice, its bytes are the same."""
    first, one = _written(tmp_path / "a", [_judged(_anomaly())], above=100)
    second, other = _written(tmp_path / "b", [_judged(_anomaly())], above=100)
    assert "CO.NOTI.999999.20261005.00001.R" == first.name
    assert (first, one) == (second, other)
    assert (hashlib.sha256(one).hexdigest(), len(one)) == (first.sha256, first.size)
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert [NOTI] == archive.namelist()
        assert (2026, 10, 5, 9, 16, 2) == archive.infolist()[0].date_time
        assert EXPECTED == archive.read(NOTI).decode()
    kept = sorted(path.name for path in (tmp_path / "a/out/run-1").iterdir())
    assert [first.name, "lines.json.gz"] == kept


@pytest.mark.parametrize("above", [0, -1])
def test_an_answer_at_the_limit_is_not_compressed(above: int, tmp_path: Path) -> None:
    """Over the limit means over it."""
    size = len(EXPECTED.encode())
    answer, _data = _written(tmp_path, [_judged(_anomaly())], above=size + above)
    assert ("FO" if above == 0 else "CO") == answer.name[:2]


XML_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=120)


@given(value=XML_TEXT, reference=XML_TEXT)
def test_any_value_gives_a_valid_answer(value: str, reference: str) -> None:
    """Whatever a bureau wrote, quotes, markup and control characters too, the answer stays valid."""
    lines = (FORM.lines[0]._replace(reference=reference or "r"), FORM.lines[1])
    judged = _judged(_anomaly(value), form=replace(FORM, lines=lines))
    with TemporaryDirectory() as folder:
        root = _valid(_written(Path(folder), [judged])[1])
    told = root.findtext(".//Value") or ""
    assert len(shown(value)) == len(told)


def test_markup_in_values_is_escaped(tmp_path: Path) -> None:
    """Angle brackets, ampersands, quotes come back as they were; a control character as a question mark."""
    lines = (FORM.lines[0]._replace(reference="<\"&'>"), FORM.lines[1])
    data = _written(tmp_path, [_judged(_anomaly("<a>&\"'\x01"), form=replace(FORM, lines=lines))])[1]
    root = _valid(data)
    assert "<a>&\"'?" == root.findtext(".//Value")
    outcome = root.find(".//{urn:flexibatch:outcome:1}Declaration")
    assert outcome is not None
    assert "<\"&'>" == outcome.get("reference")


FRENCH = "1\u00a0234\u202f567,00 \u200b\u202e\ufeff"


def test_a_value_is_given_back_as_it_was_sent(tmp_path: Path) -> None:
    """Signs that nobody sees are named in the words for people; programs find what the bureau wrote."""
    lines = (FORM.lines[0]._replace(reference=FRENCH), FORM.lines[1])
    finding = Finding("schema-domain", tag="Amount", value=FRENCH, location="/FLXWAGE/Form[1]")
    anomaly = load_catalogue().anomaly(finding, Language.FR)
    assert anomaly is not None
    told = replace(_anomaly(), anomaly=anomaly)
    root = _valid(_written(tmp_path, [_judged(told, form=replace(FORM, lines=lines))])[1])
    outcome = root.find(".//{urn:flexibatch:outcome:1}Declaration")
    assert outcome is not None
    assert (FRENCH, FRENCH) == (root.findtext(".//Value"), outcome.get("reference"))
    label = root.findtext(".//AnomalyLabel") or ""
    assert "1[U+00A0]234[U+202F]567,00 [U+200B][U+202E][U+FEFF]" in label


def test_the_day_is_that_of_the_channel(tmp_path: Path) -> None:
    """An answer made late in the evening, UTC, is dated the next day in Brussels."""
    late = replace(VERDICT, decided_at=datetime(2026, 10, 5, 22, 30, tzinfo=UTC))
    press = AnswerWriter(lambda _case: SetFolder(tmp_path), ZoneInfo("Europe/Brussels"), Finish())
    press.acknowledge(late, ACRF, None)
    root = _valid((tmp_path / "out" / "run-1" / ACRF).read_bytes(), "ACRF_20231")
    assert date(2026, 10, 6).isoformat() == root.findtext(".//FormCreationDate")
