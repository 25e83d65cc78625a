"""The Dimona register: feed it, and look into it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flexibatch.adapters.dimona.files import register_file
from flexibatch.adapters.store import register
from flexibatch.adapters.store.importing import import_file
from flexibatch.adapters.store.register import KnownPeriod
from flexibatch.errors import Refusal, WrongLines
from flexibatch.ports import Clock
from flexibatch.wiring.home import Home

NOTHING = "Nothing of this file was taken in."
_BY_TYPE = "periods_"

Bar = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Shows how far a file is read: told its name and lines, it gives what is told the line that was reached."""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What the import of a file did, or with `dry_run` would do: `rows` were read, and what became of them.

    `new` ones were not known, `changed` ones replaced what was held, `same` ones say nothing else, `older` ones are no
    later than what is held. One that was imported `already` changed nothing.
    """

    file: str
    format: str
    rows: int
    already: bool
    dry_run: bool
    new: int
    changed: int
    same: int
    older: int


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


def import_register(  # noqa: PLR0913 - the world by its parts
    home: Home, clock: Clock, operator: str, path: Path, bar: Bar, *, dry_run: bool = False
) -> ImportedFile:
    """Take a register file in, whole or not at all; raise `Refusal` that tells every line that is wrong.

    A dry run takes nothing in.
    """
    try:
        with register_file(path, home.settings.timezone) as file, bar(path.name, file.lines) as progress:
            now = clock.now()
            done = import_file(
                home.database, file, now=now, progress=progress, operator=operator, dry_run=dry_run
            )
    except WrongLines as exc:
        raise WrongLines(exc.lines, exc.more, file=str(path), then=NOTHING) from exc
    except Refusal as exc:
        raise WrongLines((str(exc),), file=str(path), then=NOTHING) from exc
    return ImportedFile(str(path), done.format, done.rows, done.already, dry_run, **asdict(done.counts))


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
