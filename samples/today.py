"""Move the samples to today: they are made for a reception on 5 October 2026.

Dates from October 2026 on, those around the reception, move by days, in names too. Earlier ones in 2026, of the
periods that were worked, move by whole months, so that months stay months and none crosses New Year. Dates before 2026
stay. The version of the message moves by quarters. References are no dates and stay.

    python samples/today.py SAMPLE FOLDER

writes a sample's files and the register, with what comes to it later, moved to today, into a folder.
"""

import re
import sys
from calendar import monthrange
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

SAMPLES = Path(__file__).parent
RECEPTION = date(2026, 10, 5)
AROUND = date(2026, 10, 1)
PERIODS = date(2026, 1, 1)
MONTHS = 12
QUARTERS = 4

_ISO = re.compile(rb"(?<![0-9])([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
_IN_NAME = re.compile(r"(?<=\.)([0-9]{4})([0-9]{2})([0-9]{2})(?=\.)")
_VERSION = re.compile(rb"(?<= FLXWAGE_)([0-9]{4})([1-4])(?=\.xsd)")


def this_day() -> date:
    """Return the day it is where the channel lives."""
    return datetime.now(ZoneInfo("Europe/Brussels")).date()


def moved(data: bytes, day: date) -> bytes:
    """Move the dates in a file's content, and the version it names, to be received on a day.

    >>> moved(b"<CalculationDate>2026-10-02</CalculationDate>", date(2026, 11, 4))
    b'<CalculationDate>2026-11-01</CalculationDate>'
    >>> moved(b"2026-09-01 2026-09-30 FLXWAGE_20264.xsd", date(2027, 1, 20))
    b'2026-12-01 2026-12-31 FLXWAGE_20271.xsd'
    """
    data = _VERSION.sub(lambda found: _quarter(found, day), data)
    return _ISO.sub(lambda found: _text(found, day, "%Y-%m-%d").encode(), data)


def moved_name(name: str, day: date) -> str:
    """Move the date in a file's name; what is no date stays.

    >>> moved_name("GO.FLEX.000640.20261005.00001.R.1", date(2026, 11, 4))
    'GO.FLEX.000640.20261104.00001.R.1'
    """
    return _IN_NAME.sub(lambda found: _text(found, day, "%Y%m%d"), name)


def moved_day(before: date, day: date) -> date:
    """Move one date; the last day of a month stays one."""
    if before < PERIODS:
        return before
    if before >= AROUND:
        return before + (day - RECEPTION)
    months = before.month - RECEPTION.month + day.month - 1
    year, month = day.year + before.year - RECEPTION.year + months // MONTHS, months % MONTHS + 1
    last = monthrange(year, month)[1]
    is_last = before.day == monthrange(before.year, before.month)[1]
    return date(year, month, last if is_last else min(before.day, last))


def _text(found: re.Match[bytes] | re.Match[str], day: date, form: str) -> str:
    year, month, of_month = (int(group) for group in found.groups())
    try:
        before = date(year, month, of_month)
    except ValueError:
        text = found[0]
        return text.decode() if isinstance(text, bytes) else text
    return f"{moved_day(before, day):{form}}"


def _quarter(found: re.Match[bytes], day: date) -> bytes:
    """Move the quarter of a version; those to come stay to come."""
    count = QUARTERS * (int(found[1]) + day.year - RECEPTION.year) + int(found[2]) - 1
    count += (day.month - 1) // 3 - (RECEPTION.month - 1) // 3
    return b"%d%d" % (count // QUARTERS, count % QUARTERS + 1)


def main(sample: str, into: Path) -> None:
    """Write a sample and the register, moved to today, into a folder."""
    day = this_day()
    into.mkdir(parents=True, exist_ok=True)
    of_sample = SAMPLES / sample
    sources = [
        *sorted(of_sample.glob("[FGT][IOSD].FLEX.*")),
        *of_sample.glob("later.csv"),
        SAMPLES / "register.csv",
    ]
    for source in sources:
        target = into / moved_name(source.name, day)
        target.write_bytes(moved(source.read_bytes(), day))
        print(target)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
