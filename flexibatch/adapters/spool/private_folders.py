"""The private folders: keep a copy of what was claimed, archive, quarantine. Every step may be repeated."""

import errno
import hashlib
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from flexibatch.adapters.disk import settle_file, settle_folder, sheltered
from flexibatch.adapters.folders import ARCHIVE, CLAIMED, PRIVATE_MODE, SENDERS
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.domain.case import Case, Claim, ReceivedFile, Ticketed
from flexibatch.domain.names import kind_of, parse_name
from flexibatch.domain.vocabulary import FileKind

log = structlog.get_logger()

PARTS = tuple("123456789")
_BLOCK = 1 << 20


class PrivateFolders:
    """Keep sets in the private folders of a spool; `part_size` is the most that is copied of a file."""

    def __init__(self, spool: Path, part_size: int) -> None:
        """Keep where the spool is."""
        self.spool, self._part_size = spool, part_size

    # ------------------------------------------------------------------------------------------------ copies

    def settle(self, taken: Sequence[Ticketed]) -> None:
        """Bring onto the disk that sets were moved out of their inboxes, then let what was moved go.

        Not before: a power cut may bring a name back into an inbox, and only beside what was moved is it known to be
        the same file. An inbox that is gone keeps no name of them.
        """
        with sheltered("What was claimed cannot be brought onto the disk"):
            settle_folder(self.spool / CLAIMED)
        for inbox in sorted({self._inbox(one.claim) for one in taken}):
            with sheltered(f"The inbox {inbox} cannot be brought onto the disk"), suppress(FileNotFoundError):
                settle_folder(inbox)
        for one in taken:
            with sheltered(f"What was moved of the set {one.claim.name} cannot be removed"):
                SetFolder.claimed(self.spool, one.ticket).remove_arrived(one.claim.names)

    def _inbox(self, claim: Claim) -> Path:
        return self.spool / SENDERS / claim.sender / claim.environment.inbox

    def keep(self, ticketed: Ticketed) -> Sequence[ReceivedFile]:
        """Copy what was moved: what is judged cannot be changed through a handle that was kept open.

        What was moved stays in `arrived/` until the set is settled, and there for good where it is no regular file.
        """
        folder = SetFolder.claimed(self.spool, ticketed.ticket)
        with sheltered(f"The set {ticketed.claim.name} cannot be copied"):
            files = [self._keep(folder, name) for name in ticketed.claim.names]
            kept = tuple(file for file in files if file is not None)
            settle_folder(folder.received)
            for left in folder.begun_copies():
                left.unlink(missing_ok=True)
            settle_folder(folder.path)
        return kept

    def _keep(self, folder: SetFolder, name: str) -> ReceivedFile | None:
        arrived, kept = folder.arrived / name, folder.received / name
        try:
            handle = _open_regular(arrived)
        except FileNotFoundError:
            if not kept.exists():
                return None
            size, sha256 = kept.stat().st_size, _digest(kept)
        else:
            if handle is None:
                log.warning("claim.irregular", name=name[:100])
                return None
            size, sha256 = self._copy(handle, kept, folder.new_copy())
        parsed = parse_name(name)
        part = int(parsed.part) if parsed and parsed.part in PARTS else None
        return ReceivedFile(name, kind_of(name) or FileKind.DATA, part, size, sha256)

    def _copy(self, handle: int, target: Path, temporary: Path) -> tuple[int, str]:
        """Copy a file, at most one byte more than a part may have; give its true size and the digest.

        The copy appears whole: another process may be completing the same claim.
        """
        digest, left = hashlib.sha256(), self._part_size + 1
        with os.fdopen(handle, "rb") as reading, temporary.open("wb") as writing:
            while left > 0 and (block := reading.read(min(_BLOCK, left))):
                digest.update(block)
                writing.write(block)
                left -= len(block)
            copied = writing.tell()
            size = os.fstat(reading.fileno()).st_size if left == 0 else copied
            if copied:
                settle_file(writing)
        temporary.rename(target)
        return size, digest.hexdigest()

    # ------------------------------------------------------------------------------------------------ places

    def folder(self, case: Case) -> SetFolder:
        """Return the private folder of a set, wherever it is now."""
        for place in (SetFolder.claimed, SetFolder.quarantined):
            folder = place(self.spool, case.ticket)
            if folder.path.is_dir():
                return folder
        return self._archived(case)

    def _archived(self, case: Case) -> SetFolder:
        """Return where a set is archived: by day, and what came late to a set beside that set."""
        if case.silent and case.earlier_ticket:
            for earlier in self.spool.glob(f"{ARCHIVE}/*/*/*/{case.earlier_ticket}"):
                return SetFolder(SetFolder(earlier).late / case.ticket)
        return SetFolder.archived(self.spool, case.received_on, case.ticket)

    def archive(self, case: Case) -> None:
        """Move a set's folder to the archive; one that is there stays there."""
        source, target = self.folder(case).path, self._archived(case).path
        if source == target:
            return
        with sheltered(f"The set {case.ticket} cannot be archived"):
            target.parent.mkdir(mode=PRIVATE_MODE, parents=True, exist_ok=True)
            source.rename(target)
            settle_folder(target.parent)

    def quarantine(self, ticket: str) -> None:
        """Move a set's folder to quarantine; one that is there stays there."""
        source = SetFolder.claimed(self.spool, ticket).path
        target = SetFolder.quarantined(self.spool, ticket).path
        with sheltered(f"The set {ticket} cannot be moved to quarantine"):
            if source.is_dir():
                source.rename(target)


def _open_regular(path: Path) -> int | None:
    """Open a regular file and nothing else; one that came without rights is given them."""
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):
        return None
    try:
        handle = _open_to_read(path)
    except OSError as exc:
        if exc.errno == errno.ELOOP:
            return None
        raise
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    return None


def _open_to_read(path: Path) -> int:
    """Open a file; who owns it but may not read it gives itself the right, who reads by privilege needs none."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        return os.open(path, flags)
    except PermissionError:
        path.chmod(0o600)
        return os.open(path, flags)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
