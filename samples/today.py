"""Move the samples to today: they are made for a reception on 5 October 2026.

Every ISO date in contents and the date in every name move by the same number of days. Dates before 2025, which show
what lies outside the channel's scope, stay. References and schema versions are no dates and stay too.

    python samples/today.py SAMPLE FOLDER

writes a sample's files and the register, with what comes to it later, moved to today, into a folder.
"""

import re
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SAMPLES = Path(__file__).parent
RECEPTION = date(2026, 10, 5)
SCOPE = date(2025, 1, 1)

_ISO = re.compile(rb"(?<![0-9])([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
_IN_NAME = re.compile(r"(?<=\.)([0-9]{4})([0-9]{2})([0-9]{2})(?=\.)")


def days_from_reception() -> int:
    """Count the days by which the samples move to be received today, where the channel lives."""
    return (datetime.now(ZoneInfo("Europe/Brussels")).date() - RECEPTION).days


def moved(data: bytes, days: int) -> bytes:
    """Move the dates in a file's content.

    >>> moved(b"<CalculationDate>2026-10-02</CalculationDate>", 30)
    b'<CalculationDate>2026-11-01</CalculationDate>'
    """
    return _ISO.sub(lambda found: _day(found, days, "%Y-%m-%d").encode(), data)


def moved_name(name: str, days: int) -> str:
    """Move the date in a file's name; what is no date stays.

    >>> moved_name("GO.FLEX.000640.20261005.00001.R.1", 30)
    'GO.FLEX.000640.20261104.00001.R.1'
    """
    return _IN_NAME.sub(lambda found: _day(found, days, "%Y%m%d"), name)


def _day(found: re.Match[bytes] | re.Match[str], days: int, form: str) -> str:
    year, month, day = (int(group) for group in found.groups())
    try:
        before = date(year, month, day)
    except ValueError:
        before = None
    if before is None or before < SCOPE:
        text = found[0]
        return text.decode() if isinstance(text, bytes) else text
    return f"{before + timedelta(days=days):{form}}"


def main(sample: str, into: Path) -> None:
    """Write a sample and the register, moved to today, into a folder."""
    days = days_from_reception()
    into.mkdir(parents=True, exist_ok=True)
    of_sample = SAMPLES / sample
    sources = [
        *sorted(of_sample.glob("[FGT][IOSD].FLEX.*")),
        *of_sample.glob("later.csv"),
        SAMPLES / "register.csv",
    ]
    for source in sources:
        target = into / moved_name(source.name, days)
        target.write_bytes(moved(source.read_bytes(), days))
        print(target)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
