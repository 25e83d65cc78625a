"""Move the files of a set out of an inbox: what is being written is left, what stands still is held and renamed."""

import os
import stat
from contextlib import ExitStack
from pathlib import Path

from flexibatch.adapters.folders import UPLOADING
from flexibatch.adapters.locks import lock
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.domain.case import Claim

_LOOKING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def moved(source: Path, folder: SetFolder) -> bool:
    """Rename a file into a set's folder; tell whether it is there now. Sub-folders are left where they are.

    One that came there before is not replaced: a bureau may have begun to upload the same name again. A power cut may
    have left it both its names.
    """
    target = folder.arrived / source.name
    try:
        if folder.has(source.name):
            if _is_same(source, target):
                source.unlink()
            return True
        if stat.S_ISDIR(source.lstat().st_mode):
            return False
        source.rename(target)
    except FileNotFoundError:
        return False
    return True


def _is_same(source: Path, target: Path) -> bool:
    """Return whether two names are there and are those of one file."""
    try:
        return os.path.samestat(source.lstat(), target.lstat())
    except (FileNotFoundError, NotADirectoryError):
        return False


def hold_still(inbox: Path, claim: Claim, held: ExitStack) -> tuple[list[str], list[str]]:
    """Return which files of a set are there, and which of them a bureau is writing.

    The others are locked until `held` is closed: nobody opens them to write, renames or removes them at the door, so
    that what was seen to be whole is what is moved. What cannot be opened is nobody's upload, and moved as it is.
    """
    still: list[str] = []
    written: list[str] = []
    for name in dict.fromkeys((claim.leader, *claim.names)):
        path = inbox / name
        try:
            mode = path.lstat().st_mode
            descriptor = os.open(path, _LOOKING) if stat.S_ISREG(mode) else None
        except FileNotFoundError:
            continue
        except OSError:
            descriptor = None
        if descriptor is not None:
            held.callback(os.close, descriptor)
        (still if descriptor is None or _is_whole(descriptor) else written).append(name)
    return still, written


def _is_whole(descriptor: int) -> bool:
    """Lock a file where nobody writes it; tell whether that is so."""
    return lock(descriptor, alone=False) and not os.fstat(descriptor).st_mode & UPLOADING
