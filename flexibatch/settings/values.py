"""How the values of settings are read, whether a file or the environment spells them."""

import math
import re
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from flexibatch.domain.sessions import HostKeyKind
from flexibatch.domain.vocabulary import Environment

LONGEST = timedelta(days=3660)
SHORTEST_AUDIT = timedelta(days=366)
"""A day more than the database itself insists on, so that two clocks need not agree."""

MOST_QUARTERS = 40
SMALLEST_REQUEST, LARGEST_REQUEST = 32_768, 4_194_304
"""What every SFTP client may send unasked, and what the server reads at most."""

SMALLEST_MEMORY = 402_653_184
"""Of address space: the program itself takes 130 MiB, and 160 MiB more must be left at the end."""

_ISO_DURATION = re.compile(
    r"P(?=[0-9T])(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_SHORT_DURATION = re.compile(r"P?(?P<count>[0-9]{1,6})(?P<unit>[HDWYhdwy])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "y": 365 * 24}
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")


class UnitMissing(ValueError):
    """A number where a duration was asked for: nobody says whether seconds or days are meant."""


def duration(value: object) -> timedelta:
    """Read seconds, or an ISO 8601 duration of weeks, days, hours, minutes and seconds.

    >>> duration(300) == duration("300") == duration("PT5M") == timedelta(minutes=5)
    True
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("no duration")  # noqa: TRY004 - pydantic collects ValueErrors
    parts = _ISO_DURATION.fullmatch(value) if isinstance(value, str) else None
    spelled = (
        timedelta(
            **{unit: float(count) for unit, count in parts.groupdict(default="0").items()}
        ).total_seconds()
        if parts
        else float(value)
    )
    if not math.isfinite(spelled) or not 0 <= spelled <= LONGEST.total_seconds():
        raise ValueError("out of reach")
    return timedelta(seconds=spelled)


def retention(value: object) -> timedelta:
    """Read a duration that names its unit: 12h, 30d, 2w, 2y (a year is 365 days), or one of ISO 8601.

    Raise `UnitMissing` for a number alone: what was meant for thirty days must not last thirty seconds.

    >>> retention("2y") == retention("P2Y") == retention("730d") == retention("P730D")
    True
    """
    spelled = str(value).strip()
    if _NUMBER.fullmatch(spelled):
        raise UnitMissing(_readings(spelled))
    short = _SHORT_DURATION.fullmatch(spelled)
    # P12H is no duration of ISO 8601: hours stand behind a T.
    if short is not None and (short["unit"] != "H" or not spelled.startswith("P")):
        return duration(int(short["count"]) * _HOURS[short["unit"].lower()] * 3600)
    if not spelled.startswith("P"):
        raise ValueError("no duration")
    return duration(spelled)


def _readings(number: str) -> str:
    """Say of a number alone what it may have been meant for."""
    if number.isdigit() and int(number) <= LONGEST.days:
        return (
            f"{number} alone has no unit: write {number}d for {number} day{'' if int(number) == 1 else 's'}"
        )
    return f"{number} alone has no unit: write PT{number}S for {number} seconds"


def _audit_age(length: timedelta) -> timedelta:
    if length < SHORTEST_AUDIT:
        raise ValueError("too short")
    return length


def _pause(length: timedelta) -> timedelta:
    if not length:
        raise ValueError("no pause")
    return length


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("no whole number")  # noqa: TRY004 - pydantic collects ValueErrors
    return int(value)


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (OSError, LookupError, ValueError) as exc:
        raise ValueError("no time zone") from exc


def _letters(value: object) -> object:
    return re.split(r"[,\s]+", value.strip()) if isinstance(value, str) else value


def _once(kinds: tuple[HostKeyKind, ...]) -> tuple[HostKeyKind, ...]:
    if len(set(kinds)) < len(kinds):
        raise ValueError("twice the same")
    return kinds


def _named(value: object) -> object:
    if value == "":
        raise ValueError("no path")
    return value


def _own_schemas(value: object) -> object:
    return Path(str(files("flexibatch") / "data" / "schemas")) if value == "" else value


def _or_none(value: object) -> object:
    return None if value == "" else value


def _paths(value: object) -> object:
    return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value


def _flag(value: object) -> object:
    told = {"true": True, "false": False}.get(value) if isinstance(value, str) else value
    if not isinstance(told, bool):
        raise ValueError("neither true nor false")  # noqa: TRY004 - pydantic collects ValueErrors
    return told


Url = Annotated[str, Field(pattern=r"^[a-z]\w*(\+\w+)?://(/?[^/:]|//[^/])")]
Folder = Annotated[Path, BeforeValidator(_named)]
SchemaFolder = Annotated[Path, BeforeValidator(_own_schemas)]
OptionalFile = Annotated[Path | None, BeforeValidator(_or_none)]
OptionalLink = Annotated[
    Annotated[str, Field(pattern=r"^https?://[^/\s]+")] | None, BeforeValidator(_or_none)
]
Files = Annotated[tuple[Path, ...], BeforeValidator(_paths)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Environments = Annotated[frozenset[Environment], BeforeValidator(_letters), Field(min_length=1)]
HostKeys = Annotated[
    tuple[HostKeyKind, ...], BeforeValidator(_letters), Field(min_length=1), AfterValidator(_once)
]
Duration = Annotated[timedelta, BeforeValidator(duration)]
Retention = Annotated[timedelta, BeforeValidator(retention)]
AuditAge = Annotated[timedelta, BeforeValidator(retention), AfterValidator(_audit_age)]
Pause = Annotated[timedelta, BeforeValidator(duration), AfterValidator(_pause)]
Count = Annotated[int, BeforeValidator(_count), Field(ge=1)]
Size = Annotated[int, BeforeValidator(_count), Field(ge=0)]
Memory = Annotated[Count, Field(ge=SMALLEST_MEMORY)]
Quarters = Annotated[Count, Field(le=MOST_QUARTERS)]
RequestSize = Annotated[Count, Field(ge=SMALLEST_REQUEST, le=LARGEST_REQUEST)]
Classes = dict[str, str]
