"""The one way to show: results on stdout, as a table for people or as JSON; messages on stderr.

On a terminal tables are drawn; into a pipe every row is one line of columns, two spaces between them, and an
empty value is a hyphen, so that `grep`, `sort` and `awk` find what they look for.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from io import TextIOWrapper
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from flexibatch.cli.remarks import remark
from flexibatch.domain.findings import legible

if TYPE_CHECKING:
    from rich.table import Table

F = TypeVar("F", bound=Callable[..., Any])

NOTHING = "-"
SENTENCE = 20
"""Characters from which on a text with spaces is a sentence: no moment and no number has as many."""


def json_option(command: F) -> F:
    """Return a command the option `--json`, as its argument `as_json`."""
    option = click.option("--json", "as_json", is_flag=True, help="Show the result as JSON.")
    return option(command)


def spare_signs() -> None:
    """Write signs that stdout or stderr cannot hold as escapes: a name or a value ends no command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(sentence: str) -> None:
    """Report something on stderr that is no result; with `--json` when the command has ended well."""
    remark(sentence)


def show_table(
    title: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]], as_json: bool
) -> None:
    """Show rows by the columns named; as JSON a list of objects, a title without rows is told on stderr."""
    picked = [{column: row[column] for column in columns} for row in rows]
    if as_json:
        show_json(picked)
    elif not picked:
        say(f"{title}: none.")
    else:
        cells = [[cell(value) for value in row.values()] for row in picked]
        _draw(title, columns, cells) if sys.stdout.isatty() else _align([list(columns), *cells])


def show_object(title: str, fields: Mapping[str, object], as_json: bool) -> None:
    """Show one thing, a field a line; as JSON one object. Lists of values stand on their lines together."""
    if as_json:
        show_json(fields)
    elif sys.stdout.isatty():
        _draw(title, ("", ""), [[name, cell(value)] for name, value in fields.items()])
    else:
        _align([[name, cell(value)] for name, value in fields.items()])


def show_json(value: object) -> None:
    """Show a value as JSON, which is UTF-8 or, where that is not written, escapes that are read as such."""
    click.echo(json_text(value, ascii_only=not sys.stdout.encoding.lower().startswith("utf")))


def json_text(value: object, *, ascii_only: bool = False) -> str:
    r"""Write a value as JSON, days and instants in ISO 8601; what a terminal would obey or hide stands escaped.

    >>> json_text("a\u202eb")
    '"a\\u202eb"'
    """
    text = json.dumps(value, ensure_ascii=ascii_only, indent=2, default=_plain)
    if text.replace("\n", "").isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign == "\n" else json.dumps(sign)[1:-1] for sign in text)


def cell(value: object) -> str:
    """Write a value as one line of text that no terminal obeys.

    >>> cell(None), cell(True), cell(["a", "b"]), cell(date(2026, 10, 5))
    ('-', 'yes', 'a, b', '2026-10-05')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(cell(one) for one in value) or NOTHING
    return legible(str(_plain(value)) if value is not None else "") or NOTHING


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path | set | frozenset):
        return str(value) if isinstance(value, Path) else sorted(value)
    return value


def _align(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(len(text) for text in column) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _draw(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only a terminal waits for it

    console = Console()
    if any(columns) and _width(columns, rows) > console.width:
        columns, rows = _without_empty(columns, rows)
    if any(columns) and _least_width(columns, rows) > console.width:
        _stack(title, columns, rows)
    else:
        console.print(_table(title, columns, rows))


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> "Table":
    """Make a table in which only sentences are broken, between words."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - only a terminal waits for it
    from rich.table import Table  # noqa: PLC0415 - the same
    from rich.text import Text  # noqa: PLC0415 - the same

    table = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_header=any(columns)
    )
    for column, *cells in zip(columns, *rows, strict=True):
        table.add_column(column.replace("_", " "), overflow="fold", no_wrap=not _is_prose(cells))
    for row in rows:
        table.add_row(*(Text(text) for text in row))
    return table


def _without_empty(
    columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Leave out the columns in which no row has anything."""
    told = [any(text != NOTHING for text in cells) for cells in zip(*rows, strict=True)]
    return list(compress(columns, told)), [list(compress(row, told)) for row in rows]


def _is_prose(cells: Sequence[str]) -> bool:
    """Return whether a column holds sentences, which may be broken between words."""
    return any(len(text) > SENTENCE and " " in text for text in cells)


def _width(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Count the characters of the widest line, with the two that stand between columns."""
    return sum(max(map(len, column)) + 2 for column in zip(columns, *rows, strict=True)) + 1


def _least_width(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Count the characters a line has at least: of sentences only the longest word, but never a sliver."""
    least = 0
    for column, *cells in zip(columns, *rows, strict=True):
        words = " ".join(cells).split() if _is_prose(cells) else cells
        least += max(SENTENCE if _is_prose(cells) else 0, *map(len, [column, *words])) + 2
    return least + 1


def _stack(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Show a table that is wider than the terminal row by row, a field a line: no ticket or name is broken."""
    width = max(map(len, columns))
    click.echo(title)
    for row in rows:
        click.echo()
        for column, text in zip(columns, row, strict=True):
            if text != NOTHING:
                click.echo(f"  {column.replace('_', ' ').ljust(width)}  {text}")
    click.echo()
