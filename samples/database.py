"""Where the demo keeps its records: on SQLite in each home, or on a PostgreSQL server of its own."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

SETTINGS = "flexibatch.toml"


class Engine:
    """Keep the records of a home in the home, as the program does where nothing is configured."""

    lasting = True
    told = "Look around:"

    def prepare(self, home: Path) -> None:
        """Do what comes before `init`."""

    def copy(self, home: Path, target: Path) -> None:
        """Copy a home that nobody works on."""
        shutil.copytree(home, target)


class OnServer(Engine):
    """Keep the records of each home in a database of its own on a server."""

    lasting = False

    def __init__(self) -> None:
        """Start the server of the extra `test`."""
        from postgresql import Server  # noqa: PLC0415 - found only where that is installed

        self.server = Server.made()
        database = create_engine(self.server.url("postgres"))
        with database.connect() as connection:
            version = connection.scalar(text("SHOW server_version"))
        database.dispose()
        self.told = f"The records were on PostgreSQL {version}, which is stopped now and gone. Look around:"

    def prepare(self, home: Path) -> None:
        """Name a fresh database in the settings."""
        home.mkdir()
        self._name(home, self.server.create())

    def copy(self, home: Path, target: Path) -> None:
        """Copy a home, and its database on the server."""
        super().copy(home, target)
        found = (home / SETTINGS).read_text("utf-8").split('"')[1]
        self._name(target, self.server.create(str(make_url(found).database)))

    def _name(self, home: Path, database: str) -> None:
        (home / SETTINGS).write_text(f'database = "{self.server.url(database)}"\n', "utf-8")


@contextmanager
def engine(name: str) -> Iterator[Engine]:
    """Yield the engine of a name, SQLite where there is none, for as long as it is needed."""
    if name not in {"", "sqlite", "postgresql"}:
        sys.exit(f"The demo runs on sqlite or postgresql, not on {name}.")
    if name != "postgresql":
        yield Engine()
        return
    on_server = OnServer()
    try:
        yield on_server
    finally:
        on_server.server.remove()
