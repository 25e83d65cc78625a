"""Bring the database to this program's tables, or tell whether the two belong together."""

from dataclasses import dataclass

from flexibatch.adapters.store import upgrade as revisions
from flexibatch.domain.operators import By
from flexibatch.wiring.home import Home


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """Which revision a database is at, which one this program wants, and where its tables differ."""

    ready: bool
    revision: str | None
    wanted: str
    differences: tuple[str, ...]


def upgrade(home: Home, by: By) -> str:
    """Bring the database to the tables of this program; return the revision that was reached."""
    return revisions.upgrade(home.database, by)


def compare(home: Home) -> DatabaseState:
    """Return how the database stands to this program."""
    state = revisions.state(home.database)
    return DatabaseState(state.ready, state.current, state.wanted, state.differences)
