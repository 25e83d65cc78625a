"""Numbers of persons, employers, periods and senders: which are written right, and how they are compared.

Only digits and check digits are judged, never today's date: what is valid stays valid. Texts are ASCII digits and
nothing else. Source: docs/spec/register.md, "Numbers": the published structure of each.
"""

import re
from functools import lru_cache

MODULUS = 97
INSS_LENGTH = 11
COMPANY_LENGTH = 10
NSSO_LENGTH = 9
PERIOD_LENGTH = 12
SENDER_LENGTH = 6
UUID_LENGTH = 36
FIRST_COUNTER, LAST_COUNTER = 1, 998

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NSSO = range(100_006, 199_999_935)
_PROVISIONAL = range(5_000_000_120, 5_999_999_990)
_SENDERS = range(1, 999_999)
_COMPANIES = range(2_000_000_000)
_BORN_FROM_2000 = 2_000_000_000
_OFFSETS = (0, 20, 40)
"""What is added to the month: nothing (national register), in BIS 20 (sex unknown) or 40 (known)."""
_BIRTHDAYS = frozenset(
    f"{month + offset:02d}{day:02d}" for offset in _OFFSETS for month in range(13) for day in range(32)
)
"""Month and day, either possibly 00. Any month may have 31 days: what a register wrote is not refused."""


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def is_inss(text: str) -> bool:
    """Return whether a text is a worker's number, of the national register or BIS: YYMMDD, counter, check.

    The check is 97 less the first nine digits modulo 97, a 2 before them for those born from 2000 on; it is
    never 00. Month and day may be 00, the counter goes from 001 to 998.

    >>> [is_inss(text) for text in ("42012205181", "85073003328", "17073003384")]
    [True, True, True]
    >>> is_inss("98472899765"), is_inss("01490700185")  # BIS
    (True, True)
    >>> is_inss("85073003329"), is_inss("8507300332"), is_inss("85.07.30-033.28")
    (False, False, False)
    """
    if text[2:6] not in _BIRTHDAYS or not _digits(text, INSS_LENGTH):
        return False
    body, check = divmod(int(text), 100)
    if not FIRST_COUNTER <= body % 1000 <= LAST_COUNTER:
        return False
    return check in (MODULUS - body % MODULUS, MODULUS - (body + _BORN_FROM_2000) % MODULUS)


@lru_cache(maxsize=1024)
def is_company(text: str) -> bool:
    """Return whether a text is an enterprise number in its normal form: 10 digits, the first 0 or 1.

    The check is 97 less the first eight digits modulo 97, so never 00.

    >>> is_company("0566988259"), is_company("0428759497"), is_company("0428759496"), is_company("428759497")
    (True, True, False, False)
    """
    if not _digits(text, COMPANY_LENGTH):
        return False
    number = int(text)
    return number in _COMPANIES and number % 100 == MODULUS - number // 100 % MODULUS


@lru_cache(maxsize=1024)
def is_nsso(text: str) -> bool:
    """Return whether a text is an NSSO number: up to 9 digits, 100006 to 199999934, the whole modulo 97 is 96.

    >>> [is_nsso(text) for text in ("000935467", "935467", "194302348", "199999934")]
    [True, True, True, True]
    >>> is_nsso("935468"), is_nsso("0"), is_nsso("0000935467")
    (False, False, False)
    """
    if not (_digits(text, len(text)) and len(text) <= NSSO_LENGTH):
        return False
    return int(text) in _NSSO and int(text) % MODULUS == MODULUS - 1


def is_provisional_nsso(text: str) -> bool:
    """Return whether a text is a provisional NSSO number: 10 digits that begin with a 5, modulo 97 is 96.

    >>> [is_provisional_nsso(text) for text in ("5000000120", "5999999989", "5000000121")]
    [True, True, False]
    """
    if not _digits(text, COMPANY_LENGTH):
        return False
    return int(text) in _PROVISIONAL and int(text) % MODULUS == MODULUS - 1


def is_unknown_nsso(text: str) -> bool:
    """Return whether an NSSO number says that it is unknown: zeros only.

    >>> is_unknown_nsso("0"), is_unknown_nsso("000000000"), is_unknown_nsso("935467"), is_unknown_nsso("")
    (True, True, False, False)
    """
    return text != "" and not text.strip("0")


def is_period_id(text: str) -> bool:
    """Return whether a text is the number of a Dimona period: 12 digits.

    The last two are the first ten modulo 97, or 97 where that is 0.

    >>> is_period_id("600027876089"), is_period_id("656309296521"), is_period_id("600027876088")
    (True, True, False)
    """
    if not _digits(text, PERIOD_LENGTH):
        return False
    body, check = divmod(int(text), 100)
    return check == (body % MODULUS or MODULUS)


def is_sender(text: str) -> bool:
    """Return whether a text is a bureau's number: 6 digits, 000001 to 999998.

    >>> is_sender("000640"), is_sender("000000"), is_sender("999999"), is_sender("640")
    (True, False, False, False)
    """
    return _digits(text, SENDER_LENGTH) and int(text) in _SENDERS


def is_uuid(text: str) -> bool:
    """Return whether a text is a UUID, of any version and in either case: 8-4-4-4-12 hexadecimal digits.

    >>> is_uuid("019A1F04-5c11-7e77-8a10-4b1c9d20e5f3"), is_uuid("019a1f045c117e778a104b1c9d20e5f3")
    (True, False)
    """
    return _UUID.fullmatch(text) is not None


def normal_reference(text: str) -> str:
    """Return a declaration's reference the form it is compared in: a UUID in small letters, any other as it is.

    >>> normal_reference("019A1F04-5C11-7E77-8A10-4B1C9D20E5F3"), normal_reference("2025-09/A")
    ('019a1f04-5c11-7e77-8a10-4b1c9d20e5f3', '2025-09/A')
    """
    return text.lower() if is_uuid(text) else text


def employer_kind(text: str) -> str:
    """Return which of an employer's numbers a text is: `nsso`, `company`, or `unknown` where its digits do not say.

    >>> employer_kind("100100022"), employer_kind("0400100056"), employer_kind("400100057")
    ('nsso', 'company', 'unknown')
    """
    if is_nsso(text) or is_provisional_nsso(text):
        return "nsso"
    return "company" if is_company(normal_company(text)) else "unknown"


def normal_company(text: str) -> str:
    """Return an enterprise number the form it is compared in: 10 digits, the leading zero kept.

    >>> normal_company("477472701"), normal_company("0477472701")
    ('0477472701', '0477472701')
    """
    return text.zfill(COMPANY_LENGTH)


def normal_nsso(text: str) -> str:
    """Return an NSSO number the form it is compared in: no leading zeros; unknown is "0".

    >>> normal_nsso("000935467"), normal_nsso("935467"), normal_nsso("000000000")
    ('935467', '935467', '0')
    """
    return text.lstrip("0") or "0"
