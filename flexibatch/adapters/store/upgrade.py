"""Bring the database to this program's tables, and tell where the two differ."""

from dataclasses import dataclass
from importlib.resources import files

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from flexibatch.adapters.store import triggers
from flexibatch.adapters.store.audit import By, note
from flexibatch.adapters.store.data_loss import nothing_lost
from flexibatch.adapters.store.engine import Database
from flexibatch.adapters.store.revisions import TABLE, current_revision, refuse_newer, wanted_revision
from flexibatch.adapters.store.schema import metadata
from flexibatch.errors import Refusal


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Which revision a database is at, which one this program wants, and where its tables differ."""

    current: str | None
    wanted: str
    differences: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Return whether program and database belong together."""
        return self.current == self.wanted and not self.differences


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("flexibatch.adapters.store") / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, by: By | None = None) -> str:
    """Run all the migrations that are missing, in one transaction; give the revision reached.

    Raise `Refusal` for what is no database of this program, is newer, or would lose something.
    With `by` the audit is told who had it done, where anything was.
    """
    reached = wanted_revision()
    with database.writing() as connection:
        _refuse_foreign(connection)
        before = current_revision(connection)
        refuse_newer(before)
        if before != reached:
            with nothing_lost(connection):
                command.upgrade(_config(connection), "head")
        if by is not None and before != reached:
            note(connection, by, "db upgrade", reached, before=before)
    return reached


def state(database: Database) -> SchemaState:
    """Compare a database with this program, both ways."""
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        current = current_revision(connection)
        differences = compare_metadata(context, metadata) if current else []
        missing = triggers.missing(connection) if current == wanted_revision() else []
    told = [*map(str, differences), *(f"the trigger {name} is missing" for name in missing)]
    return SchemaState(current, wanted_revision(), tuple(difference[:200] for difference in told))


def _refuse_foreign(connection: Connection) -> None:
    tables = set(inspect(connection).get_table_names())
    if tables and TABLE not in tables:
        raise Refusal("The database holds tables of something else. Give flexibatch a database of its own.")
