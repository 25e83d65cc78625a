"""Acceptance by line or by Form: with `form`, what refuses one line refuses its Form whole."""

import json
import re
from functools import partial
from pathlib import Path

import pytest
from lxml import etree

from flexibatch.adapters.line_file import read_lines
from flexibatch.adapters.reports import ReportPages
from flexibatch.adapters.store.set_queue import StoredSetQueue
from flexibatch.domain.vocabulary import REPORT_FOLDER
from flexibatch.pipeline import report_of
from tests.doubles.installation import Installation, Installations
from tests.doubles.notices import Judged, read, told
from tests.doubles.program import Caller
from tests.doubles.xml_samples import beneficiary, form, message, relation, uuid

COVERED, TOO, UNCOVERED = "50021850123", "50021957813", "50022388670"
NAME = "FI.FLEX.000640.20261005.00001.R.1.1"
NO_DIMONA, UNKNOWN, UNCHANGED = "00024-152", "90082-234", "90082-444"
LINES = (
    "SELECT form.number, version.line, version.run FROM version JOIN form ON form.id = form_id ORDER BY 1, 2"
)


@pytest.fixture
def call(installation: Installation, capsys: pytest.CaptureFixture[str]) -> Caller:
    """Return the program, called in the installation."""
    return Caller(installation.home.path, capsys)


def send(
    installation: Installation, document: str, sequence: int = 1, sender: str = "000640"
) -> list[Judged]:
    key = f"FLEX.{sender}.20261005.{sequence:05d}.R.1"
    installation.put(f"FI.{key}.1", document.encode(), sender)
    installation.put(f"GO.{key}", sender=sender)
    installation.sweep()
    return told(installation, sender)


def worker(inss: str, number: int, text: str | None = None) -> str:
    return beneficiary(text or relation(uuid(number)), inss=inss)


def without_frequency(number: int) -> str:
    """Write a line with a remark (00068-001)."""
    return re.sub("<BonusPaymentFrequency>.*</BonusPaymentFrequency>", "", relation(uuid(number)))


def operation(kind: str, *workers: str) -> str:
    """Write a Form that modifies (1) or cancels (3)."""
    text = form(*workers).replace("<AttestationStatus>0<", f"<AttestationStatus>{kind}<")
    return re.sub("<Calculation>.*?</Calculation>\n", "", text, flags=re.DOTALL) if kind == "3" else text


MIXED = message(
    form(worker(COVERED, 1), worker(UNCOVERED, 2), worker(TOO, 3)),
    form(worker(COVERED, 4), worker(TOO, 5)),
)
STANDS: Judged = ("1", None, [("accepted", []), ("accepted", [])])


# ------------------------------------------------------------------------------------------------ the journey


def test_a_faulty_line_refuses_its_form_whole(installation: Installation) -> None:
    """ResultCode 0 with a diagnosis, codes on the line at fault only, nothing kept of it; other Forms stand."""
    installation.agree("form")
    refused: Judged = ("0", "3", [("refused", []), ("refused", [NO_DIMONA]), ("refused", [])])
    assert [refused, STANDS] == send(installation, MIXED)
    assert [(2, 1, 1), (2, 2, 1)] == installation.rows(LINES)
    counted = "SELECT (SELECT count(*) FROM declaration), (SELECT count(DISTINCT form_id) FROM feature)"
    assert [(2, 1)] == installation.rows(counted)


@pytest.mark.parametrize(
    ("workers", "expected"),
    [
        (worker("50021850124", 2, relation(uuid(2)) + relation(uuid(3))), [["00024-004"], ["00024-004"]]),
        (worker(TOO, 2, relation(uuid(2), amount="x")), [["99007-002"]]),
        (worker(TOO, 2) + worker(TOO, 2), [[], ["90082-006"]]),
        (worker(TOO, 2, relation("P1")), [["90082-008"]]),
    ],
)
def test_every_kind_of_fault_refuses_the_form_whole(
    workers: str, expected: list[list[str]], installation: Installation
) -> None:
    """A fault of a worker, of the schema, of the file's references: the codes stand on the lines that have it."""
    installation.agree("form")
    lines = [("refused", codes) for codes in ([], *expected)]
    assert [("0", "3", lines), STANDS] == send(
        installation,
        message(form(worker(COVERED, 1), workers), form(worker(COVERED, 8), worker(TOO, 9))),
    )
    assert {(2,)} == set(installation.rows("SELECT form.number FROM version JOIN form ON form.id = form_id"))


def test_a_form_that_is_refused_for_itself_has_codes_on_its_faulty_lines(installation: Installation) -> None:
    """The Form's own fault is told once; a line without a fault of its own has no code."""
    installation.agree("form")
    document = message(form(worker(COVERED, 1), worker(COVERED, 2, relation("P1"))))
    lines = [("refused", []), ("refused", ["90082-008"])]
    assert [("0", "3", lines)] == send(installation, document.replace("<TypeForm>SU<", "<TypeForm>XX<"))
    told_of = installation.rows("SELECT code, line FROM anomaly ORDER BY id")
    assert [("00297-008", None), ("90082-008", 2)] == told_of


def test_a_form_that_is_refused_for_itself_tells_no_remarks(installation: Installation) -> None:
    """Whatever refuses the Form whole, its sound lines have no codes, and tell them when they come again."""
    installation.agree("form")
    document = message(form(worker(COVERED, 1, without_frequency(1)), worker(TOO, 2)))
    refused: Judged = ("0", "3", [("refused", []), ("refused", [])])
    assert [refused] == send(installation, document.replace("<TypeForm>SU<", "<TypeForm>XX<"))
    assert [("00297-008", None)] == installation.rows("SELECT code, line FROM anomaly")


def test_by_line_the_same_file_is_accepted_in_part(installation: Installation) -> None:
    """Under `line`, which is the setting's default, the sound lines of that Form stand."""
    partly: Judged = ("2", None, [("accepted", []), ("refused", [NO_DIMONA]), ("accepted", [])])
    assert [partly, STANDS] == send(installation, MIXED)
    assert [(1, 1, 1), (1, 3, 1), (2, 1, 1), (2, 2, 1)] == installation.rows(LINES)


def test_a_remark_refuses_nothing(installation: Installation) -> None:
    """A Form whose lines are sound is accepted, the remark on its line told."""
    installation.agree("form")
    document = message(form(worker(COVERED, 1, without_frequency(1)), worker(TOO, 2)))
    assert [("1", None, [("accepted", ["00068-001"]), ("accepted", [])])] == send(installation, document)


def test_remarks_are_told_on_the_line_at_fault_only(installation: Installation) -> None:
    """Sound lines of a Form that is refused whole have no codes, neither in the answer nor on the page."""
    installation.agree("form")
    remarked = [worker(inss, at, without_frequency(at)) for at, inss in enumerate((COVERED, UNCOVERED), 1)]
    lines = [("refused", []), ("refused", ["00068-001", NO_DIMONA])]
    assert [("0", "3", lines)] == send(installation, message(form(*remarked)))
    assert [(2,)] == installation.rows("SELECT DISTINCT line FROM anomaly")


@pytest.mark.parametrize(
    ("acceptance", "kind", "expected"),
    [
        ("form", "1", ("0", "3", [("refused", []), ("refused", [UNKNOWN])])),
        ("line", "1", ("2", None, [("unchanged", [UNCHANGED]), ("refused", [UNKNOWN])])),
        ("form", "3", ("0", "3", [("refused", []), ("refused", [UNKNOWN])])),
        ("line", "3", ("2", None, [("accepted", []), ("refused", [UNKNOWN])])),
    ],
)
def test_modifications_and_cancellations_are_refused_whole_too(
    acceptance: str, kind: str, expected: Judged, installation: Installation
) -> None:
    """Beside a faulty line a modification that changes nothing is refused, not unchanged; a cancellation too."""
    installation.agree(acceptance)
    assert [STANDS] == send(installation, message(form(worker(COVERED, 1), worker(TOO, 2))))
    document = message(operation(kind, worker(COVERED, 1), worker(TOO, 9)))
    assert [expected] == send(installation, document, sequence=2)
    made = [outcome for outcome, _codes in expected[2]]
    assert [(2 + made.count("accepted"),)] == installation.rows("SELECT count(*) FROM version")
    assert [(made.count("unchanged"),)] == installation.rows("SELECT count(*) FROM unchanged_line")


# -------------------------------------------------------------------------------------- setting and agreement


@pytest.mark.parametrize(("setting", "agreed", "results"), [("form", "line", "20"), ("line", "form", "02")])
def test_what_was_agreed_goes_before_the_setting(
    setting: str, agreed: str, results: str, calm: Installations, tmp_path: Path
) -> None:
    """Both ways; once the agreement is taken back, the setting holds again."""
    with calm.copy(tmp_path / "home", {"acceptance": setting}) as installation:
        installation.agree(agreed)
        by_agreement = send(installation, MIXED)[0][0]
        installation.agree("default")
        other = MIXED.replace("019a1f04-", "019a1f05-")
        assert results == by_agreement + send(installation, other, sequence=2)[0][0]


def test_an_agreement_is_shown_told_and_audited(call: Caller) -> None:
    """`sender add`, `set`, `show`, `list` and the audit know it; `default` takes it back, in words."""

    def shown() -> list[object]:
        [listed] = (one for one in call.done("sender", "list", "--json").json if one["number"] == "000777")
        return [call.done("sender", "show", "000777", "--json").json["acceptance"], listed["acceptance"]]

    call.done("sender", "add", "000777", "--name", "B", "--language", "en", "--acceptance", "form")
    assert ["form", "form"] == shown()
    assert "acceptance is line now" in call.done("sender", "set", "000777", "--acceptance", "line").err
    assert ["line", "line"] == shown()
    taken_back = call.done("sender", "set", "000777", "--acceptance", "default")
    assert "acceptance is as the setting has it now" in taken_back.err
    assert [None, None] == shown()
    assert "so already" in call.done("sender", "set", "000777", "--acceptance", "default").err
    audited = call.done("audit", "list", "--json").json
    acts = [one["details"]["acceptance"] for one in audited if one["subject"] == "000777"]
    assert ["form", "line", None] == sorted(acts, key=lambda one: str(one or "z"))
    assert 2 == call("sender", "set", "000777", "--acceptance", "file").status


# ------------------------------------------------------------------------------------------------------ check


def checked(call: Caller, folder: Path, document: str) -> tuple[str, list[int], list[Judged]]:
    """Check a document; give how the text begins, the counts of the JSON, what the XML says."""
    path = folder / NAME
    path.write_text(document, "utf-8")
    text, shown, answer = (call("check", "--format", kind, str(path)) for kind in ("text", "json", "xml"))
    assert (1, 1, 1) == (text.status, shown.status, answer.status)
    counts = shown.json[0]["counts"]
    return (
        text.out.split("Lines: ")[1].splitlines()[0],
        [counts[key] for key in ("accepted", "unchanged", "refused")],
        read(etree.fromstring(answer.out.encode())),
    )


def test_a_check_judges_by_what_was_agreed(installation: Installation, call: Caller, tmp_path: Path) -> None:
    """Text, JSON and XML say what would become of the Form, as the channel would judge it then."""
    by_line = checked(call, tmp_path, MIXED)
    assert ("5; accepted: 4, unchanged: 0, refused: 1.", [4, 0, 1], "2") == (*by_line[:2], by_line[2][0][0])
    installation.agree("form")
    text, counts, judged = checked(call, tmp_path, MIXED)
    assert ("5; accepted: 2, unchanged: 0, refused: 3.", [2, 0, 3]) == (text, counts)
    assert 1 == call("check", str(tmp_path / NAME)).out.count("refuses its Form whole, lines: 3")
    assert judged == send(installation, MIXED)


@pytest.mark.parametrize(("setting", "expected"), [(None, "2"), ("line", "2"), ("form", "0")])
def test_a_check_without_a_home_judges_by_the_setting(
    setting: str | None,
    expected: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By line, unless the environment says otherwise: there is nobody with whom anything was agreed."""
    if setting:
        monkeypatch.setenv("FLEXIBATCH_ACCEPTANCE", setting)
    document = message(form(worker(COVERED, 1), worker("50021850124", 2)))
    _text, counts, judged = checked(Caller(tmp_path / "nowhere", capsys), tmp_path, document)
    assert {"2": [1, 0, 1], "0": [0, 0, 2]}[expected] == counts
    assert expected == judged[0][0]


# ------------------------------------------------------------------------------------------------ what is read


@pytest.mark.parametrize(
    ("sender", "sentence"),
    [
        ("000640", "Geweigerde lijnen: 3. Stuur na de verbetering het volledige formulier opnieuw"),
        ("000641", "Lignes refusées : 3. Après correction, renvoyez le formulaire entier"),
        ("000642", "Abgelehnte Zeilen: 3. Senden Sie nach der Berichtigung das ganze Formular erneut"),
        ("000643", "Lines refused: 3. After the correction send the whole form again"),
    ],
)
def test_the_page_says_that_the_whole_form_is_to_be_sent_again(
    sender: str, sentence: str, installation: Installation
) -> None:
    """In every language, with the count of lines; the JSON too; the store gives the same, whatever is agreed now."""
    installation.agree("form", sender)
    send(installation, MIXED, sender=sender)
    [(ticket,)] = installation.rows("SELECT ticket FROM file_set")
    page, shown = (
        next(installation.inbox(sender, REPORT_FOLDER).glob(f"GO.*.{kind}")).read_bytes()
        for kind in ("html", "json")
    )
    assert 1 == page.decode().count(sentence)
    assert [("form", 3)] == [(one["effect"], one["refused"]) for one in json.loads(shown)["anomalies"]]
    installation.agree("line", sender)
    stored = report_of(StoredSetQueue(installation.home.database, installation.clock).settled(str(ticket), 1))
    pages = ReportPages(installation.home.settings.timezone)
    lines = partial(read_lines, installation.components().private_folders.folder(stored.case).lines(1))
    assert (page, shown) == (pages.html(stored, lines), pages.json(stored, lines))
