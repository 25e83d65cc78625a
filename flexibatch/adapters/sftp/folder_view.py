"""What one session of a bureau sees and may do: seven folders, and what lies in them."""

import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import islice
from typing import Any

import asyncssh
from asyncssh import FXF_APPEND, FXF_CREAT, FXF_EXCL, FXF_TRUNC, FXF_WRITE, SFTPAttrs, SFTPName

from flexibatch.adapters.folders import SENDER_FOLDERS, UPLOADING
from flexibatch.adapters.sftp import renames
from flexibatch.adapters.sftp.attributes import of_file, of_folder, times
from flexibatch.adapters.sftp.files import identity_in, read_at
from flexibatch.adapters.sftp.handles import Download, Upload
from flexibatch.adapters.sftp.paths import VirtualPath, nothing, place_of, require_good_name, resolved, shown
from flexibatch.adapters.sftp.sender_state import SenderState
from flexibatch.domain.sessions import Act, InboxQuota

LISTED_AT_ONCE = 128
_OPENING = (
    (FXF_CREAT, os.O_CREAT),
    (FXF_TRUNC, os.O_TRUNC),
    (FXF_EXCL, os.O_EXCL),
    (FXF_APPEND, os.O_APPEND),
)

Tell = Callable[..., None]
Handle = Download | Upload


class FolderView(asyncssh.SFTPServer):
    """Answer the requests of one SFTP session; `tell` hears what was done (`tell(act, file, **details)`)."""

    def __init__(
        self,
        channel: "asyncssh.SSHServerChannel[bytes]",
        bureau: SenderState,
        number: str,
        tell: Tell,
        together: "Sequence[FolderView]",
    ) -> None:
        """Keep whose session it is, and the others of its connection."""
        super().__init__(channel)
        self._bureau, self._number, self._tell = bureau, number, tell
        self._together = together
        self._open: set[Handle] = set()
        self.orderly = self.ended = False
        self.moved_at = time.monotonic()
        self.asked = 0

    @property
    def busy(self) -> bool:
        """Return whether a file is being written or read, or a request is being answered."""
        return bool(self._open or self.asked)

    @property
    def quota(self) -> InboxQuota:
        """Return how much a bureau may ask for."""
        return self._bureau.quota

    async def take_turn(self) -> None:
        """Wait until it is this session's turn, among those of its bureau."""
        await self._bureau.take_turn()

    def too_long(self, size: int) -> asyncssh.SFTPError:
        """Write down that a request was announced that nobody may send; the session ends, and nothing of it is read."""
        reason = f"A request of {size} bytes was announced: one has at most {self.quota.request_size}."
        self._tell(Act.REFUSED, reason=reason)
        return asyncssh.SFTPBadMessage(reason)

    def exit(self) -> None:
        """End the session."""
        self.ended = True

    # ------------------------------------------------------------------------------------------------- files

    def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> object:
        """Open a file to be read anywhere, or to be written in an inbox."""
        del attrs
        place = self._file(path)
        count = sum(len(view._open) for view in self._together)  # noqa: SLF001 - of its own kind
        if count >= self._bureau.quota.max_handles:
            raise asyncssh.SFTPFailure(f"{count} files are open in this session: close some first.")
        handle: Handle
        if pflags & (FXF_WRITE | FXF_APPEND | FXF_CREAT | FXF_TRUNC):
            self._require_inbox(place, "written")
            flags = sum(ours for theirs, ours in _OPENING if pflags & theirs)
            handle = self._refusing(place, lambda: Upload(self._bureau, place, flags))
        else:
            handle = Download(self._bureau, place)
        self._open.add(handle)
        self._bureau.handles += 1
        return handle

    async def close(self, file_obj: object) -> None:
        """Close a file; one whose connection broke stays marked as half-written."""
        handle = _handle(file_obj)
        self._open.discard(handle)
        self._bureau.handles -= 1
        if isinstance(handle, Download):
            whole = handle.whole()
            handle.close()
            self._tell(Act.GET, whole, path=handle.place.shown, bytes=handle.taken)
            return
        orderly, lost = self.orderly, handle.lost() or _torn(handle)
        try:
            sha256 = await self._bureau.apart(handle.sha256) if orderly and lost is None else None
        finally:
            handle.close(orderly=orderly)
        told = {"path": handle.place.shown, "size": handle.size, "sha256": sha256}
        self._tell(Act.PUT_BROKEN if sha256 is None else Act.PUT, **told)
        if orderly and lost is not None:
            raise lost

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Read at most what one request may ask."""
        handle = _handle(file_obj)
        size = min(size, self._bureau.quota.request_size)
        if isinstance(handle, Upload):
            return read_at(handle.descriptor, size, offset)
        return handle.read(offset, size)

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Write within the limits; what is refused is told and changes nothing."""
        handle = _handle(file_obj)
        if isinstance(handle, Download):
            raise asyncssh.SFTPPermissionDenied(f"{handle.place.shown} was opened to be read.")
        if len(data) > self._bureau.quota.request_size:
            raise asyncssh.SFTPFailure(f"A request has at most {self._bureau.quota.request_size} bytes.")
        self._refusing(handle.place, lambda: handle.write(offset, data))
        return len(data)

    async def fsync(self, file_obj: object) -> None:
        """Put what was written on the disk."""
        handle = _handle(file_obj)
        await self._bureau.apart(lambda: os.fsync(handle.descriptor))

    # -------------------------------------------------------------------------------------------- attributes

    def stat(self, path: bytes) -> SFTPAttrs:
        """Return size and times of a file or folder."""
        place = place_of(path)
        if not place.is_file:
            return self._folder_attributes(place.folder)
        return of_file(self._bureau.status(place))

    def lstat(self, path: bytes) -> SFTPAttrs:
        """Do as `stat`: there are no links."""
        return self.stat(path)

    def fstat(self, file_obj: object) -> SFTPAttrs:
        """Return size and times of an open file."""
        return of_file(os.fstat(_handle(file_obj).descriptor))

    def setstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Set the times of a file in an inbox, or cut it; owner and rights stay as they are, and all of a folder."""
        if attrs.size is None and _is_folder(path):
            return
        place = self._file(path)
        self._require_inbox(place, "changed")
        with self._bureau.opened(place.folder) as folder:
            status = self._bureau.status_in(folder, place)
            wanted = times(attrs)
            if wanted is not None:
                os.utime(place.name, wanted, dir_fd=folder, follow_symlinks=False)
        if attrs.size is not None:
            if status.st_mode & UPLOADING:
                raise asyncssh.SFTPFailure(f"{place.shown} is being written: cut it when it is there.")
            upload = Upload(self._bureau, place, 0)
            try:
                self._cut(upload, attrs.size)
            finally:
                upload.close(orderly=True)

    def lsetstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Do as `setstat`: there are no links."""
        self.setstat(path, attrs)

    def fsetstat(self, file_obj: object, attrs: SFTPAttrs) -> None:
        """Set the times of an open file, or cut it."""
        handle = _handle(file_obj)
        if isinstance(handle, Download):
            raise asyncssh.SFTPPermissionDenied(f"{handle.place.shown} was opened to be read.")
        if attrs.size is not None:
            self._cut(handle, attrs.size)
        wanted = times(attrs)
        if wanted is not None:
            handle.require_mine()
            os.utime(handle.descriptor, wanted)

    def _cut(self, upload: Upload, size: int) -> None:
        self._refusing(upload.place, lambda: upload.truncate(size))

    def statvfs(self, path: bytes) -> os.statvfs_result:
        """Return the room on the disk, for `df`."""
        place_of(path)
        return os.statvfs(self._bureau.root)

    def fstatvfs(self, file_obj: object) -> os.statvfs_result:
        """Return the room on the disk."""
        return os.fstatvfs(_handle(file_obj).descriptor)

    # ------------------------------------------------------------------------------------------------ folders

    def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        """List a folder; clients ask by the opening whether it is one."""
        place = place_of(path)
        if place.is_file:
            raise nothing()
        return self._entries(place.folder, self._folder_attributes(""))

    async def _entries(self, folder: str, own: SFTPAttrs) -> AsyncIterator[SFTPName]:
        for name in (b".", b".."):
            yield SFTPName(name, attrs=own)
        if not folder:
            for one in SENDER_FOLDERS:
                yield SFTPName(one.encode(), attrs=self._folder_attributes(one))
            return
        listed = self._bureau.listed(folder)
        with self._bureau.listing():
            while some := await self._bureau.apart(lambda: list(islice(listed, LISTED_AT_ONCE))):
                for name, status in some:
                    yield SFTPName(name, attrs=of_file(status))

    def realpath(self, path: bytes) -> bytes:
        """Return a path from the root."""
        return resolved(path)

    # ---------------------------------------------------------------------------------------- names that move

    def remove(self, path: bytes) -> None:
        """Delete a file: an answer that was fetched, or what was not claimed yet."""
        place = self._file(path)
        status = self._refusing(place, lambda: renames.remove(self._bureau, place))
        answer = None if place.is_inbox else identity_in(status)
        self._tell(Act.DELETE, answer, path=place.shown, size=status.st_size)

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename within an inbox, over nothing."""
        self._rename(oldpath, newpath, replace=False)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename within an inbox, over what is there."""
        self._rename(oldpath, newpath, replace=True)

    def _rename(self, oldpath: bytes, newpath: bytes, *, replace: bool) -> None:
        old, new = self._file(oldpath), self._file(newpath)
        for place in (old, new):
            self._require_inbox(place, "renamed")
        if old.folder != new.folder:
            raise self._refused(old, "A file is renamed within its folder: put it where it belongs.")
        self._refusing(new, lambda: require_good_name(new))
        status = self._refusing(old, lambda: renames.rename(self._bureau, old, new, replace=replace))
        told = {"path": old.shown, "to": new.shown, "size": status.st_size}
        self._tell(Act.RENAME, identity_in(status), **told)

    def mkdir(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Refuse: the folders are these seven. Clients make one before each file, and go on where it is there."""
        del attrs
        if _is_folder(path):
            raise asyncssh.SFTPFailure(f"{shown(path)} is there already.")
        raise self._refused(shown(path), "No folder can be made here: the folders are these seven.")

    def rmdir(self, path: bytes) -> None:
        """Refuse: the folders stay."""
        raise self._refused(shown(path), "No folder can be removed here.")

    def readlink(self, path: bytes) -> bytes:
        """Refuse: there are no links."""
        del path
        raise nothing()

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse: there are no links."""
        del oldpath
        raise self._refused(shown(newpath), "No link can be made here.")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse: there are no links."""
        del oldpath
        raise self._refused(shown(newpath), "No link can be made here.")

    # ------------------------------------------------------------------------------------------------ in small

    def format_user(self, uid: int | None) -> str:
        """Name the bureau in listings, never a user of this machine."""
        del uid
        return self._number

    def format_group(self, gid: int | None) -> str:
        """Do as `format_user`."""
        del gid
        return self._number

    def _file(self, path: bytes) -> VirtualPath:
        place = place_of(path)
        if not place.is_file:
            raise asyncssh.SFTPFailure(f"{place.shown} is a folder.")
        return place

    def _require_inbox(self, place: VirtualPath, done: str) -> None:
        if not place.is_inbox:
            raise self._refused(place, f"Nothing can be {done} in {place.folder}: it is read, and emptied.")

    def _refusing(self, place: VirtualPath, ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever was asked
        """Do what was asked; write down where it was refused."""
        try:
            return ask()
        except asyncssh.SFTPNoSuchFile:
            raise
        except asyncssh.SFTPError as exc:
            self._tell(Act.REFUSED, path=place.shown, reason=exc.reason)
            raise

    def _refused(self, place: VirtualPath | str, reason: str) -> asyncssh.SFTPError:
        shown = place if isinstance(place, str) else place.shown
        self._tell(Act.REFUSED, path=shown, reason=reason)
        return asyncssh.SFTPPermissionDenied(reason)

    def _folder_attributes(self, folder: str) -> SFTPAttrs:
        return of_folder((self._bureau.root / folder).lstat())


def _is_folder(path: bytes) -> bool:
    """Return whether a path leads to one of the seven folders, or to what holds them."""
    try:
        return not place_of(path).is_file
    except asyncssh.SFTPNoSuchFile:
        return False


def _torn(upload: Upload) -> asyncssh.SFTPError | None:
    if not upload.gaps:
        return None
    return asyncssh.SFTPFailure(
        f"{upload.gaps} bytes of {upload.place.shown} were never sent: it is not taken. Send it again."
    )


def _handle(file_obj: object) -> Handle:
    if not isinstance(file_obj, Download | Upload):
        raise asyncssh.SFTPInvalidHandle("This handle is none of an open file.")
    return file_obj
