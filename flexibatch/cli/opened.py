"""Open the home a command works on, for as long as it runs."""

import os
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.domain.operators import By

if TYPE_CHECKING:
    from flexibatch import logs
    from flexibatch.wiring import home as homes
    from flexibatch.wiring.home import Home
else:
    homes, logs = LateModule("flexibatch.wiring.home"), LateModule("flexibatch.logs")

REFUSED_OR_TROUBLE = "\b\nExit status: 0 done; 2 it cannot be done as asked; 3 trouble with database or disk."
"""What most commands say of their exit status."""


def open_home(invocation: Invocation) -> "Home":
    """Open the home, ready for work; it is closed when the command ends."""
    return _logging(_kept(homes.Home.open(invocation.home, environ())))


def open_records(invocation: Invocation) -> "Home":
    """Open the home for what looks into its database only: nothing is logged, so that no library for it loads."""
    home = _kept(homes.Home.open(invocation.home, environ()))
    logs.ask(home.settings.log_format, home.settings.log_level)
    return home


def open_unchecked(invocation: Invocation) -> "Home":
    """Open the home whatever its database holds; it is closed when the command ends."""
    return _logging(_kept(homes.Home.unchecked(invocation.home, environ())))


def environ() -> Mapping[str, str]:
    """Return the environment of this process: the one place where it is read."""
    return os.environ


def by(invocation: Invocation, note: str | None = None) -> By:
    """Return who acts now, and why."""
    return By(invocation.acting, invocation.clock.now(), note)


def today(invocation: Invocation, home: "Home") -> date:
    """Return the day it is where the channel lives."""
    return invocation.clock.now().astimezone(home.settings.timezone).date()


def _logging(home: "Home") -> "Home":
    logs.configure(home.settings.log_format, home.settings.log_level)
    return home


def _kept(home: "Home") -> "Home":
    click.get_current_context().call_on_close(home.close)
    return home


class Day(click.ParamType[date]):
    """Read a day as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it, or say what a day looks like."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            self.fail(f"'{value}' is no day: give it as YYYY-MM-DD, for example 2026-10-05.", param, ctx)


DAY = Day()
