"""Numbers: right ones are known, and one digit too many, too few or wrong is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.be import ssn, vat

from flexibatch.domain.identifiers import (
    is_company,
    is_inss,
    is_nsso,
    is_period_id,
    is_provisional_nsso,
    is_sender,
    is_unknown_nsso,
    normal_company,
    normal_nsso,
)
from flexibatch.domain.written_numbers import plain_company, plain_employer, plain_number

CHECKS = [is_inss, is_company, is_nsso, is_provisional_nsso, is_period_id, is_sender]
NOT_DIGITS = [
    "",
    " ",
    "-",
    "8507300332x",
    "85073003328\n",
    " 85073003328",
    "+85073003328",
    "٨٥٠٧٣٠٠٣٣٢٨",
    "²" * 11,
]


def inss(birthday: str, counter: int, *, century: int = 19) -> str:
    """Make a worker's number with a right check; `birthday` is YYMMDD."""
    body = f"{birthday}{counter:03d}"
    return f"{body}{97 - int(body if century == 19 else f'2{body}') % 97:02d}"


@pytest.mark.parametrize("month", [0, 1, 12, 20, 21, 32, 40, 41, 52])
def test_months_of_the_register_and_of_bis_are_taken(month: int) -> None:
    """A month is 00 to 12, or that and 20 or 40 for a BIS number, in both centuries."""
    assert (True, True) == (
        is_inss(inss(f"60{month:02d}00", 1)),
        is_inss(inss(f"05{month:02d}31", 998, century=20)),
    )


@pytest.mark.parametrize(
    "birthday", ["601300", "601900", "603300", "603900", "605300", "606000", "609901", "600132"]
)
def test_dates_out_of_bounds_are_refused(birthday: str) -> None:
    """Right check digits do not make up for month 13 or day 32."""
    assert not is_inss(inss(birthday, 1))


@pytest.mark.parametrize("counter", [0, 999])
def test_counters_out_of_bounds_are_refused(counter: int) -> None:
    """The counter goes from 001 to 998."""
    assert not is_inss(inss("600101", counter))


def test_a_check_is_never_00() -> None:
    """Where the remainder is 0, the check is 97 and not 00."""
    body = next(f"600101{counter:03d}" for counter in range(1, 999) if int(f"600101{counter:03d}") % 97 == 0)
    assert (True, False) == (is_inss(f"{body}97"), is_inss(f"{body}00"))


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("text", NOT_DIGITS)
def test_what_is_not_ascii_digits_is_no_number(check: object, text: str) -> None:
    """Signs, spaces, line ends and digits of other scripts are no digits."""
    assert callable(check)
    assert not check(text)


@given(
    st.dates().map(lambda day: day.strftime("%m%d")),
    st.integers(0, 99),
    st.integers(1, 998),
    st.sampled_from([19, 20]),
)
def test_a_generated_worker_is_known_and_a_changed_digit_is_seen(
    day: str, year: int, counter: int, century: int
) -> None:
    """A number made by the rule is taken; with another check it is not, unless of the other century."""
    number = inss(f"{year:02d}{day}", counter, century=century)
    body = number[:9]
    rights = {f"{97 - int(prefix + body) % 97:02d}" for prefix in ("", "2")}
    assert rights == {f"{check:02d}" for check in range(100) if is_inss(f"{body}{check:02d}")}


@given(
    st.integers(1900, 2025),
    st.sampled_from([month + offset for offset in (0, 20, 40) for month in range(20)]),
    st.integers(0, 31),
    st.integers(1, 998),
)
def test_a_worker_is_known_where_another_library_knows_one(
    year: int, month: int, day: int, counter: int
) -> None:
    """python-stdnum takes the same checks; where the year may be one to come, it leaves out that of the 2000s."""
    body = f"{year % 100:02d}{month:02d}{day:02d}{counter:03d}"
    ours = {check for check in range(100) if is_inss(f"{body}{check:02d}")}
    theirs = {check for check in range(100) if ssn.is_valid(f"{body}{check:02d}")}
    right = 97 - int(body if year < 2000 else f"2{body}") % 97
    assert ((month % 20) <= 12, True) == (right in theirs, ours >= theirs)
    assert year % 100 > 25 or ours == theirs


@given(st.integers(0, 29_999_999))
def test_an_enterprise_is_known_where_another_library_knows_one(body: int) -> None:
    """python-stdnum takes the same checks, and in place of 97, 1 and 2 also 00, 98 and 99, which nobody gives out."""
    theirs = {check for check in range(1, 98) if vat.is_valid(f"{body:08d}{check:02d}")}
    assert theirs == {check for check in range(100) if is_company(f"{body:08d}{check:02d}")}


@given(st.integers(0, 29_999_999))
def test_an_enterprise_number_has_one_check(body: int) -> None:
    """Of all checks one makes an enterprise number, and only where the first digit is 0 or 1."""
    right = [check for check in range(100) if is_company(f"{body:08d}{check:02d}")]
    assert ([97 - body % 97] if body < 20_000_000 else []) == right


@pytest.mark.parametrize(
    ("text", "expected"),
    [("100006", True), ("000100006", True), ("99909", False), ("199999934", True), ("200000031", False)],
)
def test_nsso_numbers_have_bounds(text: str, *, expected: bool) -> None:
    """Right modulo is not enough: 100006 is the first number and 199999934 the last."""
    assert (96, expected) == (int(text) % 97, is_nsso(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4999999997", False),
        ("5000000023", False),
        ("5000000120", True),
        ("5999999989", True),
        ("6000000086", False),
    ],
)
def test_provisional_numbers_have_bounds(text: str, *, expected: bool) -> None:
    """5000000120 is the first provisional number and 5999999989 the last."""
    assert expected == is_provisional_nsso(text)


@given(st.integers(0, 9_999_999_999))
def test_a_period_has_one_check(body: int) -> None:
    """Of all checks one makes a period's number: the remainder itself, 97 in place of 0."""
    assert [body % 97 or 97] == [check for check in range(100) if is_period_id(f"{body:010d}{check:02d}")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("000001", True), ("999998", True), ("000000", False), ("999999", False), ("0000640", False)],
)
def test_senders_have_bounds(text: str, *, expected: bool) -> None:
    """999999 is the institution, 000000 nobody."""
    assert expected == is_sender(text)


@given(st.integers(1, 199_999_999))
def test_normal_forms_are_stable(number: int) -> None:
    """However many zeros stand before a number, its normal form is one, and is its own normal form."""
    company, nsso = normal_company(f"{number:09d}"), normal_nsso(f"{number:09d}")
    assert (f"{number:010d}", str(number)) == (company, nsso)
    assert (company, nsso) == (normal_company(company), normal_nsso(nsso))
    assert not is_unknown_nsso(nsso)


def test_the_unknown_nsso_number_is_no_number() -> None:
    """Zeros say that the number is unknown: that is no valid number, and its normal form says it still."""
    assert (True, False, "0") == (is_unknown_nsso("000"), is_nsso("000"), normal_nsso("000"))


@given(st.text(max_size=60))
def test_a_written_number_is_digits_or_what_was_typed(text: str) -> None:
    """Whatever is typed, it is read once: what is no number is left for whoever judges it."""
    for read in (plain_number, plain_company, plain_employer):
        told = read(text)
        assert told == text or (told.isascii() and told.isdigit())
        assert told == read(told)


@given(st.from_regex(r"\A[0-9]{11}\Z"), st.lists(st.sampled_from(" .-/\u00a0"), min_size=12, max_size=12))
def test_signs_between_digits_are_left_out(digits: str, signs: list[str]) -> None:
    """Wherever they stand."""
    assert digits == plain_number(
        "".join(sign + digit for sign, digit in zip(signs, f"{digits}", strict=False))
    )
