"""The pages for people: understandable in four languages, safe with hostile values, always the same bytes."""

import base64
import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from tomllib import loads
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from lxml import html

from flexibatch.adapters.line_file import LineWriter, read_lines
from flexibatch.adapters.reports import ReportPages, instant, lead_of, number, visible
from flexibatch.adapters.reports.causes import LINES_SHOWN
from flexibatch.adapters.tables import load_catalogue
from flexibatch.domain.case import Case, Counts, LocatedAnomaly, Provenance, ReceivedFile, Report, Sender
from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.fields import FIELDS, ROOT
from flexibatch.domain.outcomes import LineOutcome, LineOutcomes
from flexibatch.domain.vocabulary import (
    AnomalyClass,
    Environment,
    FileKind,
    Language,
    Operation,
    Outcome,
    SignatureDemand,
    Subject,
)

PAGES = ReportPages(ZoneInfo("Europe/Brussels"))
CATALOGUE = load_catalogue()
GO = "GO.FLEX.000640.20261005.00001.R.1"
INSS = "85073003328"
LINE = "/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]"
HOSTILE = '<script>alert(1)</script>"&\u202egnp.\u0000\x85é'
LEADS = ["in-treatment", "accepted", "remarks", "partly", "none", "refused", "duplicate", "withdrawn"]
LEADS += ["recorded", "set-aside"]


def located(rule: str, language: Language = Language.EN, *, value: str = "2026-09/0001") -> LocatedAnomaly:
    details = {"start": "2026-09-01", "end": "2026-09-30", "ticket": "1A2B3C4D5E6F7"}
    place = Finding(rule, tag="ReferenceNbr", value=value, location=LINE, line=27, column=13, details=details)
    anomaly = CATALOGUE.anomaly(place, language)
    assert anomaly is not None
    if anomaly.code.startswith("ACRF"):
        return LocatedAnomaly(anomaly)
    return LocatedAnomaly(anomaly, "0400100056", INSS, "2026-09/0001", 1, 1)


def report(language: Language = Language.EN, *rules: str, **changes: Any) -> Report:  # noqa: ANN401 - the fields of a Report
    files = (
        ReceivedFile("FI.FLEX.000640.20261005.00001.R.1.1", FileKind.DATA, 1, 36_700_160, "a" * 64),
        ReceivedFile("FS.FLEX.000640.20261005.00001.R.1.1", FileKind.SIGNATURE, 1, 2_048, "b" * 64),
        ReceivedFile(GO, FileKind.GO, None, 0, "c" * 64),
    )
    case = Case(
        ticket="7K2M9Q4XW1B3F",
        name=GO,
        subject=Subject.DECLARATION,
        sender=Sender("000640", "Bureau Peeters & Fils", language, SignatureDemand.REQUIRED),
        environment=Environment.REAL,
        arrival=1,
        arrived_at=datetime(2026, 9, 30, 22, 16, 2, 417_000, tzinfo=UTC),
        received_on=date(2026, 10, 1),
        run=1,
        files=files,
    )
    settled = Report(
        case,
        "received",
        datetime(2026, 10, 1, 7, 16, 4, tzinfo=UTC),
        Counts(1, 3, 2, 0, 1, len(rules)),
        tuple(located(rule, language) for rule in rules),
        0,
        ("FO.ACRF.999999.20261001.00001.R", "FO.NOTI.999999.20261001.00001.R"),
    )
    return replace(settled, **changes)


def line(number: int = 1, **changes: Any) -> LineOutcome:  # noqa: ANN401 - the fields of a line
    days = (date(2026, 9, 1), date(2026, 11, 30))
    employer = ("100100022", "0400100056")
    known = ("F-2026-09", f"019a1f04-{number:04d}", f"OWN-{number}", "05073003328")
    refused = LineOutcome(1, number, *employer, Operation.ORIGINAL, *known, *days, 123_456_7, Outcome.REFUSED)
    return refused._replace(**changes)


def lines(*told: LineOutcome) -> LineOutcomes:
    return lambda: iter(told)


class Outline(HTMLParser):
    """Note what a page is made of: balance of tags, attributes, text."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data


def outline(page: bytes) -> Outline:
    read = Outline()
    read.feed(page.decode())
    read.close()
    assert read.open == []
    return read


@pytest.mark.parametrize("language", Language)
def test_a_page_speaks_its_senders_language(language: Language) -> None:
    """The page is marked with its language and tells anomalies in it: code, fault, remedy, place, worker."""
    one = located("declared", language)
    page = outline(PAGES.html(report(language, "declared")))
    assert ("lang", language.value) in page.attributes
    told = (
        one.anomaly.code,
        one.anomaly.what,
        one.anomaly.remedy,
        INSS,
        "2026-09/0001",
        "0400100056",
        "27",
    )
    assert [text for text in told if text not in page.text] == []


def test_a_fault_that_lines_share_is_told_once_with_all_their_references() -> None:
    """A clerk sees one fault to mend and every line at fault in a row of its own; the JSON tells it of each line."""
    one = located("inss-check")
    shared = (replace(one, reference="R-0001"), replace(one, reference="R-0009", line=2))
    told = report(located=shared)
    page = outline(PAGES.html(told)).text
    assert [1, 1, 1] == [page.count(text) for text in (one.anomaly.what, "R-0001", "R-0009")]
    assert ["R-0001", "R-0009"] == [
        anomaly["reference"] for anomaly in json.loads(PAGES.json(told))["anomalies"]
    ]


LINE_ROW = {
    Language.NL: ("01/09/2026–30/11/2026", "12\xa0345,67", "origineel", "geweigerd"),
    Language.FR: ("01/09/2026–30/11/2026", "12\xa0345,67", "originale", "refusée"),
    Language.DE: ("01.09.2026–30.11.2026", "12\xa0345,67", "Original", "abgelehnt"),
    Language.EN: ("1 Sep 2026–30 Nov 2026", "12\xa0345.67", "original", "refused"),
}


@pytest.mark.parametrize("language", Language)
def test_a_line_is_told_by_what_a_clerk_knows_it_by(language: Language) -> None:
    """At fault and among all lines: both numbers of its employer, Form reference, period, amount, outcome, ticket."""
    accepted = line(2, outcome=Outcome.ACCEPTED, ticket="2B2B3C4D5E6F7", version=3)
    page = outline(PAGES.html(report(language, "declared"), lines(line(), accepted))).text
    known = ("100100022", "0400100056", "F-2026-09", "019a1f04-0001", "OWN-1", "2B2B3C4D5E6F7")
    assert [] == [text for text in (*known, *LINE_ROW[language]) if text not in page]
    assert 3 == page.count(LINE_ROW[language][0])


def test_many_lines_with_one_fault_are_one_cause_and_a_row_each() -> None:
    """What is wrong and what to do stand once, however many lines have it; the table of all lines is folded."""
    one = located("declared")
    shared = tuple(
        replace(one, line=number, reference=f"R-{number:03d}", inss=f"{number:011d}")
        for number in range(1, 151)
    )
    told = report(located=shared, counts=Counts(1, 150, 0, 0, 150, 150))
    page = PAGES.html(told, lines(*(line(number) for number in range(1, 151))))
    text = outline(page).text
    assert [1, 1] == [text.count(words) for words in (one.anomaly.what, one.anomaly.remedy)]
    assert "lines: 150" in text
    assert [] == [row.reference for row in shared if text.count(str(row.reference)) != 1]
    assert (1, 2) == (page.count(b"<details open>"), page.count(b"<details"))
    assert "details::details-content { content-visibility: visible" in page.decode()


def test_wordings_that_differ_stand_with_their_lines() -> None:
    """A cause tells its first wordings and values and counts the others; each line has its own."""
    one = located("declared")
    several = tuple(
        replace(
            one,
            line=number,
            anomaly=replace(
                one.anomaly,
                what=f"Wrong {number:02d}.",
                finding=replace(one.anomaly.finding, value=f"V{number}"),
            ),
        )
        for number in range(1, 9)
    )
    text = outline(PAGES.html(report(located=several))).text
    assert [2, 2, 1] == [text.count(f"Wrong {number:02d}.") for number in (1, 5, 8)]
    assert 2 == text.count("and 3 more")


def test_the_table_of_all_lines_has_an_end_that_is_told() -> None:
    """Beyond so many lines the others are counted, and where they are found is told; JSON and CSV have them."""
    told = report(located=(located("declared"),), counts=Counts(1, LINES_SHOWN + 5, 0, 0, LINES_SHOWN + 5, 1))
    many = lines(*(line(number) for number in range(1, LINES_SHOWN + 6)))
    text = outline(PAGES.html(told, many)).text
    assert "shows the first 2\xa0000 lines. Lines that are not in it: 5. The .json file" in text
    assert (1, 0) == (
        text.count(f"019a1f04-{LINES_SHOWN:04d}"),
        text.count(f"019a1f04-{LINES_SHOWN + 1:04d}"),
    )
    assert LINES_SHOWN + 5 == len(json.loads(PAGES.json(told, many))["lines"])
    assert LINES_SHOWN + 6 == len(rows(PAGES.csv(told, many)))


def test_a_line_at_fault_far_down_has_its_content() -> None:
    """What a line is known by is told wherever it stands, though the table of all lines ends before it."""
    place = replace(located("declared"), form=3, line=1)
    told = report(located=(place,), counts=Counts(4, LINES_SHOWN + 3, 0, 0, 1, 1))
    first = (line(number) for number in range(1, LINES_SHOWN + 1))
    many = lines(*first, line(form=2), line(form=3, form_reference="FAR-DOWN"), line(form=4))
    assert "FAR-DOWN" in outline(PAGES.html(told, many)).text


def test_lines_that_were_not_kept_are_told_to_be_so() -> None:
    """A set that an earlier release judged has no lines beside its answers."""
    assert "were not kept for this page" in outline(PAGES.html(report(Language.EN, "declared"))).text


@pytest.mark.parametrize("lead", LEADS)
def test_the_verdict_stands_in_the_title_and_can_be_jumped_to(lead: str) -> None:
    """A tab says what became of the set; headings leave no level out, and the verdict is the first after the title."""
    texts = loads((files("flexibatch") / "data" / "report_texts.toml").read_text("utf-8"))["en"]
    page = PAGES.html(examples(Language.EN)[lead]).decode()
    assert f"<title>{texts['leads'][lead]['verdict']} – 7K2M9Q4XW1B3F" in page
    headings = re.findall(r"<h(\d)[^>]*>(.*?)</h", page)
    assert ["1", "2"] == [level for level, _text in headings[:2]]
    assert texts["leads"][lead]["state"] == headings[1][1]
    levels = [int(level) for level, _text in headings]
    assert [] == [level for before, level in pairwise(levels) if level > before + 1]


# ------------------------------------------------------------------------------------------------------- CSV


def rows(sheet: bytes) -> list[list[str]]:
    assert sheet.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_refused_lines_stand_in_a_sheet() -> None:
    """One row a refused line, with what refused it or its Form; accepted ones are left out; CR LF at line ends."""
    told = report(Language.FR, "declared")
    of_form = replace(located("mandate", Language.FR), line=None, form=2)
    told = replace(told, located=(*told.located, of_form))
    all_lines = lines(line(), line(2, outcome=Outcome.ACCEPTED), line(3, codes=("90017-460",)), line(form=2))
    sheet = PAGES.csv(told, all_lines)
    head, first, untold, second = rows(sheet)
    assert ["Formulaire", "Numéro ONSS", "Numéro d'entreprise"] == head[:3]
    assert ["1", "100100022", "0400.100.056", "originale", "F-2026-09", "019a1f04-0001", "OWN-1"] == first[:7]
    assert ["05.07.30-033.28", "2026-09-01", "2026-11-30", "12345,67", "90082-272"] == first[7:12]
    assert [told.located[0].anomaly.what, told.located[0].anomaly.remedy] == first[12:]
    assert ["90017-460", "", ""] == untold[11:]
    assert [of_form.anomaly.code, of_form.anomaly.what] == second[11:13]
    assert sheet.count(b"\r\n") == sheet.count(b"\n") == 4


def test_what_refused_a_form_without_lines_or_the_file_has_a_row() -> None:
    """A sheet is never empty where something was refused; remarks are not in it."""
    of_form = replace(located("mandate"), line=None, form=2, inss=None, reference=None)
    nowhere = replace(located("declared"), form=3, employer="100100022", inss=None, own="OWN")
    told = report(
        Language.EN, "no-form", "late", located=(located("no-form"), located("late"), of_form, nowhere)
    )
    assert [["", "", ""], ["2", "", "0400.100.056"], ["3", "100100022", ""]] == [
        row[:3] for row in rows(PAGES.csv(told))[1:]
    ]


@pytest.mark.parametrize("sign", [*"=+-@\t\r\n", " =", "\uff1d"])
def test_a_sheet_computes_nothing(sign: str) -> None:
    """A value that a spreadsheet would take for a formula is preceded by an apostrophe, and stays in its cell."""
    bad = line(own=f'{sign}1+1;"\u202e', reference="\u200b=1")
    told = replace(report(), located=())
    [_head, row] = rows(PAGES.csv(told, lines(bad)))
    assert ("'", '1+1;"[U+202E]', "[U+200B]=1") == (row[6][0], row[6][-13:], row[5])


def test_lines_are_kept_and_read_again(tmp_path: Path) -> None:
    """What was written comes back as it was; a judgement that came to nothing leaves nothing."""
    told = [
        line(),
        line(2, operation=None, start=None, end=None, amount=None, inss=HOSTILE[:-1], codes=("A", "B")),
    ]
    told += [line(3, outcome=Outcome.UNCHANGED, ticket="2B2B3C4D5E6F7", version=1)]
    with LineWriter(tmp_path / "lines") as writer:
        writer.add(told[:1])
        writer.add(told[1:])
    assert told == list(read_lines(tmp_path / "lines"))
    with pytest.raises(ValueError, match="a bug"), LineWriter(tmp_path / "lines") as writer:
        raise ValueError("a bug")
    assert [] == list(read_lines(tmp_path / "lines"))


EFFECTS: dict[str, tuple[str, dict[str, Any]]] = {
    "nothing": ("late", {}),
    "file": ("no-form", {}),
    "form": ("mandate", {"line": None, "refused": 1_234}),
    "no_lines": ("mandate", {"line": None, "refused": 0}),
    "line": ("declared", {}),
    "together": ("declared", {"whole": True, "refused": 1_234}),
}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("effect", EFFECTS)
def test_every_anomaly_says_what_was_refused_for_it(language: Language, effect: str) -> None:
    """A clerk need not guess what there is to be sent again: line, whole Form, whole set, or nothing."""
    rule, changes = EFFECTS[effect]
    one = replace(located(rule, language), **changes)
    texts = loads((files("flexibatch") / "data" / "report_texts.toml").read_text("utf-8"))[language.value]
    page = outline(PAGES.html(report(language, located=(one,)))).text
    told = texts["effects"][effect].format(count=number(1_234))
    assert f"{texts['effect']} {told}" in page
    assert set(texts["effects"]) == {*EFFECTS, "lines"}


def test_a_class_that_a_setting_changed_refuses_nothing() -> None:
    """What is told follows the class of the anomaly, not its rule."""
    one = located("declared")
    remark = replace(one, anomaly=replace(one.anomaly, anomaly_class=AnomalyClass.REMARK))
    assert "Nothing was refused for this reason." in outline(PAGES.html(report(located=(remark,)))).text


def test_lines_of_a_worker_are_counted_with_what_refused_them() -> None:
    """One fault of a worker refuses all lines of that worker, also one whose reference could not be read."""
    one = located("inss-check")
    shared = (one, replace(one, reference=None, line=2), replace(one, reference="2026-09/0009", line=3))
    page = outline(PAGES.html(report(located=shared))).text
    assert "Lines refused for this reason: 3. They stand below." in page


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("sent", "key"), [("100100022", "nsso"), ("0400100056", "company"), ("400100057", "unknown")]
)
def test_an_employers_number_is_called_what_it_is(language: Language, sent: str, key: str) -> None:
    """Nobody looks up an NSSO number among the enterprises; both are among the words of the page."""
    texts = loads((files("flexibatch") / "data" / "report_texts.toml").read_text("utf-8"))[language.value]
    one = replace(located("declared", language), employer=sent)
    page = outline(PAGES.html(report(language, located=(one,)))).text
    assert texts["numbers"][key].format(number=sent) in page
    explained = " ".join(texts["glossary"]).lower()
    named = (texts["numbers"][kind].format(number="").strip().lower() for kind in ("nsso", "company"))
    assert [] == [name for name in named if name not in explained]
    assert "dimona flx" in explained


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("lead", LEADS)
def test_every_language_tells_every_lead(language: Language, lead: str) -> None:
    """The first sentences of a page say where the set stands and what to do next, in each language."""
    texts = loads((files("flexibatch") / "data" / "report_texts.toml").read_text("utf-8"))[language.value]
    assert set(LEADS) == set(texts["leads"])
    page = outline(PAGES.html(examples(language)[lead]))
    assert texts["leads"][lead]["state"] in page.text
    assert texts["leads"][lead]["next"] in page.text


def examples(language: Language) -> dict[str, Report]:
    undecided = report(language, state="in-treatment", decided_at=None, counts=Counts(), answers=())
    recorded = report(language, state="recorded", counts=Counts(), answers=())
    duplicate = report(language, "name-received", state="refused", counts=Counts(anomalies=1))
    return {
        "in-treatment": undecided,
        "accepted": report(language, counts=Counts(1, 3, 3)),
        "remarks": report(language, "late", counts=Counts(1, 3, 3, anomalies=1)),
        "partly": report(language, "declared"),
        "none": report(language, "declared", counts=Counts(1, 1, 0, 0, 1, 1)),
        "refused": report(language, "no-form", state="refused", counts=Counts(anomalies=1)),
        "duplicate": replace(duplicate, case=replace(duplicate.case, earlier_ticket="1A2B3C4D5E6F7")),
        "withdrawn": report(language, state="withdrawn", counts=Counts(), answers=()),
        "recorded": recorded,
        "set-aside": replace(recorded, case=replace(recorded.case, silent=True)),
    }


@pytest.mark.parametrize("lead", LEADS)
def test_a_page_begins_with_what_it_comes_down_to(lead: str) -> None:
    """A clerk is told in one sentence what became of the set, not the name of a state."""
    assert lead == lead_of(examples(Language.EN)[lead])


def test_a_refused_form_without_refused_lines_is_partly_accepted() -> None:
    """A re-run may refuse a Form whose lines were all accepted before: that is no full success."""
    assert lead_of(report(Language.EN, "mandate", counts=Counts(1, 1, 0, 1, 0, 1))) == "partly"


def test_the_texts_have_the_same_keys_in_every_language() -> None:
    """No language lacks a sentence that another has; only the words of the glossary differ."""

    def keys(table: dict[str, Any], path: str = "") -> set[str]:
        below = {key: value for key, value in table.items() if isinstance(value, dict) and key != "glossary"}
        return {path + key for key in table} | {
            name for key, value in below.items() for name in keys(value, f"{path}{key}.")
        }

    texts = loads((files("flexibatch") / "data" / "report_texts.toml").read_text("utf-8"))
    assert {language.value for language in Language} == set(texts)
    assert dict.fromkeys(texts, keys(texts["nl"])) == {name: keys(table) for name, table in texts.items()}
    assert len({len(table["glossary"]) for table in texts.values()}) == 1


def _sentences() -> list[tuple[str, str]]:
    """Return all that is told to a bureau, sentence by sentence, with where it stands."""

    def texts(table: dict[str, Any], path: str) -> list[tuple[str, str]]:
        below = [texts(value, f"{path}.{key}") for key, value in table.items() if isinstance(value, dict)]
        own = [(f"{path}.{key}", value) for key, value in table.items() if isinstance(value, str)]
        return [*own, *(one for several in below for one in several)]

    data = files("flexibatch") / "data"
    tables = [
        (name, loads((data / name).read_text("utf-8"))) for name in ("report_texts.toml", "anomalies.toml")
    ]
    told = [one for name, table in tables for one in texts(table, name)]
    return [(path, sentence) for path, text in told for sentence in re.split(r"(?<=[.!?])\s+", text)]


def test_no_sentence_is_long() -> None:
    """Nobody reads a sentence twice: it has at most 25 words, in every language, on the page and of an anomaly."""
    sentences = _sentences()
    assert len(sentences) > 1_000
    long = [(path, one) for path, one in sentences if len(re.findall(r"\S*\w\S*", one)) > 25]
    assert [] == long


@pytest.mark.parametrize("name", ["report_texts.toml", "anomalies.toml"])
def test_quotation_marks_are_those_of_the_language(name: str) -> None:
    """French has guillemets, Dutch and German begin low, and no text has a typewriter's."""
    table = loads((files("flexibatch") / "data" / name).read_text("utf-8"))
    told = [text for path, text in _sentences() if path.startswith(name)]
    assert table
    assert [] == [text for text in told if '"' in text]
    french = [text for path, text in _sentences() if re.search(r"\.fr\b", path)]
    assert [] == [text for text in french if set("„“”") & set(text)]


def test_times_are_told_where_the_channel_lives() -> None:
    """An arrival late in the evening of Greenwich is the next day in Brussels."""
    page = outline(PAGES.html(report(Language.FR)))
    assert "1er octobre 2026 à 00:16:02" in page.text
    assert "Europe/Brussels" in page.text


def test_files_are_told_with_sizes_and_digests() -> None:
    """What was received can be compared with what was sent; of a signature it is told whether it was good."""
    page = outline(PAGES.html(report()))
    assert "36\xa0700\xa0160" in page.text
    assert [] == [letter for letter in "abc" if letter * 64 not in page.text]
    assert page.text.count("signature: good") == 1
    waiting = outline(PAGES.html(report(state="in-treatment", decided_at=None)))
    assert waiting.text.count("signature: not verified") == 1


def test_blocking_anomalies_stand_first() -> None:
    """What must be done stands above what may be read."""
    text = outline(PAGES.html(report(Language.EN, "late", "declared", "more-anomalies"))).text
    places = [text.index(code) for code in ("90082-272", "90017-460", "90059-006")]
    assert sorted(places) == places


def test_what_is_not_listed_is_counted() -> None:
    """A clerk knows that the page is not all."""
    assert "not told here: 1234." in outline(PAGES.html(report(Language.EN, "declared", more=1234))).text


def test_an_earlier_ticket_and_a_further_run_are_told() -> None:
    """A duplicate leads to the report of the first set, a re-run is told as one."""
    told = report(Language.EN)
    page = outline(PAGES.html(replace(told, case=replace(told.case, earlier_ticket="1A2B3C4D5E6F7", run=2))))
    assert "1A2B3C4D5E6F7" in page.text
    assert "Judgement no. 2" in page.text


@pytest.mark.parametrize(("environment", "said"), [("R", False), ("T", True), ("S", True)])
def test_a_trial_is_called_a_trial(environment: str, said: bool) -> None:
    """Nobody takes a test for a real declaration, or the other way round."""
    told = report(Language.EN)
    page = outline(PAGES.html(replace(told, case=replace(told.case, environment=Environment(environment)))))
    assert said == ("counts as a real declaration" in page.text)


def hostile() -> Report:
    told = report(Language.EN)
    anomaly = located("declared", value=HOSTILE)
    bad = replace(anomaly, employer=HOSTILE, inss=HOSTILE, reference=HOSTILE)
    name = f"GO.\udcff{HOSTILE}"
    sender = replace(told.case.sender, name=HOSTILE)
    received = (replace(told.case.files[0], name=name),)
    return replace(told, case=replace(told.case, name=name, sender=sender, files=received), located=(bad,))


def test_hostile_values_are_text_that_is_seen() -> None:
    """Markup in a value is shown, not obeyed; what cannot be seen or turns the text around is named."""
    bad = line(reference=HOSTILE, own=HOSTILE, inss=HOSTILE, form_reference=HOSTILE)
    page = PAGES.html(hostile(), lines(bad, bad._replace(line=2)))
    read = outline(page)
    assert "script" not in read.tags
    assert "<script>alert(1)</script>" in read.text
    assert "[U+202E]" in read.text
    assert "[U+DCFF]" in read.text
    assert not re.search("[\u202e\x00\x85\ud800-\udfff]", page.decode())


def test_a_page_fetches_and_runs_nothing() -> None:
    """The page is whole in itself: no script, no address, and a policy that lets only its own style be."""
    page = PAGES.html(report(Language.NL, "declared"))
    read = outline(page)
    assert {"script", "link", "img", "iframe", "form", "object"}.isdisjoint(read.tags)
    assert {"src", "style", "action"}.isdisjoint(name for name, _ in read.attributes)
    links = [str(value) for name, value in read.attributes if name == "href"]
    assert [] == [link for link in links if link != "index.html" and not link.startswith("mailto:?")]
    assert b"http:" not in page
    assert b"https:" not in page
    assert b"url(" not in page
    style = re.search(r"<style>(.*?)</style>", page.decode(), re.DOTALL)
    assert style is not None
    digest = base64.b64encode(sha256(style[1].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert ("content", policy) in read.attributes


def test_the_same_report_gives_the_same_bytes() -> None:
    """Publishing again puts down what is there already."""
    other = ReportPages(ZoneInfo("Europe/Brussels"))
    told = report(Language.DE, "declared", "late")
    assert PAGES.html(told) == other.html(told)
    assert PAGES.json(told) == other.json(told)


def test_json_has_the_shape_of_its_schema() -> None:
    """Every object has exactly the keys that the schema requires."""
    told = json.loads(PAGES.json(report(Language.NL, "declared", "late"), lines(line())))
    schema = json.loads(
        (files("flexibatch") / "data" / "schemas" / "report-1.schema.json").read_text("utf-8")
    )
    assert schema["required"] == list(told)
    for key, shape in (("files", "file"), ("anomalies", "anomaly"), ("lines", "line")):
        assert [schema["$defs"][shape]["required"]] * len(told[key]) == [list(one) for one in told[key]] != []
    assert schema["$defs"]["counts"]["required"] == list(told["counts"])


def test_json_tells_what_the_page_tells() -> None:
    """Values, times in UTC and anomalies in document order, remarks too."""
    told = json.loads(PAGES.json(report(Language.EN, "late", "declared")))
    assert [one["code"] for one in told["anomalies"]] == ["90017-460", "90082-272"]
    assert told["anomalies"][1]["inss"] == INSS
    assert told["anomalies"][1]["label"] == located("declared").anomaly.what
    assert told["arrived_at"] == "2026-09-30T22:16:02.417000Z"
    assert told["decided_at"] == "2026-10-01T07:16:04Z"
    assert [one["verified"] for one in told["files"]] == [None, True, None]


def test_json_of_an_undecided_set() -> None:
    """What is not there yet is null or empty."""
    told = json.loads(PAGES.json(examples(Language.EN)["in-treatment"]))
    assert (told["state"], told["decided_at"], told["earlier_ticket"]) == ("in-treatment", None, None)
    assert (told["anomalies"], told["answers"]) == ([], [])


def test_a_space_that_is_none_is_named_to_people_only() -> None:
    """A number as French programs write it: the page names what separates it, JSON has the bureau's own value."""
    value = "1\u00a0234\u202f567"
    told = replace(report(Language.FR), located=(located("schema-domain", value=value),))
    assert "1[U+00A0]234[U+202F]567" in outline(PAGES.html(told)).text
    assert value == json.loads(PAGES.json(told))["anomalies"][0]["value"]


def test_json_hides_nothing() -> None:
    """Characters that cannot be seen are written as escapes; the value is still the value."""
    page = PAGES.json(hostile())
    assert "\u202e" not in page.decode()
    assert b"\\u202e" in page
    told = json.loads(page)
    assert told["anomalies"][0]["reference"] == HOSTILE
    assert told["name"] == f"GO.?{HOSTILE}"


def test_small_writings() -> None:
    """Numbers in threes, instants with a Z, hidden characters by name."""
    assert number(1_234_567) == "1\xa0234\xa0567"
    assert instant(datetime(2026, 7, 1, 2, 0, tzinfo=ZoneInfo("Europe/Brussels"))) == "2026-07-01T00:00:00Z"
    assert visible("a\u200bb\n") == "a[U+200B]b[U+000A]"


def test_elements_are_called_by_their_names_in_every_language() -> None:
    """Each element of the message has a name in each language, and the page gives it with the tag behind."""
    tags = {ROOT, *(field.tag for field in FIELDS)}
    texts = loads((files("flexibatch") / "data" / "report_texts.toml").read_text("utf-8"))
    assert {} == {
        language: tags ^ set(told["elements"])
        for language, told in texts.items()
        if tags ^ set(told["elements"])
    }
    assert (
        "nummer van de referentie (ReferenceNbr)" in PAGES.html(report(Language.NL, "dimona-none")).decode()
    )


def test_a_fault_of_the_software_gives_a_text_for_its_supplier() -> None:
    """What no clerk can mend says so, once a cause, with code, element and place."""
    page = PAGES.html(report(Language.EN, "schema-unknown")).decode()
    quoted = re.findall(r"<blockquote>(.*?)</blockquote>", page)
    assert [True] == ["Element: ReferenceNbr. Place: line 27" in one and GO in one for one in quoted]
    assert "<blockquote>" not in PAGES.html(report(Language.EN, "dimona-none")).decode()


def test_who_contests_has_a_message_begun() -> None:
    """Ticket, codes, edition and digest stand in a link without an address, and no worker's number."""
    made = Provenance("f" * 64, "FLXWAGE_20264", "2026.1", None)
    page = _parsed(PAGES.html(report(Language.EN, "dimona-none", provenance=made)))
    [link] = [one for one in page.xpath("//a/@href") if one.startswith("mailto:")]
    told = unquote(link)
    assert told.startswith("mailto:?subject=")
    assert ["7K2M9Q4XW1B3F", "00024-152", "FLXWAGE_20264", "2026.1", "f" * 64] == [
        one for one in ("7K2M9Q4XW1B3F", "00024-152", "FLXWAGE_20264", "2026.1", "f" * 64) if one in told
    ]
    assert INSS not in told


@pytest.mark.parametrize("language", [*Language])
def test_pages_can_be_read_by_who_does_not_see_them(language: Language) -> None:
    """One title, headings in order, tables with a caption and scopes, no link that says or leads nothing."""
    page = _parsed(PAGES.html(report(language, "dimona-none", "schema-unknown", "late")))
    headings = [int(one.tag[1]) for one in page.iter("h1", "h2", "h3", "h4")]
    assert [1] == [one for one in headings if one == 1] == headings[:1]
    assert [] == [pair for pair in pairwise(headings) if pair[1] > pair[0] + 1]
    assert language.value == page.get("lang")
    assert page.findtext("head/title")
    assert [] == [table for table in page.iter("table") if not table.findtext("caption")]
    assert [] == [cell for cell in page.iter("th") if not cell.get("scope")]
    assert [] == [link for link in page.iter("a") if not link.get("href") or not link.text_content().strip()]


def test_paper_tells_no_line_twice() -> None:
    """A line at fault stands in the first table; in that of all lines it is left out in print."""
    page = _parsed(PAGES.html(report(Language.EN, "dimona-none"), lambda: iter([line(1), line(2)])))
    rows = page.xpath("//section[@aria-labelledby='all-lines']//tbody/tr[td]")
    assert [True, False] == [row.get("class") == "again" for row in rows]
    style = (files("flexibatch") / "data" / "report.css").read_text("utf-8")
    assert re.search(r"@media print.*\.again[^{]*\{ display: none", style, re.DOTALL)


def test_colours_can_be_told_apart() -> None:
    """Each colour of text has a contrast of 4.5 at least, on paper and on the wash (WCAG 2.1 AA)."""
    style = (files("flexibatch") / "data" / "report.css").read_text("utf-8")
    colours = dict(re.findall(r"--(\w+): #([0-9a-f]{3,6});", style))
    grounds = [_luminance(colours[name]) for name in ("paper", "wash")]
    inks = {name: _luminance(colours[name]) for name in ("ink", "soft", "good", "bad", "note", "calm")}
    assert {} == {
        name: ground
        for name, ink in inks.items()
        for ground in grounds
        if (ground + 0.05) / (ink + 0.05) < 4.5
    }


def _parsed(page: bytes) -> Any:  # noqa: ANN401 - an element
    return html.fromstring(page)


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2.1 defines it."""
    whole = colour if len(colour) == 6 else "".join(2 * one for one in colour)
    parts = [int(whole[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
