"""A replaced number and its successor in one file: one worker where the register knows them there, else two."""

from collections.abc import Iterator
from itertools import permutations, product
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import update

from flexibatch.adapters.store import identities, set_actions
from flexibatch.adapters.store.audit import By
from flexibatch.adapters.store.tables import period
from tests.doubles.installation import Installation, Installations
from tests.doubles.numbers import bis_number, worker_number
from tests.doubles.program import Caller
from tests.doubles.sending import (
    CANCELLATION,
    MODIFICATION,
    ORIGINAL,
    OUTCOME,
    Answered,
    Bureau,
    Sent,
    document,
    sent_form,
)
from tests.doubles.xml_samples import uuid

PAIR = ("88270603675", "50022829427")
"""The first was replaced by the second, which has a period with the first employer."""
STRANGERS = (worker_number(3), worker_number(4))
HERE, ELSEWHERE, FUND = "100100022", "100200223", "100300036"
NOBODYS = "100200320"
REPEATED, UNKNOWN, UNCOVERED = "90082-006", "90082-234", "00024-152"
ORDERS = [pytest.param(pair, id=name) for pair, name in zip(permutations(PAIR), ("old", "new"), strict=True)]
FORMS = [pytest.param(apart, id=name) for apart, name in ((False, "one-form"), (True, "two-forms"))]


@pytest.fixture
def bureau(installation: Installation) -> Bureau:
    """Return a bureau under the rules as they are shipped."""
    return Bureau(installation)


@pytest.fixture
def lenient(calm: Installations, tmp_path: Path) -> Iterator[Bureau]:
    """Yield a bureau where no Dimona is a remark only."""
    with calm.copy(tmp_path / "lenient", {"rules__00024_152": "NB"}) as installation:
        yield Bureau(installation)


def both(  # noqa: PLR0913 - what is sent of them
    bureau: Bureau,
    pair: tuple[str, ...],
    nsso: str,
    operation: str = ORIGINAL,
    *,
    apart: bool,
    amount: int = 100_000,
) -> Answered:
    """Send both numbers with one UUID, in one Form or in two."""
    lines = [Sent(inss, uuid(1), amount=amount) for inss in pair]
    groups = [[line] for line in lines] if apart else [lines]
    return bureau.send(*(sent_form(*group, nsso=nsso, operation=operation) for group in groups))


def said(answer: Answered, pair: tuple[str, ...]) -> list[object]:
    """Return all that is told of both, the numbers called first and second."""
    text = str([answer.outcomes, answer.told("ErrorID", "AnomalyLabel", "Location", "Value", "INSS")])
    for name, inss in zip(("first", "second"), pair, strict=True):
        text = text.replace(inss, name)
    return [text]


def versions(bureau: Bureau) -> list[tuple[object, ...]]:
    """Return person and number of every version, in their order."""
    return bureau.installation.rows(
        "SELECT person, number FROM version JOIN declaration ON ticket = declaration ORDER BY person, number"
    )


@pytest.mark.parametrize("apart", FORMS)
@pytest.mark.parametrize("pair", ORDERS)
def test_one_worker_where_the_register_knows_them(
    bureau: Bureau, pair: tuple[str, str], *, apart: bool
) -> None:
    """The second is the same reference again, whichever of the numbers it has."""
    assert [("accepted", "1", ""), ("refused", "", REPEATED)] == both(
        bureau, pair, HERE, apart=apart
    ).outcomes
    assert [(PAIR[1], 1)] == versions(bureau)


@pytest.mark.parametrize("apart", FORMS)
def test_elsewhere_they_are_two(bureau: Bureau, *, apart: bool) -> None:
    """Whatever is sent of them, the bureau is told what it would be of two strangers."""
    for pair, operation in product(permutations(PAIR), (ORIGINAL, MODIFICATION, CANCELLATION)):
        _are_two(bureau, pair, operation, apart=apart)


def _are_two(bureau: Bureau, pair: tuple[str, ...], operation: str, *, apart: bool) -> None:
    answer = both(bureau, pair, ELSEWHERE, operation, apart=apart)
    strangers = both(bureau, STRANGERS, ELSEWHERE, operation, apart=apart)
    assert said(strangers, STRANGERS) == said(answer, pair)
    assert not [one for one in answer.outcomes if REPEATED in one[2]]
    assert [] == versions(bureau)


@pytest.mark.parametrize("apart", FORMS)
def test_of_what_was_never_declared_both_are_unknown(lenient: Bureau, *, apart: bool) -> None:
    """Where nothing is in the way of a change, neither number has anything to be changed, as two strangers have not."""
    for nsso, operation in product((ELSEWHERE, FUND), (MODIFICATION, CANCELLATION)):
        _are_unknown(lenient, nsso, operation, apart=apart)


def _are_unknown(lenient: Bureau, nsso: str, operation: str, *, apart: bool) -> None:
    answer = both(lenient, PAIR, nsso, operation, apart=apart)
    assert [UNKNOWN, UNKNOWN] == [codes.split()[0] for _, _, codes in answer.outcomes]
    strangers = both(lenient, STRANGERS, ELSEWHERE, operation, apart=apart)
    assert [one[:2] for one in strangers.outcomes] == [one[:2] for one in answer.outcomes]


@pytest.mark.parametrize("apart", FORMS)
@pytest.mark.parametrize("operation", [MODIFICATION, CANCELLATION])
def test_a_declaration_is_changed_once(lenient: Bureau, operation: str, *, apart: bool) -> None:
    """The first number changes it; the second has nothing to be changed in this file, as a stranger's has not."""
    for nsso, pair in ((ELSEWHERE, PAIR), (FUND, PAIR[::-1])):
        lenient.send(sent_form(Sent(pair[0]), nsso=nsso))
        answer = both(lenient, pair, nsso, operation, apart=apart, amount=90_000)
        (first, version, _), (second, none, codes) = answer.outcomes
        assert ("accepted", "2", "refused", "", UNKNOWN) == (first, version, second, none, codes.split()[0])
    assert [(PAIR[1], 1), (PAIR[1], 1), (PAIR[1], 2), (PAIR[1], 2)] == versions(lenient)


@pytest.mark.parametrize("apart", FORMS)
@pytest.mark.parametrize("nsso", [ELSEWHERE, FUND])
@pytest.mark.parametrize("pair", ORDERS)
def test_a_worker_is_never_declared_twice(
    lenient: Bureau, pair: tuple[str, str], nsso: str, *, apart: bool
) -> None:
    """Where an original of the first number stands, that of the second is refused: one declaration, one version."""
    answer = both(lenient, pair, nsso, apart=apart)
    assert [("accepted", "1"), ("refused", "")] == [one[:2] for one in answer.outcomes]
    assert REPEATED in answer.outcomes[1][2].split()
    assert [(PAIR[1], 1)] == versions(lenient)
    assert [("settled",)] == lenient.installation.rows("SELECT state FROM file_set")


def test_an_original_and_a_change_of_it_in_one_file(lenient: Bureau) -> None:
    """What one number declares, the other cannot change in the same file."""
    first = sent_form(Sent(PAIR[0]), nsso=ELSEWHERE)
    changes = [
        sent_form(Sent(PAIR[1], amount=90_000), nsso=ELSEWHERE, operation=one)
        for one in (MODIFICATION, CANCELLATION)
    ]
    answer = lenient.send(first, *changes)
    assert ["accepted", "refused", "refused"] == [one[0] for one in answer.outcomes]
    assert [UNKNOWN, REPEATED] == [one[2].split()[0] for one in answer.outcomes[1:]]
    assert [(PAIR[1], 1)] == versions(lenient)


def test_in_a_rerun_they_are_what_the_register_knows_then(bureau: Bureau) -> None:
    """Two refused lines are run again after the register has learnt of the person: the first stands, once."""
    both(bureau, PAIR, ELSEWHERE, apart=False)
    rerun(bureau.installation)
    assert [] == versions(bureau)
    with bureau.installation.home.database.writing() as connection:
        employer_id = identities.link_employer(connection, ELSEWHERE, None)
        mine = update(period).where(period.c.person == PAIR[1])
        connection.execute(mine.values(employer_id=employer_id))
    rerun(bureau.installation)
    assert [(PAIR[1], 1)] == versions(bureau)
    rerun(bureau.installation)
    assert [(PAIR[1], 1)] == versions(bureau)
    last = bureau.installation.rows("SELECT number, accepted, unchanged, refused FROM run ORDER BY number")
    assert [(1, 0, 0, 2), (2, 0, 0, 2), (3, 1, 0, 1), (4, 0, 1, 1)] == last


def rerun(installation: Installation) -> None:
    """Judge the one set again."""
    [(ticket,)] = installation.rows("SELECT ticket FROM file_set")
    with installation.home.database.writing() as connection:
        set_actions.begin_rerun(connection, By("anna", installation.clock.now()), str(ticket))
    installation.channel().settle()


@pytest.mark.parametrize("apart", FORMS)
def test_without_a_mandate_nothing_is_learnt(bureau: Bureau, *, apart: bool) -> None:
    """Also where the register knows the worker with that employer, two numbers are two for a stranger."""
    pair = (bis_number(5), "50022388670")
    with bureau.installation.home.database.writing() as connection:
        identities.link_persons(connection, *pair, None)
    answer = both(bureau, pair, NOBODYS, apart=apart)
    assert [("refused", "", "")] * 2 == answer.outcomes
    assert said(both(bureau, STRANGERS, NOBODYS, apart=apart), STRANGERS) == said(answer, pair)


def test_a_stranger_learns_no_numbers_of_an_employer_from_repetitions(bureau: Bureau) -> None:
    """One line under the one number and again under the other: two employers for those without a mandate."""
    worker = Sent("50022388670")
    forms = [sent_form(worker, nsso=NOBODYS), sent_form(worker, company="0400100353")]
    assert [("refused", "", "")] * 2 == bureau.send(*forms).outcomes
    mine = [sent_form(Sent("50021850123"), nsso=HERE), sent_form(Sent("50021850123"), company="0400100056")]
    assert [("accepted", "1", ""), ("refused", "", REPEATED)] == bureau.send(*mine).outcomes


def test_a_check_tells_what_the_channel_will(
    bureau: Bureau, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What an earlier Form of the file would make is known to the later ones, though nothing is kept."""
    forms = [sent_form(Sent(inss), nsso=FUND) for inss in PAIR]
    path = tmp_path / "FI.FLEX.000640.20261005.00001.R.1.1"
    path.write_bytes(document(*forms))
    call = Caller(bureau.installation.home.path, capsys)
    checked = etree.fromstring(call("check", str(path), "--format", "xml").out.encode())
    told = [
        (one.get("outcome"), [code.text for code in one]) for one in checked.iter(f"{OUTCOME}Declaration")
    ]
    assert [("accepted", []), ("refused", [REPEATED])] == told
    assert [(outcome, codes.split()) for outcome, _, codes in bureau.send(*forms).outcomes] == told
