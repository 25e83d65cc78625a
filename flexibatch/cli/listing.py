"""The options that every list has: how it is shown, which columns, and how much of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from flexibatch.cli.csv_output import write_csv
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.output import json_option, say, show_json
from flexibatch.cli.tables import Row, Table, Times, show_list

if TYPE_CHECKING:
    from flexibatch.wiring.home import Home

F = TypeVar("F", bound=Callable[..., Any])

SHOWN = 1000
HINT = " (--wide or --columns shows them)"


@dataclass(frozen=True, slots=True)
class View:
    """How a list is to be shown; `limit` 0 is all of it."""

    table: Table
    limit: int = SHOWN
    as_json: bool = False
    as_csv: bool = False
    wide: bool = False
    columns: tuple[str, ...] = ()

    @property
    def most(self) -> int | None:
        """Return how many rows are to be looked up: one more than are shown, so that more are noticed."""
        return self.limit + 1 if self.limit else None

    def show(self, rows: Sequence[Row], times: Times | None = None, *, more: bool = False) -> None:
        """Show the last rows as was asked for, and say on stderr where there are more than these."""
        shown = rows[-self.limit :] if self.limit else rows
        table = self.table.of(self.columns) if self.columns else self.table
        if self.as_json:
            show_json(shown)
        elif self.as_csv:
            write_csv(table.keys, shown, times.zone if times is not None else None)
        else:
            show_list(table, shown, times, in_full=self.wide or bool(self.columns), hint=HINT)
        if more or len(shown) < len(rows):
            say(f"The last {self.limit} are shown, there are more: narrow it down, or give --limit 0.")


class Columns(click.ParamType[tuple[str, ...]]):
    """Read names of columns of a table, with commas between."""

    name = "columns"

    def __init__(self, table: Table) -> None:
        """Keep the table."""
        self._known = table.keys

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Read them, or say which there are."""
        if isinstance(value, tuple):
            return value
        named = tuple(dict.fromkeys(word.strip() for word in str(value).split(",")))
        unknown = [word for word in named if word not in self._known]
        if unknown:
            self.fail(f"there is no column '{unknown[0]}'. There are: {', '.join(self._known)}.", param, ctx)
        return named


def times(invocation: Invocation, home: "Home") -> Times:
    """Return the zone of a home, and the moment in which a command was called."""
    return Times(home.settings.timezone, invocation.clock.now())


def list_options(table: Table) -> Callable[[F], F]:
    """Return what gives a command the options of a list, as its argument `view`."""
    limit = click.IntRange(min=0)
    options = (
        json_option,
        click.option("--csv", "as_csv", is_flag=True, help="Show it as CSV, safe for spreadsheets."),
        click.option("--wide", is_flag=True, help="All columns in full, however wide the terminal is."),
        click.option("--columns", type=Columns(table), metavar="A,B", help="These columns in full."),
        click.option(
            "--limit",
            type=limit,
            default=SHOWN,
            show_default=True,
            help="Only the last ones of the list; 0 is all.",
        ),
    )

    def with_options(command: F) -> F:
        @wraps(command)
        def with_view(*arguments: object, **given: Any) -> object:  # noqa: ANN401 - whatever the command takes
            return command(*arguments, view=_view(table, given), **given)

        decorated = cast("F", with_view)
        for option in options:
            decorated = option(decorated)
        return decorated

    return with_options


def _view(table: Table, given: dict[str, Any]) -> View:
    """Take the options of a list out of those of a command."""
    shown = {name: given.pop(name) for name in ("limit", "as_json", "as_csv", "wide")}
    view = View(table, **shown, columns=given.pop("columns") or ())
    if view.as_json and (view.as_csv or view.wide or view.columns):
        raise click.UsageError("--json shows all fields: it goes with neither --csv, --wide nor --columns.")
    if view.wide and view.columns:
        raise click.UsageError("--wide shows all columns, --columns some: give one of them.")
    return view
