"""Operators mark third payers by their NSSO number, and look employers up by any number."""

import pytest
from sqlalchemy import select

from flexibatch.adapters.store import identities, tables
from flexibatch.wiring.home import Home
from tests.doubles.numbers import company_number, nsso_number
from tests.doubles.program import Caller

COMPANY, NSSO, FUND = company_number(1), nsso_number(1), nsso_number(2)
PROVISIONAL = "5000000120"
SET = ("employer", "set", "--nsso", FUND)


@pytest.fixture
def linked(home: Home) -> Home:
    """Return a home that knows an enterprise with one NSSO number."""
    with home.database.writing() as connection:
        identities.link_employer(connection, NSSO, COMPANY)
    return home


def acts(home: Home) -> list[tuple[object, ...]]:
    """Return who did what to whom."""
    told = tables.audit.c
    query = select(told.operator, told.action, told.subject, told.details).order_by(told.id)
    with home.database.reading() as connection:
        return [tuple(row) for row in connection.execute(query) if row.action == "employer set"]


def marked(call: Caller) -> list[str]:
    return [nsso for one in call.done("employer", "list", "--json").json for nsso in one["third_payer"]]


def test_a_mark_is_set_told_twice_and_taken_back(call: Caller, linked: Home) -> None:
    """Each is a sentence; what changes nothing is told so, and only changes are in the audit."""
    assert f"{FUND} is a third payer's now" in call.done(*SET, "--third-payer").err
    assert [FUND] == marked(call)
    assert f"{FUND} was a third payer's already" in call.done(*SET, "--third-payer").err
    assert f"{FUND} is no third payer's now" in call.done(*SET, "--no-third-payer").err
    assert f"{FUND} was no third payer's already" in call.done(*SET, "--no-third-payer").err
    assert [] == marked(call)
    assert [
        ("anna", "employer set", FUND, {"third_payer": True}),
        ("anna", "employer set", FUND, {"third_payer": False}),
    ] == acts(linked)


def test_leading_zeros_name_the_same_number(call: Caller, linked: Home) -> None:
    """A number is marked in its normal form, a provisional one too."""
    call.done("employer", "set", "--nsso", FUND.zfill(9), "--third-payer")
    assert "already" in call.done(*SET, "--third-payer").err
    call.done("employer", "set", "--nsso", PROVISIONAL, "--third-payer")
    assert [FUND, PROVISIONAL] == marked(call)
    assert [FUND, PROVISIONAL] == [subject for _, _, subject, _ in acts(linked)]


WRONG = {
    "check digits": (("set", "--nsso", "100100023", "--third-payer"), "--nsso"),
    "letters": (("set", "--nsso", "ABC", "--third-payer"), "--nsso"),
    "an enterprise": (("set", "--nsso", COMPANY, "--third-payer"), "--nsso"),
    "none": (("set", "--nsso", "0", "--third-payer"), "--nsso"),
    "empty": (("set", "--nsso", "", "--third-payer"), "--nsso"),
    "a mark of a number never seen": (("set", "--nsso", FUND, "--no-third-payer"), "is not known"),
    "show wrong": (("show", "--nsso", "100100023"), "--nsso"),
    "show a wrong company": (("show", "--company", "0400100057"), "--company"),
    "show nothing": (("show",), "--nsso and --company"),
    "show unknown": (("show", "--nsso", FUND), "No employer has this number"),
    "no mark told": (("set", "--nsso", FUND), "--third-payer"),
    "no number": (("set", "--third-payer"), "--nsso"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_done_is_told_and_changes_nothing(case: str, call: Caller, linked: Home) -> None:
    """The option at fault is named, the status is 2, nobody is marked, nothing is in the audit."""
    words, told = WRONG[case]
    refused = call("employer", *words)
    assert (2, "") == (refused.status, refused.out)
    assert told in refused.err
    assert "nsso_number" not in refused.err
    assert "enterprise_number" not in refused.err
    assert [] == acts(linked)
    assert [{"company": COMPANY, "nsso": [NSSO], "third_payer": []}] == call.done(
        "employer", "list", "--json"
    ).json


def test_two_numbers_of_different_employers_are_refused(call: Caller, linked: Home) -> None:
    """`show` takes one of them, or both of one employer; neither of the two is told to be whose."""
    with linked.database.writing() as connection:
        identities.link_employer(connection, FUND, company_number(2))
    refused = call("employer", "show", "--nsso", NSSO, "--company", company_number(2))
    assert (2, 1) == (refused.status, refused.sentences)
    assert "different employers" in refused.err
    same = call.done("employer", "show", "--nsso", FUND, "--company", company_number(2), "--json").json
    assert (company_number(2), [FUND]) == (same["company"], same["nsso"])


def test_list_and_show_say_which_numbers_are_marked(call: Caller, linked: Home) -> None:
    """Of an enterprise with two numbers only the marked one is a third payer's; people and JSON read the same."""
    with linked.database.writing() as connection:
        identities.link_employer(connection, FUND, COMPANY)
        identities.link_employer(connection, None, company_number(2))
    call.done(*SET, "--third-payer")
    employer = {"company": COMPANY, "nsso": sorted([NSSO, FUND]), "third_payer": [FUND]}
    other = {"company": company_number(2), "nsso": [], "third_payer": []}
    assert [employer, other] == call.done("employer", "list", "--json").json
    assert [employer] == call.done("employer", "list", "--third-payers", "--json").json
    counts = {"periods": 0, "mandates": 0, "declarations": 0}
    assert employer | counts == call.done("employer", "show", "--nsso", NSSO, "--json").json
    for words in (("list",), ("show", "--company", COMPANY.lstrip("0"))):
        told = call.done("employer", *words).out
        assert [] == [word for word in (COMPANY, NSSO, FUND, "third_payer") if word not in told]


def test_a_long_list_is_cut_and_says_so(call: Caller, linked: Home) -> None:
    """`--limit` keeps the last; 0 is all."""
    with linked.database.writing() as connection:
        identities.link_employer(connection, FUND, company_number(2))
    cut = call.done("employer", "list", "--limit", "1", "--json")
    assert ([FUND], "there are more") == (cut.json[0]["nsso"], cut.err[cut.err.index("there") :][:14])
    assert 2 == len(call.done("employer", "list", "--limit", "0", "--json").json)
    assert "" == call.done("employer", "list", "--limit", "2").err


def test_an_empty_list_is_told(call: Caller) -> None:
    """A home that knows nobody has an empty list."""
    assert [] == call.done("employer", "list", "--json").json
    assert [] == call.done("employer", "list", "--third-payers", "--json").json


@pytest.mark.parametrize("command", ["set", "list", "show"])
def test_help_says_what_a_third_payer_is(command: str, call: Caller) -> None:
    """Every option is explained, the statuses too."""
    told = call.done("employer", command, "--help").out
    wanted = {"set": "--no-third-payer", "list": "--third-payers", "show": "--company"}
    assert [] == [
        word
        for word in (wanted[command], "number", "Status" if "Status" in told else "2")
        if word not in told
    ]
    assert "third payer" in call.done("employer", "--help").out


def test_a_merge_of_employers_keeps_marks(call: Caller, linked: Home) -> None:
    """A mandate that links the fund's number to the enterprise makes them one employer; the mark stays where it was."""
    call.done(*SET, "--third-payer")
    call.done("sender", "add", "000640", "--name", "B", "--language", "nl", "--signature", "optional")
    call.done("mandate", "add", "000640", "--nsso", FUND, "--company", COMPANY)
    both = {"company": COMPANY, "nsso": sorted([NSSO, FUND]), "third_payer": [FUND]}
    assert [both] == call.done("employer", "list", "--json").json
    with linked.database.reading() as connection:
        found = [identities.find_employer(connection, nsso, None).third_payer for nsso in (NSSO, FUND)]
        assert [False, True] == found
        assert not identities.find_employer(connection, None, COMPANY).third_payer
