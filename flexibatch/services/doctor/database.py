"""What `doctor` looks at in the database: what its login may do, and whether the spool is the one it knows."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from flexibatch.adapters import folders
from flexibatch.adapters.store import health
from flexibatch.errors import Remedy
from flexibatch.services.doctor.faults import Fault, Health
from flexibatch.wiring.components import Components

ROLES = "deploy/postgresql/roles.sql"
NAMED = 5
"""So many of what is wrong are named, the rest is counted."""


def rights(components: Components, _now: datetime) -> Iterator[Fault]:
    """Warn of a login that may do more than the channel needs, and tell of one that may do less."""
    with components.home.database.reading() as connection:
        found = health.rights(connection)
    if found is None:
        return
    if found.superuser or found.owner:
        more = "a superuser" if found.superuser else "the owner of the tables"
        yield Fault(
            Health.WARNING,
            f"The channel works as {found.login}, {more}: it could change what was told once.",
            remedy=Remedy.GIVE_LOGIN,
            about=ROLES,
        )
    if found.closed:
        yield Fault(
            Health.FAILED,
            f"{found.login} may not read and write {_some(found.closed)}.",
            remedy=Remedy.REPEAT_ROLES,
            about=ROLES,
        )


def server(components: Components, _now: datetime) -> Iterator[Fault]:
    """Warn of a database that sorts by a language, of one that cannot hold all names, and of a line that is open."""
    with components.home.database.reading() as connection:
        found = health.server(connection)
    if found is None:
        return
    made = (
        "Make a new one with `--template=template0 --encoding=UTF8 --locale=C` and restore a backup into it."
    )
    if found.encoding != "UTF8":
        told = f"The database is encoded as {found.encoding}: names that do not fit it cannot be kept."
        yield Fault(Health.FAILED, told, made)
    if found.collation not in {"C", "POSIX", "C.UTF-8", "C.utf8"}:
        told = f"The database sorts by {found.collation}: keys are to be compared as bytes."
        yield Fault(Health.WARNING, told, made)
    if not found.private:
        yield Fault(
            Health.WARNING,
            "The connection to the database is not encrypted.",
            "Add `?sslmode=verify-full&sslrootcert=…` to the setting `database`.",
        )


def strangers(components: Components, _now: datetime) -> Iterator[Fault]:
    """Tell of sets in the spool that the database does not know: it was restored from before them."""
    home = components.home
    with home.database.reading() as connection:
        since = health.newest_reception(connection)
    found = _sets(home.settings.spool, f"{since:%Y/%m/%d}" if since else "")
    with home.database.reading() as connection:  # a new one: it sees what was claimed since the first
        unknown = health.unknown(connection, [folder.name for folder in found])
    lost = [str(folder) for folder in found if folder.name in unknown]
    if lost:
        yield Fault(
            Health.FAILED,
            f"The database does not know the sets in {_some(lost)}.",
            "It is older than the spool: see docs/operations.md, backup, what came after.",
        )


def _sets(spool: Path, first_day: str) -> list[Path]:
    """Return the folders of sets at work, and of those archived under `first_day` (yyyy/mm/dd) or later."""
    archive = spool / folders.ARCHIVE
    days = (day for day in archive.glob("*/*/*") if str(day.relative_to(archive)) >= first_day)
    at_work = (spool / folders.CLAIMED).glob("*")
    return sorted(
        path for path in [*at_work, *(one for day in days for one in day.glob("*"))] if path.is_dir()
    )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
