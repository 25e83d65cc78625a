"""A declaration is known by its UUID in either case; both references of every version come back as they were sent."""

import pytest

from tests.doubles.installation import Installation
from tests.doubles.program import Caller
from tests.doubles.sending import CANCELLATION, MODIFICATION, Answered, Bureau, Sent, sent_form

NSSO, WORKER, SECOND = "100100022", "50021850123", "50021957813"
UUID = "019a1f04-8763-79fc-a088-15b4f8a31ee8"
MIXED = "019A1f04-8763-79FC-a088-15B4f8a31eE8"
LINE = "/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]"
ACCEPTED, UNCHANGED = ("accepted", "2", ""), ("unchanged", "1", "90082-444")


@pytest.fixture
def bureau(installation: Installation) -> Bureau:
    """Return a bureau that has sent nothing yet."""
    return Bureau(installation)


def sent(bureau: Bureau, *lines: Sent, operation: str = "0", reference: str = "") -> Answered:
    return bureau.send(sent_form(*lines, nsso=NSSO, operation=operation, reference=reference))


def named(answer: Answered) -> list[tuple[str | None, str | None]]:
    """Return the references of each line as the answer has them."""
    return [(one.get("reference"), one.get("own")) for one in answer.lines]


def test_every_version_keeps_its_references_as_they_were_sent(bureau: Bureau) -> None:
    """Original, modification and cancellation each in another case are one declaration, and echoed as sent."""
    made = [
        sent(bureau, Sent(WORKER, UUID.upper(), "A")),
        sent(bureau, Sent(WORKER, UUID, "B"), operation=MODIFICATION),
        sent(bureau, Sent(WORKER, MIXED, "C"), operation=CANCELLATION),
    ]
    assert [("accepted", "1", ""), ("accepted", "2", ""), ("accepted", "3", "")] == [
        one.outcomes[0] for one in made
    ]
    assert [[(UUID.upper(), "A")], [(UUID, "B")], [(MIXED, "C")]] == [named(one) for one in made]
    assert [(UUID,)] == bureau.installation.rows("SELECT reference FROM declaration")
    assert [(1, UUID.upper(), "A"), (2, UUID, "B"), (3, MIXED, "C")] == bureau.installation.rows(
        "SELECT number, reference, own_reference FROM version ORDER BY number"
    )
    again = sent(bureau, Sent(WORKER, MIXED))
    assert [("refused", "", "90082-272")] == again.outcomes


def test_two_cases_in_one_file_are_repeated(bureau: Bureau) -> None:
    """The same UUID of one worker in capitals is the same again; of another worker it is another declaration."""
    lines = [Sent(WORKER, UUID), Sent(WORKER, UUID.upper()), Sent(SECOND, MIXED)]
    answer = sent(bureau, *lines)
    assert [("accepted", "1", ""), ("refused", "", "90082-006"), ("accepted", "1", "")] == answer.outcomes
    assert [("90082-006", UUID.upper())] == answer.told("ErrorID", "Value")
    apart = bureau.send(
        *(sent_form(Sent(WORKER, one), nsso=NSSO, operation=MODIFICATION) for one in (UUID, MIXED))
    )
    assert [UNCHANGED, ("refused", "", "90082-006")] == apart.outcomes


@pytest.mark.parametrize(
    "wrong", ["2026-09/0001", UUID.replace("-", ""), f"{{{UUID[:34]}}}", UUID.replace("f", "g")]
)
def test_what_is_no_uuid_is_refused(bureau: Bureau, wrong: str) -> None:
    """It is told with value and place, the second Reference where the own one comes first."""
    answer = sent(bureau, Sent(WORKER, wrong, "P-1"), Sent(SECOND, wrong, "P-1", own_first=True))
    place = "/FLXWAGE/Form[1]/Debtor/Beneficiary"
    assert [
        ("90082-008", wrong, f"{place}[1]/Relation[1]/Reference[1]/ReferenceNbr"),
        ("90082-008", wrong, f"{place}[2]/Relation[1]/Reference[2]/ReferenceNbr"),
    ] == answer.told("ErrorID", "Value", "Location")
    assert [(wrong, "P-1")] * 2 == named(answer)


def test_the_place_of_a_repetition_is_right_when_the_own_reference_comes_first(bureau: Bureau) -> None:
    """Findings of the operations point at the UUID too."""
    assert [("accepted", "1", "")] == sent(bureau, Sent(WORKER, UUID, "P", own_first=True)).outcomes
    again = sent(bureau, Sent(WORKER, UUID, "P", own_first=True))
    assert [("90082-272", f"{LINE}/Reference[2]/ReferenceNbr")] == again.told("ErrorID", "Location")


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        ("P-1", "P-1", UNCHANGED),
        ("P-1", "P-2", ACCEPTED),
        ("P-1", None, ACCEPTED),
        (None, "P-1", ACCEPTED),
        (None, None, UNCHANGED),
        ("P-1", "p-1", ACCEPTED),
        ("P-1", "P\u00a0-1", ACCEPTED),
    ],
)
def test_the_own_reference_is_content(
    bureau: Bureau, before: str | None, after: str | None, outcome: tuple[str, str, str]
) -> None:
    """A modification that changes, adds or takes away only it is a change; the order of the two is none."""
    sent(bureau, Sent(WORKER, UUID, before))
    answer = sent(bureau, Sent(WORKER, UUID.upper(), after, own_first=True), operation=MODIFICATION)
    assert [outcome] == answer.outcomes
    assert [(UUID.upper(), after)] == named(answer)


def test_an_own_reference_that_is_a_uuid_names_no_declaration(bureau: Bureau) -> None:
    """It is taken and kept; a change finds its declaration by the other one only."""
    other = UUID.replace("8763", "0000")
    sent(bureau, Sent(WORKER, UUID, other), Sent(WORKER, other, UUID))
    changed = sent(bureau, Sent(WORKER, other, UUID, amount=1), operation=MODIFICATION)
    assert ([ACCEPTED], [(other, UUID)]) == (changed.outcomes, named(changed))
    assert [(UUID, 1, 100_000), (other, 1, 100_000), (other, 2, 1)] == bureau.installation.rows(
        "SELECT v.reference, v.number, e.eurocents FROM version v JOIN financial_element e"
        " ON v.form_id = e.form_id AND v.line = e.line ORDER BY v.number, v.line"
    )


@pytest.mark.parametrize("wrong", [" P", "P ", "P&#9;1", "P&#x85;1", ""])
def test_an_own_reference_that_is_not_allowed_refuses_its_line(bureau: Bureau, wrong: str) -> None:
    """Spaces at its ends, control characters, nothing: told in its place; the line beside it is accepted."""
    answer = sent(bureau, Sent(WORKER, UUID, wrong, own_first=True), Sent(SECOND, UUID, "P"))
    assert ["refused", "accepted"] == [one[0] for one in answer.outcomes]
    assert [f"{LINE}/Reference[1]/ReferenceNbr"] == [place for (place,) in answer.told("Location")]


@pytest.mark.parametrize(
    ("wrong", "character"),
    [("P\u200b1", "U+200B"), ("\u202e12", "U+202E"), ("P\u3164", "U+3164"), ("E\u0301T\u00c9", "U+00C9")],
)
def test_a_reference_that_is_not_what_it_looks_like_is_refused(
    bureau: Bureau, wrong: str, character: str
) -> None:
    """A character that nobody sees, or one that is not composed: told which, on the line and on the Form."""
    answer = sent(bureau, Sent(WORKER, UUID, wrong, own_first=True), Sent(SECOND, UUID, "\u00c9T\u00c9 1"))
    assert ["refused", "accepted"] == [one[0] for one in answer.outcomes]
    [(code, place, label)] = answer.told("ErrorID", "Location", "AnomalyLabel")
    assert ("90082-008", f"{LINE}/Reference[1]/ReferenceNbr") == (code, place)
    assert character in str(label)
    form = bureau.send(sent_form(Sent(WORKER), nsso=NSSO, reference=wrong))
    [(code, place, label)] = form.told("ErrorID", "Location", "AnomalyLabel")
    assert ("90082-008", "/FLXWAGE/Form[1]/Reference[1]/ReferenceNbr") == (code, place)
    assert character in str(label)


def test_a_no_break_space_comes_back(bureau: Bureau) -> None:
    """U+00A0 at the ends and within is no space: it is kept and given back in the answer, the page and the store."""
    own = "\u00a0P\u00a01\u00a0"
    answer = sent(bureau, Sent(WORKER, UUID, own), Sent(worker_without_period(), UUID, own))
    assert [(UUID, own)] * 2 == named(answer)
    assert [own] == [one["own"] for one in answer.page_json["anomalies"]]
    assert [(own,)] == bureau.installation.rows("SELECT own_reference FROM version")


def worker_without_period() -> str:
    """Return a worker whom the register does not know with this employer."""
    return "50022388670"


@pytest.fixture
def declared(bureau: Bureau, capsys: pytest.CaptureFixture[str]) -> Caller:
    """Return the program in a home with a declaration of two versions, whose references differ, and a refused line."""
    sent(bureau, Sent(WORKER, UUID.upper(), "OWN-1"), reference="FORM-1")
    sent(bureau, Sent(WORKER, MIXED, "OWN-2"), operation=MODIFICATION, reference="FORM-2")
    sent(bureau, Sent(worker_without_period(), UUID, "OWN-3"), reference="FORM-3")
    return Caller(bureau.installation.home.path, capsys)


def test_a_declaration_is_found_by_any_reference_of_any_version(declared: Caller) -> None:
    """Its UUID in every case, its own references, those of its Forms; a refused line's references find nothing."""
    finding = (UUID, UUID.upper(), MIXED, "OWN-1", "OWN-2", "FORM-1", "FORM-2")
    for word in finding:
        (row,) = declared.done("declarations", "list", "--reference", word, "--json").json
        assert (MIXED, "OWN-2", 2) == (row["reference"], row["own_reference"], row["version"]), word
    for word in ("OWN-3", "FORM-3", "own-1", UUID[:-1], ""):
        assert [] == declared.done("declarations", "list", "--reference", word, "--json").json, word


def test_a_cancelled_one_is_found_with_the_others(bureau: Bureau, declared: Caller) -> None:
    """By the references of its last version too, where the cancelled ones are asked for."""
    sent(bureau, Sent(WORKER, UUID, "OWN-4"), operation=CANCELLATION, reference="FORM-4")
    for word in (UUID.upper(), "OWN-1", "OWN-4", "FORM-4"):
        assert [] == declared.done("declarations", "list", "--reference", word, "--json").json
        (row,) = declared.done("declarations", "list", "--reference", word, "--all", "--json").json
        assert (UUID, "OWN-4", False) == (row["reference"], row["own_reference"], row["in_force"])


def test_references_are_shown_wherever_a_declaration_is(declared: Caller) -> None:
    """`declarations list|show` and `worker show` have those of every version, for people and as JSON."""
    (row,) = declared.done("declarations", "list", "--json").json
    told = [(MIXED, "OWN-2", "FORM-2"), (UUID.upper(), "OWN-1", "FORM-1")]
    shown = declared.done("declarations", "show", row["ticket"], "--json").json
    of_worker = declared.done("worker", "show", WORKER, "--json").json["declarations"][0]
    for one in (shown, of_worker):
        assert told == [
            (version["reference"], version["own_reference"], version["form_reference"])
            for version in reversed(one["versions"])
        ]
    for words in (("declarations", "show", row["ticket"]), ("worker", "show", WORKER)):
        text = declared.done(*words).out
        assert [] == [word for three in told for word in three if word not in text]
    listed = declared.done("declarations", "list").out
    assert [] == [word for word in (MIXED, "OWN-2") if word not in listed]


def test_a_set_shows_the_references_of_forms_and_anomalies(declared: Caller) -> None:
    """`show` has the Form's key beside the Form, the line's references beside what is wrong with it."""
    name = "GO.FLEX.000640.20261005.00003.R.1"
    shown = declared.done("show", name, "--json").json
    assert ["FORM-3"] == [one["reference"] for one in shown["forms"]]
    assert [(UUID, "OWN-3")] == [(one["reference"], one["own_reference"]) for one in shown["anomalies"]]
    text = declared.done("show", name).out
    assert [] == [word for word in ("FORM-3", "OWN-3") if word not in text]


def test_the_page_shows_both_references(bureau: Bureau) -> None:
    """REPORT names a line at fault by both, the NOTI too."""
    answer = sent(bureau, Sent(worker_without_period(), UUID.upper(), "OWN-9"), reference="FORM-9")
    assert [(UUID.upper(), "OWN-9")] == [
        (one["reference"], one["own"]) for one in answer.page_json["anomalies"]
    ]
    assert [] == [word for word in (UUID.upper(), "OWN-9") if word.encode() not in answer.page]
    assert [("1", "1", "FORM-9")] == [
        (one.findtext("ReferenceType"), one.findtext("ReferenceOrigin"), one.findtext("ReferenceNbr"))
        for one in answer.forms[0].iterchildren("Reference")
    ][1:]


def test_a_form_s_reference_of_another_origin_is_not_given_back(bureau: Bureau) -> None:
    """Only what the bureau gave as its own stands in the answer as its own."""
    own = sent_form(Sent(WORKER), nsso=NSSO, reference="KEY-1")
    answer = bureau.send(own.replace("<ReferenceOrigin>1<", "<ReferenceOrigin>2<", 1))
    assert [("90082-008", "ReferenceOrigin", "2")] == answer.told("ErrorID", "TagName", "Value")
    assert b"KEY-1" not in answer.noti
    assert [(None,)] == bureau.installation.rows("SELECT reference FROM form_run")
