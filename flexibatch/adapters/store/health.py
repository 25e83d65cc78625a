"""What the database tells about the health of the channel."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select, text

from flexibatch.adapters.store.bulk import Among
from flexibatch.adapters.store.engine import instant
from flexibatch.adapters.store.tables import audit, file_set, metadata, register_import, run

_KNOWN = Among(select(file_set.c.ticket), file_set.c.ticket)
_LOGIN = text("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
_OWNED = text("""
SELECT count(*) FROM pg_tables
WHERE schemaname = current_schema() AND tablename = ANY(:tables) AND pg_has_role(tableowner, 'USAGE')
""")
_CLOSED = text("""
SELECT tablename FROM pg_tables
WHERE schemaname = current_schema() AND tablename = ANY(:tables)
AND NOT (has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT')
         AND (tablename = 'alembic_version' OR has_table_privilege(format('%I.%I', schemaname, tablename), 'INSERT')))
ORDER BY tablename
""")
_SERVER = text("""
SELECT datcollate, pg_encoding_to_char(encoding),
       inet_server_addr() IS NULL OR coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)
FROM pg_database WHERE datname = current_database()
""")
_MOMENTS = (audit.c.at, file_set.c.claimed_at, register_import.c.imported_at, run.c.decided_at)


def newest_moment(connection: Connection) -> datetime | None:
    """Return the last moment at which the channel wrote something down, None before the first."""
    moments = [connection.scalar(select(func.max(column))) for column in _MOMENTS]
    return max((instant(moment) for moment in moments if moment is not None), default=None)


def newest_reception(connection: Connection) -> date | None:
    """Return the last day on which a set was received, None before the first."""
    newest: date | None = connection.scalar(select(func.max(file_set.c.received_on)))
    return newest


def unknown(connection: Connection, tickets: Collection[str]) -> set[str]:
    """Return which of some tickets no set has."""
    return set(tickets) - {row[0] for row in _KNOWN.rows(connection, tickets)}


@dataclass(frozen=True, slots=True)
class Rights:
    """What a login may do on PostgreSQL: `closed` are the tables that it may not read and add to."""

    login: str
    superuser: bool
    owner: bool
    closed: list[str]


def rights(connection: Connection) -> Rights | None:
    """Return what the channel's login may do, None on SQLite, where whoever opens the file may do all."""
    if connection.dialect.name != "postgresql":
        return None
    login, superuser = connection.execute(_LOGIN).one()
    tables = {"tables": [*metadata.tables, "alembic_version"]}
    owned = connection.scalar(_OWNED, tables) or 0
    return Rights(login, superuser, owned > 0, list(connection.scalars(_CLOSED, tables)))


@dataclass(frozen=True, slots=True)
class ServerState:
    """How a PostgreSQL database sorts and writes, and whether nobody on the way to it can listen."""

    collation: str
    encoding: str
    private: bool


def server(connection: Connection) -> ServerState | None:
    """Return how the database is set up on its server, None on SQLite."""
    if connection.dialect.name != "postgresql":
        return None
    collation, encoding, private = connection.execute(_SERVER).one()
    return ServerState(collation, encoding, private)
