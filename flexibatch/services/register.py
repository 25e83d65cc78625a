"""The Dimona register: feed it, and look into it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flexibatch.adapters.dimona.files import register_file
from flexibatch.adapters.store import register
from flexibatch.adapters.store.importing import import_file
from flexibatch.adapters.store.register import KnownPeriod
from flexibatch.errors import Refusal
from flexibatch.ports import Clock
from flexibatch.wiring.home import Home

_BY_TYPE = "periods_"

Bar = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Shows how far a file is read: told its name and lines, it gives what is told the line that was reached."""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """Tell what the import of a file did: `rows` were read, `kept` of them were older than what is held.

    One that was imported `already` changed nothing.
    """

    file: str
    format: str
    rows: int
    already: bool
    kept: int


@dataclass(frozen=True, slots=True)
class RegisteredWorker:
    """What the register knows of one person: the current number, the former ones, periods."""

    person: str
    former: tuple[str, ...]
    periods: tuple[KnownPeriod, ...]


@dataclass(frozen=True, slots=True)
class RegisterCounts:
    """Count what the register holds; `by_type` counts periods by worker type."""

    periods: int
    cancelled: int
    locked: int
    late: int
    open: int
    workers: int
    employers: int
    replacements: int
    imports: int
    by_type: dict[str, int]
    last_import: datetime | None


def import_register(home: Home, clock: Clock, operator: str, path: Path, bar: Bar) -> ImportedFile:
    """Take a register file in, whole or not at all; raise `Refusal` with the line for the first that is wrong."""
    try:
        with register_file(path, home.settings.timezone) as file, bar(path.name, file.lines) as progress:
            now = clock.now()
            done = import_file(home.database, file, now=now, progress=progress, operator=operator)
    except Refusal as exc:
        reason = str(exc).removesuffix(".")
        raise Refusal(f"{path}: {reason}. Nothing of this file was taken in.") from exc
    return ImportedFile(str(path), done.format, done.rows, done.already, done.kept)


def show_register(home: Home, number: str) -> RegisteredWorker:
    """Return the periods of a worker, by any number, or one period by its id; raise `Refusal` for an unknown one."""
    with home.database.reading() as connection:
        found = register.show(connection, number)
    return RegisteredWorker(found.person, found.former, found.periods)


def count_register(home: Home) -> RegisterCounts:
    """Return how much the register holds."""
    with home.database.reading() as connection:
        counted: dict[str, Any] = dict(register.stats(connection))
    by_type = {name.removeprefix(_BY_TYPE): counted.pop(name) for name in list(counted) if _BY_TYPE in name}
    return RegisterCounts(**counted, by_type=by_type)
