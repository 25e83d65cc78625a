"""The folders of the spool: those that bureaus see, and those that are the channel's own."""

import stat
from collections.abc import Iterable
from pathlib import Path

from flexibatch.domain.groups import EntryKind
from flexibatch.domain.vocabulary import REPORT_FOLDER, Environment
from flexibatch.errors import Unavailable

SENDERS = "senders"
CLAIMED, ARCHIVE, QUARANTINE, LOCKS = "claimed", "archive", "quarantine", "locks"
PRIVATE = (CLAIMED, ARCHIVE, QUARANTINE, LOCKS)
PRIVATE_MODE = 0o700
SENDER_MODE = 0o770
UPLOADING = stat.S_ISVTX
"""Stands in the mode of a file whose upload was begun and not ended: it is not there yet for the channel."""
SENDER_FOLDERS = (*(name for one in Environment for name in (one.inbox, one.outbox)), REPORT_FOLDER)


def kind_of_mode(mode: int) -> EntryKind:
    """Return what an entry is by its mode.

    >>> kind_of_mode(stat.S_IFDIR), kind_of_mode(stat.S_IFLNK), kind_of_mode(stat.S_IFIFO), kind_of_mode(stat.S_IFREG)
    (<EntryKind.FOLDER: 'folder'>, <EntryKind.LINK: 'link'>, <EntryKind.SPECIAL: 'special'>, <EntryKind.FILE: 'file'>)
    """
    kinds = {stat.S_IFREG: EntryKind.FILE, stat.S_IFDIR: EntryKind.FOLDER, stat.S_IFLNK: EntryKind.LINK}
    return kinds.get(stat.S_IFMT(mode), EntryKind.SPECIAL)


def make_spool(spool: Path) -> None:
    """Make the spool with its private folders; may be repeated. Raise `Unavailable` where that fails."""
    _make(spool, SENDER_MODE)
    _make(spool / SENDERS, SENDER_MODE)
    for name in PRIVATE:
        _make(spool / name, PRIVATE_MODE)
        _close(spool / name)


def make_sender_folders(spool: Path, number: str) -> Path:
    """Make a sender's seven folders and give the one they stand in; may be repeated."""
    root = spool / SENDERS / number
    _make(root, SENDER_MODE)
    for name in SENDER_FOLDERS:
        _make(root / name, SENDER_MODE)
    return root


def require_senders(spool: Path) -> None:
    """Raise `Unavailable` where the spool is not there: a disk that is not mounted is no empty inbox."""
    if not (spool / SENDERS).is_dir():
        raise Unavailable(
            f"The folder {spool / SENDERS} is not there: see whether its disk is mounted; `flexibatch init` "
            "makes what is missing."
        )


def wanted_folders(spool: Path, numbers: Iterable[str]) -> tuple[Path, ...]:
    """Name all folders that must be there, for senders of these numbers."""
    own = [spool / SENDERS, *(spool / name for name in PRIVATE)]
    return (*own, *(spool / SENDERS / number / name for number in numbers for name in SENDER_FOLDERS))


def _make(folder: Path, mode: int) -> None:
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as exc:
        raise Unavailable(
            f"The folder {folder} cannot be made ({exc.strerror}): see to the disk and the rights on "
            f"{folder.parent}, then repeat the command."
        ) from exc


def _close(folder: Path) -> None:
    try:
        folder.chmod(PRIVATE_MODE)
    except OSError as exc:
        raise Unavailable(
            f"The folder {folder} cannot be closed to others ({exc.strerror}): let this user own it, then "
            "repeat the command."
        ) from exc
