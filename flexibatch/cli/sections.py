"""Show one thing in sections for people: its own fields, then tables of what belongs to it."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

import click

from flexibatch.cli.moments import local
from flexibatch.cli.output import show_json, show_object, show_table

OPERATIONS = {"0": "original", "1": "modification", "3": "cancellation"}


class Sections:
    """Show sections one under the other, instants in the channel's zone."""

    def __init__(self, zone: tzinfo) -> None:
        """Keep the zone."""
        self._zone = zone

    def fields(self, title: str, fields: Mapping[str, object]) -> None:
        """Show the fields that hold something plain; what has fields of its own gets a section."""
        own = {name: value for name, value in fields.items() if not _has_parts(value)}
        show_object(title, local(own, self._zone), as_json=False)

    def rows(self, title: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
        """Show a table under its title, nothing where there are no rows."""
        told = [local(row, self._zone) for row in rows]
        if not told:
            return
        if not sys.stdout.isatty():
            click.echo(f"\n{title}")
        show_table(title, columns, told, as_json=False)


def show_rows(
    title: str, columns: Sequence[str], rows: Sequence[Mapping[str, object]], *, zone: tzinfo, as_json: bool
) -> None:
    """Show rows: as JSON all that is known of them, for people the columns, instants in the zone."""
    if as_json:
        show_json(rows)
    else:
        show_table(title, columns, [local(row, zone) for row in rows], as_json=False)


def _has_parts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)


def for_people(rows: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """Return rows with `amount` in euros beside eurocents, and operations in words.

    >>> for_people([{"eurocents": 40005, "operation": "1"}])
    [{'eurocents': 40005, 'operation': 'modification', 'amount': '400.05'}]
    """
    return [
        {**row, "amount": euros(row["eurocents"])}
        | ({"operation": OPERATIONS[str(row["operation"])]} if "operation" in row else {})
        for row in rows
    ]


def euros(eurocents: object) -> str | None:
    """Return an amount as people write it, None for none."""
    if not isinstance(eurocents, int):
        return None
    whole, cents = divmod(eurocents, 100)
    return f"{whole}.{cents:02d}"
