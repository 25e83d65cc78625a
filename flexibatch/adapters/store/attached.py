"""Rows of a large set in a file that is attached to a connection to SQLite, and written by one statement a table.

SQLite has one writer: rows that are handed over one by one hold it twice as long as those that it takes from a file.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table

from flexibatch.adapters.store.bulk import Rows, given_columns
from flexibatch.adapters.store.forms import BY_FORM, IN_ORDER, FormRows
from flexibatch.adapters.store.staging import KEPT, rows_kept
from flexibatch.adapters.store.tables import form
from flexibatch.errors import Unavailable


@contextmanager
def _kept() -> Iterator[None]:
    """Turn what the disk refuses into trouble."""
    try:
        with rows_kept():
            yield
    except sqlite3.OperationalError as exc:
        raise Unavailable(f"{KEPT} ({exc}): look at free space there; it is tried again.") from exc


def _columns(table: Table) -> list[str]:
    return [column.name for column in given_columns(table)]


def _statement(table: Table) -> str:
    """Return the statement that writes all rows of a table in document order."""
    columns = _columns(table)
    if table not in BY_FORM:
        chosen = ", ".join(columns)
        return f"INSERT INTO main.{table.name} ({chosen}) SELECT {chosen} FROM staged.{table.name} ORDER BY in_form, nth"  # noqa: S608, E501
    rest = ", ".join(f"s.{name}" for name in columns[1:])
    # CROSS JOIN: SQLite reads the tables in this order, so that nothing is to be sorted.
    return (
        f"INSERT INTO main.{table.name} ({', '.join(columns)}) SELECT f.id, {rest} FROM main.form AS f"  # noqa: S608
        f" CROSS JOIN staged.{table.name} AS s ON s.in_form = f.number"
        " WHERE f.set_ticket = :ticket ORDER BY f.number, s.nth"
    )


_NEW_FORMS = (
    "INSERT INTO main.form (ticket, set_ticket, number) SELECT s.ticket, :ticket, s.number FROM staged.form AS s"
    " WHERE NOT EXISTS (SELECT 1 FROM main.form AS f WHERE f.set_ticket = :ticket AND f.number = s.number)"
    " ORDER BY s.in_form"
)
"""Forms that an earlier run has not given their tickets."""
_STATEMENTS = (_NEW_FORMS, *map(_statement, IN_ORDER))


class AttachedRows:
    """The rows of a set's Forms, as a file of SQLite that is attached to one connection."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        """Keep the driver's connection."""
        self._driver = driver

    @classmethod
    @contextmanager
    def of(
        cls, connection: Connection, forms: Iterable[FormRows], folder: Path | None
    ) -> Iterator["AttachedRows"]:
        """Yield the rows of Forms in a file without a name in a folder (None: the machine's), gone at the end.

        The connection has no transaction open when this begins, nor when it ends.
        """
        driver = connection.connection.driver_connection
        if not isinstance(driver, sqlite3.Connection):
            raise TypeError("files are attached to connections to SQLite")
        rows = cls(driver)
        rows._attach(folder)
        try:
            rows._fill(forms)
            yield rows
        finally:
            driver.execute("DETACH staged")

    def _attach(self, folder: Path | None) -> None:
        with _kept():
            handle, name = tempfile.mkstemp(dir=folder)
            os.close(handle)
            try:
                self._driver.execute("ATTACH ? AS staged", (name,))
            finally:
                Path(name).unlink()

    def _fill(self, forms: Iterable[FormRows]) -> None:
        # What is lost with the process needs no journal; `with` ends the transaction, whatever happens.
        self._driver.execute("PRAGMA staged.journal_mode = OFF")
        self._driver.execute("PRAGMA staged.synchronous = OFF")
        with _kept(), self._driver:
            self._driver.execute("BEGIN")
            for table in (form, *IN_ORDER):
                columns = ", ".join(("in_form INTEGER", "nth INTEGER", *_columns(table)))
                self._driver.execute(
                    f"CREATE TABLE staged.{table.name} ({columns}, PRIMARY KEY (in_form, nth)) WITHOUT ROWID"
                )
            for one in forms:
                self._add(form, one.number, [(one.ticket, None, one.number)])
                for table in IN_ORDER:
                    self._add(table, one.number, one.rows.get(table.name, ()))

    def _add(self, table: Table, number: int, rows: Rows) -> None:
        marks = "?, " * (1 + len(given_columns(table)))
        self._driver.executemany(
            f"INSERT INTO staged.{table.name} VALUES ({marks}?)",  # noqa: S608
            ((number, nth, *row) for nth, row in enumerate(rows)),
        )

    def write(self, connection: Connection, set_ticket: str) -> None:
        """Write all rows in an open transaction of the same connection."""
        given = {"ticket": set_ticket}
        for statement in _STATEMENTS:
            connection.exec_driver_sql(statement, given)
