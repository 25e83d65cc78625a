"""Open files of a session: one that is read, one that is written.

A file that is being written carries a mark in its mode, `UPLOADING`, from its opening until it is closed in order:
the channel does not see it before. A connection that breaks leaves the mark, so that half a file is never claimed.
"""

import hashlib
import os
import stat

import asyncssh

from flexibatch.adapters.folders import UPLOADING
from flexibatch.adapters.locks import lock, unlock
from flexibatch.adapters.sftp.blocks import Blocks
from flexibatch.adapters.sftp.files import (
    FILE_MODE,
    GAPPED,
    identity_in,
    identity_of,
    open_regular,
    put_all,
    read_at,
    sha256_of,
)
from flexibatch.adapters.sftp.paths import VirtualPath, being_taken, require_good_name
from flexibatch.adapters.sftp.sender_state import OpenFile, SenderState
from flexibatch.domain.sessions import FileId


class Download:
    """A file that is read; `taken` counts the bytes given out."""

    def __init__(self, bureau: SenderState, place: VirtualPath) -> None:
        """Open it, if it is a regular file."""
        with bureau.opened(place.folder) as folder:
            bureau.status_in(folder, place)
            self.descriptor = open_regular(folder, place.name, os.O_RDONLY)
        self.place, self.taken = place, 0

    def read(self, offset: int, size: int) -> bytes:
        """Read at an offset."""
        content = read_at(self.descriptor, size, offset)
        self.taken += len(content)
        return content

    def whole(self) -> FileId | None:
        """Return which file was read to its end; None where it was not."""
        status = os.fstat(self.descriptor)
        return identity_in(status) if self.taken >= status.st_size else None

    def close(self) -> None:
        """Give the file back."""
        os.close(self.descriptor)


class Upload:
    """A file that is written; `digest` follows the bytes as long as they come in order.

    `found` bytes were there when it was opened, `blocks` tells which are there now.
    """

    def __init__(self, bureau: SenderState, place: VirtualPath, flags: int) -> None:
        """Open or make it and mark it; `flags` are those of `os.open`. What cannot be opened stays as it was."""
        self.bureau, self.place = bureau, place
        self.folder = bureau.open_folder(place.folder)
        try:
            self._prepare(flags)
            self.descriptor = open_regular(self.folder, place.name, os.O_RDWR | flags)
        except BaseException:
            os.close(self.folder)
            raise
        try:
            self.identity = identity_of(self.descriptor)
            self.found = self._take_over(bureau.writing.get(self.identity), flags)
        except BaseException:
            self._give_back()
            raise
        self.blocks = Blocks(self.found)
        self.appending = bool(flags & os.O_APPEND)
        self.anew = bool(self.found or flags & (os.O_TRUNC | os.O_EXCL))
        self.digest, self.hashed = hashlib.sha256(), 0
        bureau.writing[self.identity] = self

    def _prepare(self, flags: int) -> None:
        """Ask whether the file may be opened, or made and counted."""
        try:
            self.bureau.status_in(self.folder, self.place)
        except asyncssh.SFTPNoSuchFile:
            if not flags & os.O_CREAT:
                raise
        else:
            return
        require_good_name(self.place)
        self.bureau.take_in(self.place.folder, files=1)

    def _take_over(self, before: OpenFile | None, flags: int) -> int:
        """Keep the channel from claiming the file as long as it is open; raise where it is just doing so.

        A session that wrote it before, perhaps one whose connection is dead, keeps its handle and no lock.
        """
        if before is not None:
            unlock(before.descriptor)
        try:
            self._require_free()
            return self._begin(before, flags)
        except BaseException:
            unlock(self.descriptor)
            if before is not None:
                lock(before.descriptor, alone=True)
            raise

    def _require_free(self) -> None:
        if not lock(self.descriptor, alone=True) or not self._is_under_its_name():
            raise being_taken(self.place)

    def _begin(self, before: OpenFile | None, flags: int) -> int:
        """Mark the file, cut what cannot stay, and give how many bytes do.

        What another session, or a server that died, left with gaps is no beginning to go on from.
        """
        status = os.fstat(self.descriptor)
        size, gapped = status.st_size, status.st_mode & GAPPED
        if flags & os.O_TRUNC:
            size = 0
        elif gapped:
            size = before.found if before is not None else 0
        self._mark(UPLOADING | gapped)
        try:
            if size != status.st_size:
                os.ftruncate(self.descriptor, size)
        except BaseException:
            os.fchmod(self.descriptor, stat.S_IMODE(status.st_mode))
            raise
        if gapped:
            self._mark()
        return size

    def _mark(self, marks: int = UPLOADING) -> None:
        """Tell by the mode whether the file is being written."""
        try:
            os.fchmod(self.descriptor, FILE_MODE | marks)
        except PermissionError as exc:
            raise asyncssh.SFTPPermissionDenied(
                f"{self.place.shown} belongs to another user of this machine and cannot be written: tell the "
                "institution, or send it under another name."
            ) from exc

    def lost(self) -> asyncssh.SFTPError | None:
        """Return whether the file was claimed or removed, or another session began to write it; None where neither.

        A client whose connection broke comes back before the server knows: who opened a file last writes it.
        """
        if self.bureau.writing.get(self.identity) is not self:
            return asyncssh.SFTPFailure(
                f"{self.place.shown} is written by another session now: what you send here changes nothing."
            )
        if self._is_under_its_name():
            return None
        return asyncssh.SFTPFailure(
            f"{self.place.shown} was taken by the channel, or removed, while it was being written: what you "
            "send now changes nothing. Look into OUT and REPORT before you send it under a new number."
        )

    def require_mine(self) -> None:
        """Refuse to go on with a file that is lost."""
        lost = self.lost()
        if lost is not None:
            raise lost

    def _is_under_its_name(self) -> bool:
        """Return whether the name still leads to this file: the channel renames what it claims."""
        try:
            now = os.stat(self.place.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return (now.st_dev, now.st_ino) == self.identity

    @property
    def size(self) -> int:
        """Return where the last byte ends."""
        return self.blocks.end

    @property
    def gaps(self) -> int:
        """Count bytes before the end that nobody has sent: writes may come out of order, but all must come."""
        return self.blocks.gaps

    def write(self, offset: int, content: bytes) -> None:
        """Write at an offset, within what a part and the inbox may hold."""
        self.require_mine()
        self._require_there(offset)
        offset = self.size if self.appending else offset
        end = offset + len(content)
        if end > self.bureau.quota.part_size:
            raise asyncssh.SFTPFailure(
                f"A part has at most {self.bureau.quota.part_size} bytes: cut the document into more parts."
            )
        if not self.blocks.takes(offset, end):
            raise self._too_far(offset)
        if end > self.size:
            self.bureau.take_in(self.place.folder, size=end - self.size)
        torn = self.blocks.torn
        if content and offset > self.blocks.whole and not torn:
            self._mark(UPLOADING | GAPPED)
        put_all(self.descriptor, offset, content)
        self._follow(offset, content)
        self.blocks.add(offset, end)
        if torn and not self.blocks.torn:
            self._mark()

    def _require_there(self, offset: int) -> None:
        """Refuse to go on with a file that is no longer there: who resumes does not open it anew."""
        if offset > 0 and not (self.anew or self.size):
            raise self._too_far(offset)

    def _too_far(self, offset: int) -> asyncssh.SFTPError:
        return asyncssh.SFTPFailure(
            f"{self.place.shown} has {self.blocks.whole} bytes here, so nothing can be put at {offset}: what "
            "was there was taken or removed, or is still to come. Send it from its beginning."
        )

    def _follow(self, offset: int, content: bytes) -> None:
        if offset == self.hashed:
            self.digest.update(content)
            self.hashed += len(content)
        elif offset < self.hashed:
            self.digest, self.hashed = hashlib.sha256(), -1

    def truncate(self, size: int) -> None:
        """Cut the file; it grows by what is written only."""
        self.require_mine()
        if size > self.size:
            raise asyncssh.SFTPFailure(
                f"{self.place.shown} has {self.size} bytes and cannot be lengthened: write what is to stand there."
            )
        if size > self.blocks.whole:
            raise asyncssh.SFTPFailure(
                f"{self.gaps} bytes of {self.place.shown} are still to come: send them before you cut it."
            )
        os.ftruncate(self.descriptor, size)
        if self.blocks.torn:
            self._mark()
        self.found, self.blocks, self.anew = min(self.found, size), Blocks(size), True
        self.digest, self.hashed = hashlib.sha256(), -1

    def sha256(self) -> str:
        """Return the digest of the whole file, read again if it did not come in order."""
        if self.hashed == self.size:
            return self.digest.hexdigest()
        return sha256_of(self.descriptor)

    def close(self, *, orderly: bool) -> None:
        """Give the file back; closed in order by who opened it last, it loses its mark.

        With gaps it never does, and is what it was when it was opened: no part is made of bytes that nobody sent.
        """
        try:
            if self.bureau.writing.get(self.identity) is self:
                del self.bureau.writing[self.identity]
                whole = self.found if self.gaps else self.size
                if os.fstat(self.descriptor).st_size > whole:
                    os.ftruncate(self.descriptor, whole)
                self._mark(0 if orderly and not self.gaps else UPLOADING)
        except (OSError, asyncssh.SFTPError):
            # Nobody hears what becomes of a broken session, and its other files are still to be closed.
            if orderly:
                raise
        finally:
            self._give_back()

    def _give_back(self) -> None:
        os.close(self.descriptor)
        os.close(self.folder)
