"""What a Dimona declaration may do to a period, and what it may not."""

from datetime import UTC, date, datetime

import pytest

from flexibatch.domain.register import Change, DimonaCancel, DimonaOut, DimonaUpdate, Span
from flexibatch.domain.register_changes import Held, changed, require_flexi
from flexibatch.errors import Refusal
from tests.doubles.numbers import period_number

AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
SUBJECT = (3, period_number(1), None, None, None, AT)
FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
OPEN = Held("FLX", Span(FIRST), cancelled=False, locked=False)
ENDED = Held("FLX", Span(FIRST, None, LAST), cancelled=False, locked=False)
DAILY = Held("FLX", Span(FIRST, "2200", date(2026, 9, 2), "0600"), cancelled=False, locked=False)


def test_an_out_closes_an_open_period() -> None:
    """Its end is the day that was declared; an hour it began at stays."""
    assert Span(FIRST, None, LAST) == changed(OPEN, DimonaOut(*SUBJECT, LAST)).span
    reopened = Held("FLX", Span(FIRST, "0800"), cancelled=False, locked=False)
    assert Span(FIRST, "0800", FIRST) == changed(reopened, DimonaOut(*SUBJECT, FIRST)).span


def test_an_update_changes_only_what_it_tells() -> None:
    """Days and hours that are not told stay as they were."""
    assert (
        Span(date(2026, 9, 2), None, LAST)
        == changed(ENDED, DimonaUpdate(*SUBJECT, start=date(2026, 9, 2))).span
    )
    assert Span(FIRST, None, FIRST) == changed(OPEN, DimonaUpdate(*SUBJECT, end=FIRST)).span
    hours = DimonaUpdate(*SUBJECT, start_hour="2100", end_hour="0500")
    assert Span(FIRST, "2100", date(2026, 9, 2), "0500") == changed(DAILY, hours).span
    assert ENDED == changed(ENDED, DimonaUpdate(*SUBJECT))


def test_an_update_opens_a_period_again() -> None:
    """The end goes, its hour too."""
    assert Span(FIRST, "2200") == changed(DAILY, DimonaUpdate(*SUBJECT, reopens=True)).span


def test_a_cancel_keeps_the_period() -> None:
    """A cancelled period stays in the register as it was."""
    cancelled = changed(ENDED, DimonaCancel(*SUBJECT))
    assert Held("FLX", ENDED.span, cancelled=True, locked=False) == cancelled


@pytest.mark.parametrize(
    ("held", "change", "reason"),
    [
        (ENDED, DimonaOut(*SUBJECT, LAST), "has an end already"),
        (OPEN, DimonaOut(*SUBJECT, date(2026, 8, 31)), "must not lie before"),
        (OPEN, DimonaOut(*SUBJECT, date(2026, 10, 1)), "one quarter"),
        (OPEN, DimonaUpdate(*SUBJECT, end_hour="0800"), "no ending hour"),
        (ENDED, DimonaUpdate(*SUBJECT, start=date(2026, 10, 1)), "must not lie before"),
        (ENDED, DimonaUpdate(*SUBJECT, start_hour="0800"), "both hours or none"),
        (Held("FLX", Span(FIRST), cancelled=True, locked=False), DimonaCancel(*SUBJECT), "cancelled already"),
        (
            Held("FLX", Span(FIRST), cancelled=True, locked=False),
            DimonaOut(*SUBJECT, LAST),
            "cancelled already",
        ),
        (Held("FLX", Span(FIRST), cancelled=False, locked=True), DimonaCancel(*SUBJECT), "locked"),
    ],
)
def test_what_a_declaration_cannot_do(held: Held, change: Change, reason: str) -> None:
    """The sentence tells why."""
    with pytest.raises(Refusal, match=reason):
        changed(held, change)


@pytest.mark.parametrize(
    ("kind", "span"),
    [
        ("OTH", Span(date(2026, 1, 1), None, date(2026, 12, 31))),
        ("FLX", Span(date(2026, 1, 1))),
        ("FLX", Span(date(2026, 7, 1), None, date(2026, 9, 30))),
        ("FLX", Span(date(2026, 9, 30), "2200", date(2026, 10, 1), "2200")),
    ],
    ids=["another-type", "open", "one-quarter", "overnight-into-the-next-quarter"],
)
def test_periods_that_a_declaration_may_make(kind: str, span: Span) -> None:
    """Quarters and hours matter for flexi periods with an end; a night may pass the quarter's end."""
    assert span == require_flexi(kind, span)


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        (Span(date(2026, 9, 30), None, date(2026, 10, 1)), "one quarter"),
        (Span(date(2025, 9, 30), None, date(2026, 9, 1)), "one quarter"),
        (Span(date(2026, 9, 1), "0800", date(2026, 9, 2), "0801"), "24 hours"),
        (Span(date(2026, 9, 1), "0800", date(2026, 9, 1)), "both hours"),
        (Span(date(2026, 9, 1), None, date(2026, 9, 1), "0800"), "both hours"),
    ],
)
def test_periods_that_a_flexi_worker_cannot_have(span: Span, reason: str) -> None:
    """Daily within 24 hours, or days within one quarter."""
    with pytest.raises(Refusal, match=reason):
        require_flexi("FLX", span)
