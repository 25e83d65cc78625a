"""Tell the revision of a database and those this program knows.

Alembic says the same (a test compares); every command asks, and should not wait for Alembic to load.
"""

import re
from functools import cache
from importlib.resources import files

from sqlalchemy import Connection, column, inspect, select, table

from flexibatch.adapters.store.engine import Database
from flexibatch.errors import Refusal

TABLE = "alembic_version"
_MIGRATION = re.compile(r"([0-9]{4})_\w+\.py")


@cache
def known_revisions() -> tuple[str, ...]:
    """Return the revisions of the package's migrations, oldest first: the numbers their files begin with."""
    names = (
        path.name for path in files("flexibatch.adapters.store").joinpath("migrations/versions").iterdir()
    )
    return tuple(sorted(found[1] for found in map(_MIGRATION.fullmatch, names) if found))


def wanted_revision() -> str:
    """Name the revision this program was made for."""
    return known_revisions()[-1]


def current_revision(connection: Connection) -> str | None:
    """Return the revision a database is at, None where it holds no tables of this program."""
    if not inspect(connection).has_table(TABLE):
        return None
    revision: str | None = connection.scalar(select(column("version_num")).select_from(table(TABLE)))
    return revision


def require_ready(database: Database) -> None:
    """Refuse to work on a database that is missing, older or newer than this program."""
    with database.reading() as connection:
        current = current_revision(connection)
    wanted = wanted_revision()
    if current == wanted:
        return
    if current is None:
        raise Refusal("The database holds no flexibatch tables yet. Run `flexibatch init` first.")
    refuse_newer(current)
    raise Refusal(
        f"The database is older than this program (revision {current}, wanted {wanted}). "
        "Make a backup, then run `flexibatch db upgrade`."
    )


def refuse_newer(current: str | None) -> None:
    """Refuse a database that a newer program brought up to date."""
    if current is not None and current not in known_revisions():
        raise Refusal(
            f"The database is newer than this program (revision {current}, this program knows up to "
            f"{wanted_revision()}). Install the newer flexibatch."
        )
