"""What the database tells about the health of the channel."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from flexibatch.adapters.store.engine import instant
from flexibatch.adapters.store.tables import audit, file_set, register_import, run

_MOMENTS = (audit.c.at, file_set.c.claimed_at, register_import.c.imported_at, run.c.decided_at)


def newest_moment(connection: Connection) -> datetime | None:
    """Give the last moment at which the channel wrote something down, None before the first."""
    moments = [connection.scalar(select(func.max(column))) for column in _MOMENTS]
    return max((instant(moment) for moment in moments if moment is not None), default=None)
