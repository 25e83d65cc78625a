"""A home: the folder with settings, database and spool, found there or made."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from flexibatch.adapters import folders
from flexibatch.adapters.reserve import Reserve
from flexibatch.adapters.store.bureaus import list_senders
from flexibatch.adapters.store.engine import Database
from flexibatch.adapters.store.revisions import require_ready
from flexibatch.domain.operators import By
from flexibatch.domain.sessions import HostKeyKind
from flexibatch.errors import FlexibatchError, Refusal, Unavailable
from flexibatch.settings import FILE, Settings, told_settings
from flexibatch.settings.text import default_file

if TYPE_CHECKING:
    from flexibatch.domain.catalogue import Catalogue

PRIVATE_FILE = 0o600
HOME_MODE = 0o755
"""Whatever the umask: who may write in the home could put another database in its place."""


@dataclass(frozen=True)
class Home:
    """What every command works with: the home folder, its settings, its database.

    A `blind` one is no folder and has no register: what needs one is not judged.
    """

    path: Path
    settings: Settings
    database: Database
    blind: bool = False

    @classmethod
    def open(cls, path: Path, environ: Mapping[str, str]) -> "Home":
        """Open a home that is ready for work; raise `Refusal` where something must be done first."""
        home = cls.unchecked(path, environ)
        try:
            if home.settings.rules:
                _ = home.catalogue  # a wrong setting is told before anything is done
            require_ready(home.database)
        except FlexibatchError:
            home.close()
            raise
        return home

    @classmethod
    def unchecked(cls, path: Path, environ: Mapping[str, str]) -> "Home":
        """Open a home whatever its database holds; raise `Refusal` where home or database are missing."""
        path = path.absolute()
        settings = Settings.load(path, environ)
        home = cls(path, settings, Database(settings.database))
        file = database_file(home.database)
        if file is not None and not file.exists():
            raise Refusal(
                f"The database {file} is not there: put a backup back, or make one with `flexibatch init`."
            )
        return home

    @classmethod
    def nowhere(cls, environ: Mapping[str, str]) -> "Home":
        """Return a home that is no folder, for what needs settings only: its database is empty and never opened."""
        return cls(Path().absolute(), Settings.defaults(environ), Database("sqlite://"), blind=True)

    @cached_property
    def catalogue(self) -> "Catalogue":
        """Return the anomaly catalogue with the classes that `[rules]` changes; raise `Refusal` where it may not."""
        from flexibatch.adapters.tables import load_catalogue  # noqa: PLC0415 - most commands need none

        return load_catalogue(self.settings.rules)

    def close(self) -> None:
        """Give all connections back."""
        self.database.close()


def make_home(path: Path, environ: Mapping[str, str], by: By | None = None) -> Home:
    """Make a home, or what is missing of one: settings file, folders, database; nothing is overwritten.

    With `by` the audit tells who made the database or brought it up to date.
    """
    from flexibatch.adapters.ssh_keys import make_host_key  # noqa: PLC0415 - only who makes keys waits for it
    from flexibatch.adapters.store.upgrade import upgrade  # noqa: PLC0415 - Alembic loads where it is needed

    path = path.absolute()
    try:
        path.mkdir(mode=HOME_MODE, parents=True, exist_ok=True)
        _write_new(path / FILE, default_file(dict(told_settings())))
        settings = Settings.load(path, environ)
        home = Home(path, settings, Database(settings.database))
        file = database_file(home.database)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            _write_new(file, "")
    except OSError as exc:
        raise Unavailable(
            f"The home {path} cannot be made ({exc.strerror}, {exc.filename}): see to disk and rights, "
            "then repeat the command."
        ) from exc
    try:
        for kind, file in host_key_files(home).items():
            make_host_key(kind, file)
        folders.make_spool(settings.spool)
        upgrade(home.database, by)
        for number in registered(home.database):
            folders.make_sender_folders(settings.spool, number)
    except FlexibatchError:
        home.close()
        raise
    return home


def host_key_files(home: Home) -> dict[HostKeyKind, Path]:
    """Name the files of the server's own keys, of the kinds that are offered."""
    return {kind: home.path / f"ssh_host_{kind}_key" for kind in home.settings.sftp.host_keys}


def reserve_of(home: Home) -> Reserve:
    """Return the room that stays free where spool and database lie; a database server sees to its own disk."""
    file = database_file(home.database)
    folders = (home.settings.spool, *((file.parent,) if file else ()))
    return Reserve(home.settings.reserve_bytes, folders)


def registered(database: Database) -> list[str]:
    """Return the numbers of the senders that are not removed: those whose folders must be there."""
    with database.reading() as connection:
        return [row["number"] for row in list_senders(connection) if row["state"] != "removed"]


def database_file(database: Database) -> Path | None:
    """Name the file a database lies in, None where it is on a server."""
    url = database.engine.url
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _write_new(path: Path, text: str) -> None:
    """Write a file that only this user reads, unless it is there already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
