"""What `doctor` looks at, one function each: what is wrong, how bad it is, and what to do."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flexibatch.adapters import folders
from flexibatch.adapters.reserve import Reserve
from flexibatch.adapters.ssh_keys import host_keys_told
from flexibatch.adapters.store import upgrade
from flexibatch.adapters.store.bureaus import list_senders
from flexibatch.adapters.store.health import newest_moment
from flexibatch.adapters.store.revisions import require_ready
from flexibatch.adapters.xml.versions import VERSIONS
from flexibatch.errors import FlexibatchError, Remedy, Unavailable
from flexibatch.services.doctor import work
from flexibatch.services.doctor.database import rights, server, strangers
from flexibatch.services.doctor.faults import Fault, Health
from flexibatch.services.doctor.names import LOOKED_AT
from flexibatch.services.doctor.signatures import signatures
from flexibatch.settings import FILE
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import database_file, host_key_files, registered

MIB = 1024 * 1024
LITTLE_SPACE, NO_SPACE = 2048 * MIB, 200 * MIB
CLOCK_TOLERANCE = timedelta(minutes=1)
OTHERS = 0o007
WRITERS = 0o002
ANYONE_ELSE = 0o077


@dataclass(frozen=True, slots=True)
class Check:
    """What one look told: its key, what was looked at in words, and what is wrong there or that nothing is."""

    name: str
    looked_at: str
    fault: Fault


Look = Callable[[Components, datetime], Iterator[Fault]]


def examine(components: Components, now: datetime) -> list[Check]:
    """Look at everything; what cannot be looked at has failed."""
    return [check for name, look in LOOKS.items() for check in _checked(name, look, components, now)]


def _checked(name: str, look: Look, components: Components, now: datetime) -> Iterator[Check]:
    try:
        faults = list(look(components, now))
    except FlexibatchError as exc:
        faults = [Fault(Health.FAILED, str(exc), remedy=exc.remedy, about=exc.about)]
    except OSError as exc:
        faults = [Fault(Health.FAILED, f"{exc.filename}: {exc.strerror}", "See to the disk and its rights.")]
    for fault in faults or [Fault(Health.OK, "")]:
        yield Check(name, LOOKED_AT[name], fault)


def _database(components: Components, _now: datetime) -> Iterator[Fault]:
    home = components.home
    require_ready(home.database)
    for difference in upgrade.state(home.database).differences:
        yield Fault(
            Health.FAILED,
            f"The tables are not those of this program: {difference}",
            "Put a backup back, or undo what was changed by hand.",
        )


def _folders(components: Components, _now: datetime) -> Iterator[Fault]:
    folders.require_senders(components.home.settings.spool)
    for folder in _wanted(components):
        if not folder.is_dir():
            yield Fault(Health.FAILED, f"{folder} is not there.", remedy=Remedy.MAKE_HOME)
        elif not os.access(folder, _rights(folder)):
            yield Fault(Health.FAILED, f"{folder} is not open to this user.", "Let this user own it.")


def _rights(folder: Path) -> int:
    """Return what the channel must be able to do in a folder; only `sender add` writes in the senders' own."""
    looking = os.R_OK | os.X_OK
    return looking if folder.name == folders.SENDERS else looking | os.W_OK


def _renames(components: Components, _now: datetime) -> Iterator[Fault]:
    home = components.home
    there = [folder for folder in _wanted(components) if folder.is_dir()]
    device = home.settings.spool.stat().st_dev
    for folder in there:
        if folder.stat().st_dev != device:
            yield Fault(
                Health.FAILED,
                f"{folder} lies on another file system than {home.settings.spool}: nothing can be claimed.",
                "Put the whole spool on one file system.",
            )


def _secrecy(components: Components, _now: datetime) -> Iterator[Fault]:
    home = components.home
    private = [home.settings.spool / name for name in folders.PRIVATE]
    file = database_file(home.database)
    closed = [(path, ANYONE_ELSE) for path in (*private, home.path / FILE, file) if path is not None]
    holding = {home.path, file.parent} if file is not None else {home.path}
    closed += [(path, WRITERS) for path in sorted(holding)]
    open_to_members = [(home.settings.spool / folders.SENDERS / one, OTHERS) for one in _numbers(components)]
    for path, forbidden in (*closed, *open_to_members):
        if path.exists() and path.stat().st_mode & forbidden:
            rights = {OTHERS: "o=", WRITERS: "o-w"}.get(forbidden, "go=")
            yield Fault(
                Health.WARNING,
                f"{path} is open to other users of this machine.",
                f"Run `chmod {rights} {path}`.",
            )


def _schemas(components: Components, now: datetime) -> Iterator[Fault]:
    home = components.home
    schemas = components.schemas
    for file in schemas.files:
        schemas.validator(file)
        schemas.explainer(file)
    today = now.astimezone(home.settings.timezone).date()
    if not any(schemas.versions.open_on(today)):
        yield Fault(
            Health.FAILED,
            f"No schema version is open on {today}: every file would be refused.",
            f"Look at the clock, and at what {home.settings.schemas / VERSIONS} closes.",
        )


def _tables(components: Components, _now: datetime) -> Iterator[Fault]:
    _ = components.home.catalogue, components.categories
    yield from ()


def _clock(components: Components, now: datetime) -> Iterator[Fault]:
    with components.home.database.reading() as connection:
        newest = newest_moment(connection)
    if newest is not None and newest > now + CLOCK_TOLERANCE:
        yield Fault(
            Health.FAILED,
            f"It is {now:%Y-%m-%d %H:%M} (UTC) here, but something was written at {newest:%Y-%m-%d %H:%M}.",
            "Set the clock of this machine before anything is received.",
        )


def _elsewhere(components: Components, _now: datetime) -> Iterator[Fault]:
    for one in components.home.settings.remote:
        if one.key.exists() and one.key.stat().st_mode & ANYONE_ELSE:
            told = f"{one.key} is open to other users of this machine."
            yield Fault(Health.WARNING, told, f"Run `chmod go= {one.key}`.")
    for number, spool in components.elsewhere.items():
        try:
            spool.examine()
        except Unavailable as exc:
            yield Fault(Health.FAILED, f"Sender {number}: {exc}")


def _space(components: Components, _now: datetime) -> Iterator[Fault]:
    reserve = components.reserve
    for folder in sorted(set(reserve.folders)):
        free = shutil.disk_usage(folder).free
        if free < reserve.size:
            told = Reserve(reserve.size, (folder,)).lacking()
            yield Fault(Health.FAILED, told, "What waits in the inboxes is safe meanwhile.")
        elif free < max(LITTLE_SPACE, 2 * reserve.size):
            yield Fault(
                Health.FAILED if free < NO_SPACE else Health.WARNING,
                f"{free // MIB} MiB are free in {folder}.",
                remedy=Remedy.PURGE,
            )


def _front_door(components: Components, _now: datetime) -> Iterator[Fault]:
    keys = host_key_files(components.home)
    told = host_keys_told(keys)
    yield Fault(Health.OK, f"{told[:1].upper()}{told[1:]}.")
    for key in keys.values():
        if key.stat().st_mode & ANYONE_ELSE:
            yield Fault(
                Health.FAILED, f"{key} is open to other users of this machine.", f"Run `chmod go= {key}`."
            )
    with components.home.database.reading() as connection:
        weak = [row["number"] for row in list_senders(connection) if row["allow_ssh_rsa"]]
    for number in weak:
        yield Fault(
            Health.WARNING,
            f"Signatures with SHA-1 (ssh-rsa) are taken from sender {number}.",
            remedy=Remedy.END_SSH_RSA,
            about=number,
        )


def _numbers(components: Components) -> list[str]:
    """Return the senders whose folders are looked at; none where the database does not tell."""
    try:
        return registered(components.home.database)
    except FlexibatchError:
        return []


def _wanted(components: Components) -> tuple[Path, ...]:
    return folders.wanted_folders(components.home.settings.spool, _numbers(components))


LOOKS: dict[str, Look] = {
    "database": _database,
    "server": server,
    "rights": rights,
    "folders": _folders,
    "strangers": strangers,
    "renames": _renames,
    "secrecy": _secrecy,
    "schemas": _schemas,
    "tables": _tables,
    "clock": _clock,
    "elsewhere": _elsewhere,
    "space": _space,
    "front door": _front_door,
    "signatures": signatures,
    "inboxes": work.inboxes,
    "verdicts": work.verdicts,
    "quarantine": work.quarantine,
    "register": work.register,
}
