"""The one way to show lists: as a table that fits the terminal, as cards where it is narrow, as lines into a pipe.

A terminal gets the columns that fit, the most important ones, in short: times without the date of today, counts of
one another. Into a pipe goes every column, each value in full: `grep`, `sort` and `awk` find what they look for.
"""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import click

from flexibatch.cli.moments import local
from flexibatch.cli.opened import environ
from flexibatch.cli.output import NOTHING, cell, say
from flexibatch.cli.screen import cut, folded, padded, width_of

Row = Mapping[str, object]

NARROW = 60
"""Characters of a terminal below which every row is a card, a field a line."""
GAP = "  "
HALF_A_YEAR = timedelta(days=180)
COLOURS = {
    "refused": "red",
    "partly": "yellow",
    "quarantine": "magenta",
    "quarantined": "magenta",
    "held": "yellow",
    "removed": "red",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field that it shows, its name on a terminal, how it is written there, how important it is.

    `rank` 1 is the last to be left out. `wide` columns stand on a terminal only when they are asked for. One that has
    a `least` width may be narrowed to it: its text is cut, or folded between words where it is `prose`.
    """

    key: str
    head: str = ""
    rank: int = 1
    wide: bool = False
    short: Callable[[Row], object] | None = None
    least: int = 0
    prose: bool = False

    @property
    def name(self) -> str:
        """Return what stands over it on a terminal."""
        return self.head or self.key.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of list: its title, its columns from left to right, and what their short forms mean."""

    title: str
    columns: tuple[Column, ...]
    legend: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the names by which columns are asked for."""
        return tuple(column.key for column in self.columns)

    def of(self, keys: Sequence[str]) -> "Table":
        """Return the table with some columns alone, in the order asked for."""
        by_key = {column.key: column for column in self.columns}
        return Table(self.title, tuple(by_key[key] for key in keys), self.legend)


@dataclass(frozen=True, slots=True)
class Times:
    """The zone in which instants are shown, and the moment that counts as now."""

    zone: tzinfo
    now: datetime

    def short(self, instant: datetime) -> str:
        """Return the hour of an instant of today, the day before it for one of half a year, else the date alone."""
        there, today = instant.astimezone(self.zone), self.now.astimezone(self.zone).date()
        if there.date() == today:
            return f"{there:%H:%M}"
        return f"{there:%d %b %H:%M}" if abs(there.date() - today) < HALF_A_YEAR else f"{there:%d %b %Y}"


REFUSED_OF_LINES = "refused: of all lines"


def refused_of_lines(row: Row) -> str | None:
    """Return how many lines were refused of how many; nothing where none were counted.

    >>> refused_of_lines({"refused": 5, "lines": 21}), refused_of_lines({"refused": None, "lines": None})
    ('5/21', None)
    """
    return f"{row['refused']}/{row['lines']}" if row["lines"] else None


def show_list(
    table: Table, rows: Sequence[Row], times: Times | None = None, *, in_full: bool = False, hint: str = ""
) -> None:
    """Show rows; with `in_full` every column of the table, each value as it is, however wide the terminal is.

    `hint` says how columns are had that do not fit.
    """
    width = screen_width()
    if not rows:
        say(f"{table.title}: none.")
    elif width is None:
        _write_lines([list(table.keys), *_full_cells(table, rows, times)])
    elif in_full:
        click.echo(_title(Table(table.title, table.columns), rows, times))
        names = [column.name for column in table.columns]
        _draw(table, [names, *_full_cells(table, rows, times)])
    else:
        _show_fitting(table, rows, times, width, hint)


def screen_width() -> int | None:
    """Return how many characters a line may have, as COLUMNS or the terminal says; None into a pipe."""
    told = environ().get("COLUMNS", "")
    if told.isascii() and told.isdigit() and int(told):
        return int(told)
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _show_fitting(table: Table, rows: Sequence[Row], times: Times | None, width: int, hint: str) -> None:
    usual = Table(table.title, tuple(one for one in table.columns if not one.wide), table.legend)
    cells = [[_short(column, row, times) for column in usual.columns] for row in rows]
    for line in folded(_title(usual, rows, times), width):
        click.echo(line)
    if width < NARROW:
        _draw_cards(usual, cells, width)
        return
    widths = fitting(usual, cells, width)
    shown = [place for place, room in enumerate(widths) if room]
    kept = Table(usual.title, tuple(usual.columns[place] for place in shown))
    heads = [column.name for column in kept.columns]
    _draw(kept, [heads, *([row[place] for place in shown] for row in cells)], [widths[n] for n in shown])
    told = [any(text != NOTHING for text in texts) for texts in zip(*cells, strict=True)]
    left = [usual.columns[place].key for place, room in enumerate(widths) if told[place] and not room]
    for line in folded(f"No room for: {', '.join(left)}{hint}.", width) if left else ():
        say(line)


def fitting(table: Table, cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the width of every column, 0 for one that is left out: the least important ones do not fit.

    A column in which no row has anything is left out too. The first in rank stays, whatever there is room for.
    """
    natural = [
        max(map(width_of, [column.name, *texts])) if any(text != NOTHING for text in texts) else 0
        for column, *texts in zip(table.columns, *cells, strict=True)
    ]
    least = [
        min(whole, max(column.least, width_of(column.name))) if column.least else whole
        for column, whole in zip(table.columns, natural, strict=True)
    ]
    room, widths = width + len(GAP), [0] * len(natural)
    for place in sorted(range(len(natural)), key=lambda place: table.columns[place].rank):
        if natural[place] and (least[place] + len(GAP) <= room or not any(widths)):
            widths[place] = least[place]
            room -= least[place] + len(GAP)
    for place, taken in enumerate(widths):
        more = min(natural[place] - taken, max(room, 0)) if taken else 0
        widths[place] += more
        room -= more
    return widths


def _title(table: Table, rows: Sequence[Row], times: Times | None) -> str:
    """Return the title with the zone, named once where there are instants, and what is told in short."""
    instants = any(isinstance(row[key], datetime) for row in rows for key in table.keys)
    zone = f"times in {times.zone}" if times is not None and instants else ""
    told = "; ".join(part for part in (zone, table.legend) if part)
    return f"{table.title} ({told})" if told else table.title


def _short(column: Column, row: Row, times: Times | None) -> str:
    value = column.short(row) if column.short is not None else row[column.key]
    if isinstance(value, datetime) and times is not None:
        return times.short(value)
    return cell(value)


def _full_cells(table: Table, rows: Sequence[Row], times: Times | None) -> list[list[str]]:
    told = [local(row, times.zone) if times is not None else row for row in rows]
    return [[cell(row[key]) for key in table.keys] for row in told]


def _write_lines(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(len(text) for text in texts) for texts in zip(*lines, strict=True)]
    for line in lines:
        texts = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        click.echo(GAP.join(texts).rstrip())


def _draw(table: Table, lines: Sequence[Sequence[str]], widths: Sequence[int] = ()) -> None:
    """Write heads, a rule and rows; a row is as many lines high as its prose needs."""
    wide = list(widths) or [max(map(width_of, texts)) for texts in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        stacks = [
            folded(text, room, whole_words=False) if column.prose and number else [cut(text, room)]
            for column, text, room in zip(table.columns, line, wide, strict=True)
        ]
        for height in range(max(map(len, stacks))):
            parts = [stack[height] if height < len(stack) else "" for stack in stacks]
            _write_parts(parts, wide, coloured=number > 0)
        if number == 0:
            click.echo("─" * (sum(wide) + len(GAP) * (len(wide) - 1)))


def _write_parts(parts: Sequence[str], widths: Sequence[int], *, coloured: bool) -> None:
    line = GAP.join(
        _coloured(part, padded(part, width)) if coloured else padded(part, width)
        for part, width in zip(parts, widths, strict=True)
    )
    click.echo(line.rstrip())


def _draw_cards(table: Table, cells: Sequence[Sequence[str]], width: int) -> None:
    """Write rows one under the other, a field a line; no ticket or name is broken."""
    label = max(width_of(column.name) for column in table.columns)
    for row in cells:
        click.echo()
        for column, text in zip(table.columns, row, strict=True):
            if text == NOTHING:
                continue
            first, *others = folded(text, width - label - len(GAP), whole_words=not column.prose)
            click.echo(f"{padded(column.name, label)}{GAP}{_coloured(text, first)}")
            for other in others:
                click.echo(f"{' ' * label}{GAP}{other}")


def _coloured(word: str, text: str) -> str:
    """Return a text in the colour of what it says, on a terminal, unless NO_COLOR is set."""
    colour = COLOURS.get(word)
    if colour is None or not sys.stdout.isatty() or environ().get("NO_COLOR"):
        return text
    return click.style(text, fg=colour)
