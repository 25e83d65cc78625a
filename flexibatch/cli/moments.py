"""Moments and durations: read from the command line, and told to people in the channel's time zone."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

import click

from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule

if TYPE_CHECKING:
    from flexibatch.settings import values
else:
    values = LateModule("flexibatch.settings.values")


@dataclass(frozen=True, slots=True)
class When:
    """A moment as the command line names it: an instant, a day, or a day so many before today."""

    instant: datetime | None = None
    day: date | None = None
    days_ago: int = 0
    now: datetime | None = None

    def day_in(self, zone: tzinfo) -> date | None:
        """Return the day that is meant where the channel lives; None for an instant."""
        if self.now is not None:
            return self.now.astimezone(zone).date() - timedelta(days=self.days_ago)
        return self.day


DAYS = {"today": 0, "yesterday": 1}


class Moment(click.ParamType[When]):
    """Read a day, an instant, or how long ago it was; what has no zone is meant where the channel lives."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> When:
        """Read it, or say what it looks like."""
        if isinstance(value, When):
            return value
        text = str(value)
        if text in DAYS:
            return When(days_ago=DAYS[text], now=_now(ctx))
        with suppress(ValueError):
            return When(day=date.fromisoformat(text))
        with suppress(ValueError):
            return When(datetime.fromisoformat(text))
        try:
            return When(_now(ctx) - values.retention(text))
        except ValueError:
            told = "2026-10-05, 2026-10-05T09:30, today, yesterday, or how long ago as P1D or 24h"
            self.fail(f"'{text}' is no moment: give {told}.", param, ctx)


def _now(ctx: click.Context | None) -> datetime:
    invocation = ctx.find_object(Invocation) if ctx is not None else None
    if invocation is None:
        raise ValueError("no command was called")
    return invocation.clock.now()


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


def instant_of(moment: When | None, zone: tzinfo) -> datetime | None:
    """Return the instant a moment of the command line means: a day's is its beginning."""
    if moment is None:
        return None
    day = moment.day_in(zone)
    given = moment.instant if day is None else datetime.combine(day, time())
    return given if given is None or given.tzinfo is not None else given.replace(tzinfo=zone)


def end_of(moment: When, zone: tzinfo) -> datetime | None:
    """Return the instant before which something was up to a moment: a day is included."""
    day = moment.day_in(zone)
    return instant_of(moment if day is None else When(day=day + timedelta(days=1)), zone)


def local(fields: Mapping[str, object], zone: tzinfo) -> dict[str, object]:
    """Return fields as people read them: instants in the channel's zone, to the second."""
    return {
        name: f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value
        for name, value in fields.items()
    }
