"""Open files of a session: one that is read, one that is written.

A file that is being written carries a mark in its mode, `UPLOADING`, from its opening until it is closed in order:
the channel does not see it before. A connection that breaks leaves the mark, so that half a file is never claimed.
"""

import hashlib
import os
import stat

import asyncssh

from flexibatch.adapters.disk import lock, unlock
from flexibatch.adapters.folders import UPLOADING
from flexibatch.adapters.sftp.places import Place, being_taken, nothing, require_good_name
from flexibatch.adapters.sftp.rooms import FileId, Room

FILE_MODE = 0o660
BLOCK = 1 << 20


class Download:
    """Hold a file that is read; `taken` counts the bytes given out."""

    def __init__(self, room: Room, place: Place) -> None:
        """Open it, if it is a regular file."""
        with room.opened(place.folder) as folder:
            room.status_in(folder, place)
            self.descriptor = _open(folder, place, os.O_RDONLY)
        self.place, self.taken = place, 0

    def read(self, offset: int, size: int) -> bytes:
        """Read at an offset."""
        content = os.pread(self.descriptor, size, offset)
        self.taken += len(content)
        return content

    def close(self) -> None:
        """Give the file back."""
        os.close(self.descriptor)


class Upload:
    """Hold a file that is written; `digest` follows the bytes as long as they come in order.

    `found` bytes were there when it was opened, `written` came since.
    """

    def __init__(self, room: Room, place: Place, flags: int) -> None:
        """Open or make it and mark it; `flags` are those of `os.open`."""
        self.room, self.place = room, place
        self.folder = room.open_folder(place.folder)
        try:
            self._prepare(flags)
            self.descriptor = _open(self.folder, place, os.O_RDWR | flags)
        except BaseException:
            os.close(self.folder)
            raise
        status = os.fstat(self.descriptor)
        self.identity: FileId = (status.st_dev, status.st_ino)
        try:
            self._take_over()
        except BaseException:
            self._give_back()
            raise
        self.size = self.found = os.fstat(self.descriptor).st_size
        self.appending = bool(flags & os.O_APPEND)
        self.digest, self.hashed = hashlib.sha256(), 0
        self.written = 0
        room.writing[self.identity] = self
        os.fchmod(self.descriptor, FILE_MODE | UPLOADING)
        if flags & os.O_TRUNC:
            self._empty()

    def _prepare(self, flags: int) -> None:
        """Ask whether the file may be opened, or made and counted."""
        try:
            self.room.status_in(self.folder, self.place)
        except asyncssh.SFTPNoSuchFile:
            if not flags & os.O_CREAT:
                raise
        else:
            return
        require_good_name(self.place)
        self.room.take_in(self.place.folder, files=1)

    def _take_over(self) -> None:
        """Keep the channel from claiming the file as long as it is open; raise where it is just doing so.

        A session that wrote it before, perhaps one whose connection is dead, keeps its handle and no lock; what it
        wrote with gaps is no beginning to go on from.
        """
        before = self.room.writing.get(self.identity)
        if before is not None:
            unlock(before.descriptor)
        if not lock(self.descriptor, alone=True) or not self._is_under_its_name():
            raise being_taken(self.place)
        if before is not None and before.gaps:
            os.ftruncate(self.descriptor, before.found)

    def lost(self) -> asyncssh.SFTPError | None:
        """Tell whether the file was claimed or removed, or another session began to write it; None where neither.

        A client whose connection broke comes back before the server knows: who opened a file last writes it.
        """
        if self.room.writing.get(self.identity) is not self:
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
        """Tell whether the name still leads to this file: the channel renames what it claims."""
        try:
            now = os.stat(self.place.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return (now.st_dev, now.st_ino) == self.identity

    def _empty(self) -> None:
        """Cut what was there."""
        try:
            os.ftruncate(self.descriptor, 0)
        except BaseException:
            self.close(orderly=True)
            raise
        self.size = self.found = 0

    @property
    def gaps(self) -> int:
        """Count bytes before the end that nobody has sent: writes may come out of order, but all must come."""
        return max(0, self.size - self.found - self.written)

    def write(self, offset: int, content: bytes) -> None:
        """Write at an offset, within what a part and the inbox may hold."""
        self.require_mine()
        offset = self.size if self.appending else offset
        end = offset + len(content)
        if end > self.room.allowance.part_size:
            raise asyncssh.SFTPFailure(
                f"A part has at most {self.room.allowance.part_size} bytes: cut the document into more parts."
            )
        if not self.written and offset > self.size:
            raise asyncssh.SFTPFailure(
                f"{self.place.shown} has {self.size} bytes here, so nothing can be put at {offset}: it was "
                "taken or removed. Send it from its beginning."
            )
        if end > self.size:
            self.room.take_in(self.place.folder, size=end - self.size)
        os.pwrite(self.descriptor, content, offset)
        self._follow(offset, content)
        self.size, self.written = max(self.size, end), self.written + len(content)

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
        os.ftruncate(self.descriptor, size)
        self.size = self.found = size
        self.written, self.digest, self.hashed = 0, hashlib.sha256(), -1

    def sha256(self) -> str:
        """Give the digest of the whole file, read again if it did not come in order."""
        if self.hashed == self.size:
            return self.digest.hexdigest()
        digest, offset = hashlib.sha256(), 0
        while block := os.pread(self.descriptor, BLOCK, offset):
            digest.update(block)
            offset += len(block)
        return digest.hexdigest()

    def close(self, *, orderly: bool) -> None:
        """Give the file back; closed in order by who opened it last, it loses its mark.

        With gaps it never does, and is what it was when it was opened: no part is made of bytes that nobody sent.
        """
        try:
            if self.room.writing.get(self.identity) is self:
                del self.room.writing[self.identity]
                if self.gaps:
                    os.ftruncate(self.descriptor, self.found)
                elif orderly:
                    os.fchmod(self.descriptor, FILE_MODE)
        finally:
            self._give_back()

    def _give_back(self) -> None:
        os.close(self.descriptor)
        os.close(self.folder)


def _open(folder: int, place: Place, flags: int) -> int:
    """Open a regular file and nothing else."""
    safe = (flags & ~(os.O_APPEND | os.O_TRUNC)) | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(place.name, safe, FILE_MODE | UPLOADING, dir_fd=folder)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise nothing()
