"""Open the database, keep its transactions honest, translate its errors once."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    TimeoutError,  # noqa: A004 - the pool's own
)

from flexibatch.errors import Refusal, Remedy, Superseded, Unavailable, without_password

BUSY_SECONDS = 60
DRIVER = "psycopg"
UNIQUE_VIOLATION = "23505"
UNDONE = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: another transaction was let through, this one is to be done again."""
READ_ONLY, NO_RIGHT, NO_TABLE, NO_COLUMN = "25006", "42501", "42P01", "42703"
IDLE_SECONDS = 600
"""After which a transaction that asks nothing is ended by PostgreSQL: its process hangs, or its machine is gone."""
_SESSION = {
    "application_name": "flexibatch",
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "options": f"-c lock_timeout={BUSY_SECONDS}s -c idle_in_transaction_session_timeout={IDLE_SECONDS}s"
    " -c timezone=UTC -c search_path=public -c default_transaction_isolation=read\\ committed",
}
"""What the channel asks of every session, whatever the server's own defaults are; times in seconds."""

_POOL = {"pool_size": 5, "max_overflow": 5, "pool_timeout": 30, "pool_pre_ping": True}
"""Connections that a process keeps to PostgreSQL, and may open beyond; seconds to wait for one that is free. One that a
restarted server has forgotten is noticed before a transaction begins."""

PAGE_BYTES = 8192
"""A page of a SQLite database that is made here: twice the default, a tenth less work for what one file writes."""

CACHE_KIBIBYTES = 16_384
"""Of pages that SQLite keeps in memory: enough for what one large file writes to."""


class Database:
    """The engine of one database; every access goes through `reading` or `writing`."""

    def __init__(self, url: str) -> None:
        """Prepare the engine of a SQLAlchemy URL; nothing is opened yet."""
        self.url = url
        try:
            parsed = make_url(url)
            self.engine = create_engine(
                parsed,
                connect_args=_arguments(parsed.get_backend_name()),
                **(_POOL if parsed.get_backend_name() == "postgresql" else {}),
            )
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as exc:
            if isinstance(exc, ModuleNotFoundError) and exc.name == DRIVER:
                raise _without_driver() from exc
            told = without_password(url)
            raise Refusal(
                f"The setting database = {told!r} is no database URL that can be opened here: "
                f"{without_password(str(exc))}."
            ) from exc
        if self.engine.dialect.name == "sqlite":
            _keep_sqlite_honest(self.engine)

    @property
    def has_one_writer(self) -> bool:
        """Return whether a transaction that writes keeps all others that would write waiting: SQLite's does."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open one transaction that is committed at the end, and wholly undone when anything is raised."""
        with _translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """Open a connection without a transaction, for what must come before one."""
        with _translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection that keeps nothing."""
        with _translated(), self.engine.connect().execution_options(reading=True) as connection:
            yield connection

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """Open a connection that keeps nothing and sees the database as it stands now, whatever others write."""
        with _translated(), self.engine.connect() as connection:
            yield connection.execution_options(reading=True, **_as_it_stands(self.engine.dialect.name))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _without_driver() -> Refusal:
    told = f"The driver of PostgreSQL ({DRIVER}) is not installed for this program."
    return Refusal(told, remedy=Remedy.INSTALL_DRIVER, about=sys.executable)


def _as_it_stands(backend: str) -> dict[str, Any]:
    """Return what a transaction is asked for that sees one state; in SQLite every one does."""
    return {"isolation_level": "REPEATABLE READ"} if backend == "postgresql" else {}


def _arguments(backend: str) -> dict[str, Any]:
    if backend == "sqlite":
        return {"timeout": BUSY_SECONDS}
    return _SESSION if backend == "postgresql" else {}


def _keep_sqlite_honest(engine: Engine) -> None:
    """Make SQLite check foreign keys, write ahead, and take its write lock when a transaction begins."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the vendor's errors into the channel's, cause kept."""
    try:
        yield
    except IntegrityError as exc:
        if not _is_taken(exc):
            raise
        raise _superseded() from exc
    except OperationalError as exc:
        if _sqlstate(exc) in UNDONE:
            raise _superseded() from exc
        raise Unavailable(
            f"The database does not answer as it should ({_first_line(exc)}). Nothing was done by halves: the channel "
            "tries again by itself, a command is to be repeated; `flexibatch doctor` says what to look at."
        ) from exc
    except TimeoutError as exc:
        raise Unavailable(
            "All connections of this process to the database are in use. The work is kept and tried again."
        ) from exc
    except DBAPIError as exc:
        if exc.connection_invalidated:
            raise Unavailable(
                "The connection to the database was lost. The work is kept and tried again."
            ) from exc
        if _sqlstate(exc) in _CLOSED:
            raise Unavailable(_CLOSED[str(_sqlstate(exc))].format(_first_line(exc))) from exc
        if type(exc) is DatabaseError:
            raise Unavailable(
                f"The database is damaged, or is none ({_first_line(exc)}). Put the last backup back."
            ) from exc
        raise


_OTHER_TABLES = (
    "The database does not hold the tables of this program ({}): `flexibatch db check` tells what differs. The work is "
    "kept and tried again."
)
_CLOSED = {
    NO_TABLE: _OTHER_TABLES,
    NO_COLUMN: _OTHER_TABLES,
    READ_ONLY: "The database takes no changes ({}): it is a standby, or set to read only. Name the server that writes "
    "in the setting `database`; the work is kept and tried again.",
    NO_RIGHT: "The database does not let the channel's login do this ({}). Run deploy/postgresql/roles.sql again; "
    "`flexibatch doctor` names what is closed. The work is kept and tried again.",
}


def _superseded() -> Superseded:
    return Superseded(
        "Another process wrote to the same at the same moment, so this was undone as a whole: repeat it."
    )


def _sqlstate(exc: DBAPIError) -> str | None:
    return getattr(exc.orig, "sqlstate", None)


def _is_taken(exc: IntegrityError) -> bool:
    """Return whether somebody else was first with a key; any other broken constraint is a bug."""
    return _sqlstate(exc) == UNIQUE_VIOLATION or str(exc.orig).startswith("UNIQUE")


def _first_line(exc: DBAPIError) -> str:
    return str(exc.orig).strip().splitlines()[0] if str(exc.orig).strip() else type(exc.orig).__name__


def stored(moment: datetime) -> datetime:
    """Return an instant as the tables hold it: UTC, without zone.

    >>> stored(datetime(2026, 10, 5, 9, 0, tzinfo=UTC))
    datetime.datetime(2026, 10, 5, 9, 0)
    """
    return moment.astimezone(UTC).replace(tzinfo=None)


def instant(value: datetime) -> datetime:
    """Return a stored instant its zone back."""
    return value.replace(tzinfo=UTC)
