"""The engines that a benchmark runs on: SQLite in the home, PostgreSQL on a server that reaches the disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from flexibatch.settings import FILE
from flexibatch.wiring.home import Home, database_file
from samples.postgresql import Server

ENGINES = ("sqlite", "postgresql")


@contextmanager
def running_server() -> Iterator[Server]:
    """Yield a PostgreSQL server as it is used in earnest: what is committed is on disk."""
    server = Server.made(durable=True)
    try:
        yield server
    finally:
        server.remove()


def settle_on(engine: str, server: Server, folder: Path) -> None:
    """Name the database of a home that is to be made in a folder."""
    (folder / "home").mkdir()
    if engine == "postgresql":
        url = server.url(server.create())
        (folder / "home" / FILE).write_text(f'database = "{url}"\n', "utf-8")


def database_bytes(folder: Path) -> int:
    """Return how large the database of a home is."""
    home = Home.open(folder / "home", {})
    file = database_file(home.database)
    with home.database.reading() as connection:
        size = None if file else connection.scalar(text("SELECT pg_database_size(current_database())"))
    home.close()
    return file.stat().st_size if file else int(size or 0)


def spool_bytes(folder: Path) -> int:
    """Return how much the spool of a home holds."""
    return sum(path.stat().st_size for path in (folder / "home" / "spool").rglob("*") if path.is_file())
