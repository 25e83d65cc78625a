"""Moments and durations: read from the command line, and told to people in the channel's time zone."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

import click

from flexibatch.cli.late import LateModule

if TYPE_CHECKING:
    from flexibatch.settings import values
else:
    values = LateModule("flexibatch.settings.values")


class Moment(click.ParamType[date]):
    """Read a day, or an instant; what has no zone is meant where the channel lives."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it, or say what it looks like."""
        text = str(value)
        with suppress(ValueError):
            return date.fromisoformat(text)
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"'{text}' is no moment: give 2026-10-05, or 2026-10-05T09:30.", param, ctx)


class Length(click.ParamType[timedelta]):
    """Read a duration as the settings of what is kept do."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it, or say what it looks like."""
        if isinstance(value, timedelta):
            return value
        try:
            return values.retention(value)
        except values.UnitMissing as exc:
            self.fail(f"{exc}.", param, ctx)
        except ValueError:
            self.fail(f"'{value}' is no duration: give 30d, 12h, 2y or P30D, at most ten years.", param, ctx)


MOMENT, LENGTH = Moment(), Length()


def instant_of(moment: date | None, zone: tzinfo) -> datetime | None:
    """Give the instant a moment of the command line means: a day's is its beginning."""
    if moment is None:
        return None
    given = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    return given if given.tzinfo is not None else given.replace(tzinfo=zone)


def end_of(moment: date, zone: tzinfo) -> datetime | None:
    """Give the instant before which something was up to a moment: a day is included."""
    day = not isinstance(moment, datetime)
    return instant_of(moment + timedelta(days=1) if day else moment, zone)


def local(fields: Mapping[str, object], zone: tzinfo) -> dict[str, object]:
    """Give fields as people read them: instants in the channel's zone, to the second."""
    return {
        name: f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value
        for name, value in fields.items()
    }
