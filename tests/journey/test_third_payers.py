"""A third payer's workers need a flexi-job period with any employer, and nobody learns with whom."""

import pytest

from flexibatch.adapters.store import employers, identities
from flexibatch.adapters.store.audit import By
from tests.doubles.installation import Installation
from tests.doubles.numbers import worker_number
from tests.doubles.program import Caller
from tests.doubles.sending import Bureau, Sent, sent_form
from tests.doubles.xml_samples import uuid

FUND = "100300036"
COMPANY, NSSO = "0400100056", "100100022"
STRANGER_NSSO, STRANGER = "100200320", "0400100353"
COVERED_ELSEWHERE = "50022388670"
"""Has a period with an employer of no bureau."""
STUDENT, CANCELLED, OUTSIDE, UNKNOWN = "50022173290", "50022280980", "50022065503", worker_number(7)
REFUSED_CODE = "00024-152"


@pytest.fixture
def bureau(installation: Installation) -> Bureau:
    """Return the bureau with a mandate for the fund."""
    return Bureau(installation)


def mark(installation: Installation, nsso: str, *, third_payer: bool) -> None:
    with installation.home.database.writing() as connection:
        employers.mark_third_payer(
            connection, By("anna", installation.clock.now()), nsso, third_payer=third_payer
        )


def test_a_period_with_any_employer_covers(bureau: Bureau) -> None:
    """One with a stranger, for whom the bureau has no mandate, is enough; an ordinary employer needs its own."""
    assert [("accepted", "1", "")] == bureau.send(sent_form(Sent(COVERED_ELSEWHERE), nsso=FUND)).outcomes
    ordinary = bureau.send(sent_form(Sent(COVERED_ELSEWHERE, uuid(2)), nsso=NSSO))
    assert [("refused", "", REFUSED_CODE)] == ordinary.outcomes


def test_nothing_is_told_of_the_periods(bureau: Bureau) -> None:
    """Only other types, only cancelled, outside the dates, unknown: the labels read the same, and name no period."""
    workers = (STUDENT, CANCELLED, UNKNOWN, OUTSIDE)
    lines = [Sent(inss, uuid(n)) for n, inss in enumerate(workers[:3], 1)]
    lines.append(Sent(OUTSIDE, uuid(4), start="2026-09-01", end="2026-09-30"))
    answer = bureau.send(sent_form(*lines, nsso=FUND))
    assert [("refused", "", REFUSED_CODE)] * 4 == answer.outcomes
    assert 1 == len(set(answer.told("AnomalyLabel", "ErrorID", "AnomalyClass")))
    found = bureau.installation.rows(
        "SELECT period_id FROM period WHERE inss IN ('50022173290', '50022280980', '50022065503')"
    )
    secrets = [
        *(str(one) for (one,) in found),
        "STU",
        NSSO,
        COMPANY,
        COMPANY.lstrip("0"),
        "2026-07-01",
        "2026-06-30",
    ]
    secrets += ["01/07/2026", "30/06/2026"]
    told = answer.noti + answer.page + str(answer.page_json).encode()
    assert [] == [secret for secret in secrets if secret.encode() in told]
    reports = [{key: one[key] for key in ("label", "remedy")} for one in answer.page_json["anomalies"]]
    assert [reports[0]] * 4 == reports


def test_the_operator_is_told_what_the_bureau_is_not(
    bureau: Bureau, capsys: pytest.CaptureFixture[str]
) -> None:
    """`show` notes of each refused worker whether the register knows them at all."""
    lines = [Sent(STUDENT, uuid(1)), Sent(UNKNOWN, uuid(2))]
    bureau.send(sent_form(*lines, nsso=FUND))
    call = Caller(bureau.installation.home.path, capsys)
    shown = call.done("show", "GO.FLEX.000640.20261005.00001.R.1", "--json").json
    assert ["known with another employer", "unknown to the register"] == [
        one["note"] for one in shown["anomalies"]
    ]
    assert "known with another employer" in call.done("show", "GO.FLEX.000640.20261005.00001.R.1").out


@pytest.mark.parametrize("company", [STRANGER, COMPANY, "0400100254"])
def test_a_company_number_beside_the_funds_is_refused(bureau: Bureau, company: str) -> None:
    """Whosever it is; where it is that of another employer, this is told too."""
    answer = bureau.send(sent_form(Sent(COVERED_ELSEWHERE), nsso=FUND, company=company))
    codes = [code for (code,) in answer.told("ErrorID")]
    assert ("00014-005", [("refused", "", "")]) == (codes[0], answer.outcomes)
    assert ["00014-022"] == codes[1:]


def test_a_company_number_that_nobody_has_is_refused_too(bureau: Bureau) -> None:
    """It is told as one that must not be there, with its value and place."""
    answer = bureau.send(sent_form(Sent(COVERED_ELSEWHERE), nsso=FUND, company="0400100551"))
    assert [("00014-005", "400100551", "/FLXWAGE/Form[1]/Debtor/CompanyID")] == [
        (code, str(value).lstrip("0"), place)
        for code, value, place in answer.told("ErrorID", "Value", "Location")
    ]


def test_a_stranger_does_not_learn_who_is_a_third_payer(bureau: Bureau) -> None:
    """Without a mandate the same is told beside the number of a fund as beside any other."""
    stranger = Bureau(bureau.installation, "000641")
    for nsso in (FUND, STRANGER_NSSO):
        answer = stranger.send(sent_form(Sent(COVERED_ELSEWHERE), nsso=nsso, company="0400100551"))
        assert [("00011-155",)] == answer.told("ErrorID")


def test_another_number_of_the_enterprise_is_checked_as_ever(bureau: Bureau) -> None:
    """The mark is on one number: under the enterprise's other one a worker needs a period with that enterprise."""
    installation, second = bureau.installation, "100300133"
    with installation.home.database.writing() as connection:
        identities.link_employer(connection, second, COMPANY)
    mark(installation, second, third_payer=True)
    assert [("refused", "", REFUSED_CODE)] == bureau.send(
        sent_form(Sent(COVERED_ELSEWHERE, uuid(1)), nsso=NSSO)
    ).outcomes
    assert [("accepted", "1", "")] == bureau.send(
        sent_form(Sent(COVERED_ELSEWHERE, uuid(1)), nsso=second)
    ).outcomes
    assert [("refused", "", REFUSED_CODE)] == bureau.send(
        sent_form(Sent(COVERED_ELSEWHERE, uuid(2)), company=COMPANY)
    ).outcomes


def test_a_mark_counts_from_the_next_set_on(bureau: Bureau) -> None:
    """Taken back, the ordinary check holds at once; set again, the other."""
    form = [sent_form(Sent(COVERED_ELSEWHERE, uuid(n)), nsso=FUND) for n in range(1, 4)]
    assert "accepted" == bureau.send(form[0]).outcomes[0][0]
    mark(bureau.installation, FUND, third_payer=False)
    assert [("refused", "", REFUSED_CODE)] == bureau.send(form[1]).outcomes
    mark(bureau.installation, FUND, third_payer=True)
    assert "accepted" == bureau.send(form[2]).outcomes[0][0]


def test_late_and_refused_periods_are_not_told(bureau: Bureau) -> None:
    """A remark would name a period with somebody else; a third payer gets none."""
    lines = [Sent(inss, uuid(n)) for n, inss in enumerate(("50022506357", "50022614047"), 1)]
    assert [("accepted", "1", "")] * 2 == bureau.send(sent_form(*lines, nsso=FUND)).outcomes
