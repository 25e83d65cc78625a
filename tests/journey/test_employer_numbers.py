"""What an answer tells of an employer's two numbers: what the sender gave, and more only to those with a mandate."""

import pytest

from flexibatch.adapters.store import identities
from tests.doubles.installation import Installation
from tests.doubles.sending import Bureau, Sent, sent_form
from tests.doubles.xml_samples import uuid

WORKER = "50021850123"
NSSO, COMPANY = "100100022", "0400100056"
OTHER_NSSO, OTHER_COMPANY = "100200320", "0400100353"
THIRD_NSSO, THIRD_COMPANY = "100200417", "0400100452"
"""The register knows the second and the third, for whom nobody has a mandate."""
UNSEEN_NSSO, UNSEEN_COMPANY = "100200611", "0400100650"


@pytest.fixture
def bureau(installation: Installation) -> Bureau:
    """Return the bureau with a mandate for the first employer."""
    return Bureau(installation)


def form(nsso: str = "", company: str = "", number: int = 1) -> str:
    return sent_form(Sent(WORKER, uuid(number)), nsso=nsso, company=company)


@pytest.mark.parametrize("numbers", [(NSSO, OTHER_COMPANY), (OTHER_NSSO, COMPANY)], ids=["nsso", "company"])
def test_a_contradiction_is_told_to_those_with_a_mandate_for_one(
    bureau: Bureau, numbers: tuple[str, str]
) -> None:
    """Whichever number it is, the code is 00014-022, and the answer tells neither as the employer's."""
    answer = bureau.send(form(*numbers))
    assert [("00014-022", numbers[0])] == answer.told("ErrorID", "Value")
    assert (None, [("refused", "", "")]) == (answer.employer, answer.outcomes)
    hidden = {NSSO, COMPANY[1:], OTHER_NSSO, OTHER_COMPANY[1:]} - {numbers[0], numbers[1][1:]}
    assert [] == [one for one in hidden if one.encode() in answer.noti + answer.page]


def shape(answer: bytes, *numbers: str) -> bytes:
    """Return an answer without what differs between two sets, and without the numbers that were given."""
    text = answer.decode()
    for number in numbers:
        text = text.replace(number, "N").replace(number.lstrip("0"), "N")
    lines = [line for line in text.splitlines() if "ReferenceNbr>" not in line and "FileName" not in line]
    return "\n".join(line for line in lines if "sha256" not in line).encode()


def test_strangers_do_not_learn_which_numbers_belong_together(bureau: Bureau) -> None:
    """Without a mandate two numbers of one employer, of two, and of nobody get the same answer: 00011-155."""
    pairs = [
        (OTHER_NSSO, OTHER_COMPANY),
        (OTHER_NSSO, THIRD_COMPANY),
        (UNSEEN_NSSO, UNSEEN_COMPANY),
        (OTHER_NSSO, UNSEEN_COMPANY),
        (UNSEEN_NSSO, OTHER_COMPANY),
    ]
    answers = [bureau.send(form(*pair)) for pair in pairs]
    assert [[("00011-155",)]] * len(pairs) == [answer.told("ErrorID") for answer in answers]
    assert [(nsso, company[1:]) for nsso, company in pairs] == [answer.employer for answer in answers]
    same = {shape(answer.noti, *pair) for answer, pair in zip(answers, pairs, strict=True)}
    assert 1 == len(same)
    told = answers[1].noti + answers[1].page
    assert [] == [one for one in (OTHER_COMPANY[1:], THIRD_NSSO) if one.encode() in told]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((NSSO, ""), (NSSO, COMPANY[1:])),
        (("", COMPANY), (NSSO, COMPANY[1:])),
        (("0", COMPANY[1:]), (NSSO, COMPANY[1:])),
        ((NSSO, COMPANY), (NSSO, COMPANY[1:])),
        ((NSSO, UNSEEN_COMPANY), (NSSO, COMPANY[1:])),
        ((UNSEEN_NSSO, COMPANY), (NSSO, COMPANY[1:])),
        ((OTHER_NSSO, ""), (OTHER_NSSO, "0")),
        (("", OTHER_COMPANY), ("0", OTHER_COMPANY[1:])),
        ((UNSEEN_NSSO, ""), (UNSEEN_NSSO, "0")),
        (("", UNSEEN_COMPANY), ("0", UNSEEN_COMPANY[1:])),
        (("100300036", ""), ("100300036", "0")),
    ],
)
def test_the_other_number_is_told_with_a_mandate_only(
    bureau: Bureau, given: tuple[str, str], told: tuple[str, str]
) -> None:
    """With one both stand as the channel knows them; without, as the Form gave them, or 0."""
    assert told == bureau.send(form(*given)).employer


def test_of_several_nsso_numbers_none_is_told(bureau: Bureau) -> None:
    """An enterprise with two: by its own number 0 stands for them, by one of them this one."""
    with bureau.installation.home.database.writing() as connection:
        identities.link_employer(connection, UNSEEN_NSSO, COMPANY)
    assert ("0", COMPANY[1:]) == bureau.send(form("", COMPANY)).employer
    assert (UNSEEN_NSSO, COMPANY[1:]) == bureau.send(form(UNSEEN_NSSO, number=2)).employer


def test_another_value_that_is_wrong_leaves_the_block(bureau: Bureau) -> None:
    """It says nothing against the two numbers."""
    answer = bureau.send(form(NSSO, COMPANY).replace("<TypeForm>SU<", "<TypeForm>XX<"))
    assert ([("00297-008",)], (NSSO, COMPANY[1:])) == (answer.told("ErrorID"), answer.employer)


@pytest.mark.parametrize(
    "given",
    [
        ("100100023", COMPANY),
        (NSSO, "0400100057"),
        ("", "0400100057"),
        ("0", ""),
        ("X", COMPANY),
        (NSSO, "1"),
    ],
)
def test_a_wrong_number_leaves_the_block_out(bureau: Bureau, given: tuple[str, str]) -> None:
    """A value that is none, or cannot be read, and no number at all: no EmployerId, and nothing of what is known."""
    answer = bureau.send(form(*given))
    assert (None, [("refused", "", "")]) == (answer.employer, answer.outcomes)
    missing = [one for one in (NSSO, COMPANY[1:]) if one not in "".join(given)]
    assert [] == [one for one in missing if one.encode() in answer.noti]
