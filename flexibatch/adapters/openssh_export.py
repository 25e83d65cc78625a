"""Write what OpenSSH needs to know of the bureaus: a file of keys for each, and a script that makes the accounts.

sshd takes keys, and changes the root folder, only where nobody but root could have put something else; that is
looked at before anything is written.
"""

import os
import re
import shlex
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from flexibatch.errors import Refusal, Remedy, Unavailable

KEYS, SCRIPT = "keys", "accounts.sh"
MARK = "# Written by `flexibatch sender export-openssh`; what is changed here is lost."
ACCOUNT_LIMIT = 32

_ACCOUNT = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._@-]*")
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class Account:
    """A bureau's account: its `name`, the `folder` that is its root, its public keys."""

    name: str
    folder: Path
    keys: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a name that a machine would not take, or take for a number."""
        if len(self.name) > ACCOUNT_LIMIT or not _ACCOUNT.fullmatch(self.name):
            raise Refusal(
                f"{self.name} cannot be an account here (at most {ACCOUNT_LIMIT} characters, a letter among "
                "them)",
                remedy=Remedy.ADD_AGAIN,
                about=self.folder.name,
            )


@dataclass(frozen=True, slots=True)
class Machine:
    """How the accounts of this machine are called: the channel's, and the group of the bureaus."""

    channel: str
    bureaus: str

    def __post_init__(self) -> None:
        """Refuse names that a machine would not take."""
        for name in (self.channel, self.bureaus):
            if len(name) > ACCOUNT_LIMIT or not _ACCOUNT.fullmatch(name):
                told = f'"{name}" is no name of an account or a group'
                raise Refusal(told, remedy=Remedy.CORRECT_ACCOUNTS)


def export(folder: Path, spool: Path, accounts: Collection[Account], machine: Machine) -> Collection[str]:
    """Write keys and script into a folder; give the names whose key files were taken away.

    Raise `Refusal` where sshd would not trust what is written.
    """
    _require_root()
    _require_apart(accounts)
    _require_trusted(folder, "sshd takes no keys from there")
    _require_trusted(spool.parent, "sshd lets no bureau in below it")
    with _sheltered(folder):
        (folder / KEYS).mkdir(mode=0o755, parents=True, exist_ok=True)
        wanted = {account.name: _key_file(account) for account in accounts if account.keys}
        gone = _take_away(folder / KEYS, wanted)
        for name, text in wanted.items():
            _write(folder / KEYS / name, text, 0o644)
        _write(folder / SCRIPT, _script(spool, accounts, machine), 0o755)
    return gone


def _key_file(account: Account) -> str:
    """Return the lines of a key file; `restrict` holds even where the server's settings are lost."""
    return "".join(f"{line}\n" for line in (MARK, *(f"restrict {key}" for key in account.keys)))


def _script(spool: Path, accounts: Iterable[Account], machine: Machine) -> str:
    head = ("#!/bin/sh", MARK, "# Run it as root; it may be repeated.", "set -eu", "umask 022")
    told = {"channel": machine.channel, "bureaus": machine.bureaus, "spool": str(spool)}
    values = (f"{name}={shlex.quote(value)}" for name, value in told.items())
    template = (files("flexibatch") / "data" / "openssh_accounts.sh").read_text("utf-8")
    calls = (f"bureau {shlex.quote(one.name)} {shlex.quote(str(one.folder))}" for one in accounts)
    return "\n".join((*head, *values, template, *calls, ""))


def _take_away(keys: Path, wanted: Collection[str]) -> list[str]:
    """Take away the key files of an earlier export that are no longer wanted; others' files stay."""
    gone = [
        path
        for path in sorted(keys.iterdir())
        if path.name not in wanted and path.is_file() and path.read_bytes().startswith(MARK.encode())
    ]
    for path in gone:
        path.unlink()
    return [path.name for path in gone]


def _write(path: Path, text: str, mode: int) -> None:
    """Put a file down whole: sshd may be reading it."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(handle, mode)
    temporary.rename(path)


def _require_root() -> None:
    if os.geteuid() != 0:
        raise Refusal("sshd takes keys only from files that root owns: run this command as root.")


def _require_apart(accounts: Collection[Account]) -> None:
    """Refuse that two bureaus would have one account."""
    holders: dict[str, Account] = {}
    for one in accounts:
        other = holders.setdefault(one.name, one)
        if other is not one:
            raise Refusal(
                f"Senders {other.folder.name} and {one.folder.name} would both have the account {one.name}: "
                "remove one, and add it with another --user."
            )


def _require_trusted(folder: Path, why: str) -> None:
    """Refuse a folder that is, or lies below, one that others than root own or write."""
    resolved = folder.resolve()
    for one in (resolved, *resolved.parents):
        if not one.exists():
            continue
        found = one.stat()
        if found.st_uid != 0 or found.st_mode & _OTHERS_WRITE:
            raise Refusal(
                f"{one} can be written by others than root, so {why}: choose a place below folders that "
                "only root writes, such as /etc/ssh and /srv."
            )


@contextmanager
def _sheltered(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise Unavailable(
            f"{exc.filename or folder} cannot be written ({exc.strerror}): see to the disk, then repeat."
        ) from exc
