"""What the sessions of one bureau share: its folders on disk, how full its inboxes are, what is being written."""

import asyncio
import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

import asyncssh

from flexibatch.adapters.reserve import NO_RESERVE, Reserve
from flexibatch.adapters.sftp.paths import VirtualPath, nothing
from flexibatch.adapters.sftp.receive_window import BufferBudget
from flexibatch.domain.sessions import FileId, InboxQuota

REST_FACTOR = 10
"""How many times longer than a count took nothing is counted again: a full inbox must not cost others their turn."""
T = TypeVar("T")


class OpenFile(Protocol):
    """A file that is being written, under the name it has now: what was there before, what is missing in between."""

    place: VirtualPath
    descriptor: int
    found: int

    @property
    def gaps(self) -> int:
        """Count bytes before the end that nobody has sent."""
        ...


@dataclass(slots=True)
class InboxUsage:
    """How many files and bytes an inbox holds at most; counted again when that seems too many."""

    files: int = 0
    bytes: int = 0
    next_count_at: float = 0.0


@dataclass(slots=True)
class SenderState:
    """A bureau's root folder and what its sessions must know of one another."""

    root: Path
    quota: InboxQuota
    disk: Reserve = NO_RESERVE
    writing: dict[FileId, "OpenFile"] = field(default_factory=dict)
    usages: dict[str, InboxUsage] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    long_work: asyncio.Lock = field(default_factory=asyncio.Lock)
    handles: int = 0
    listings: int = 0
    budget: BufferBudget = field(init=False)

    def __post_init__(self) -> None:
        """Divide what may be sent."""
        self.budget = BufferBudget(self.quota.max_buffered)

    @contextmanager
    def opened(self, folder: str) -> Iterator[int]:
        """Open a folder for the calls that name files in it."""
        handle = self.open_folder(folder)
        try:
            yield handle
        finally:
            os.close(handle)

    def open_folder(self, folder: str) -> int:
        """Open a folder; a link in its place is not followed."""
        return os.open(self.root / folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)

    def status(self, place: VirtualPath) -> os.stat_result:
        """Return the status of a regular file; raise where there is none."""
        with self.opened(place.folder) as folder:
            return self.status_in(folder, place)

    def status_in(self, folder: int, place: VirtualPath) -> os.stat_result:
        """Return the status of a regular file in an open folder."""
        if not place.is_inbox and place.name.startswith(b"."):
            raise nothing()
        try:
            found = os.stat(place.name, dir_fd=folder, follow_symlinks=False)
        except OSError as exc:
            if exc.errno in (errno.ENOENT, errno.ENAMETOOLONG):
                raise nothing() from exc
            raise
        if not stat.S_ISREG(found.st_mode):
            raise nothing()
        return found

    def listed(self, folder: str) -> Iterator[tuple[bytes, os.stat_result]]:
        """Yield the regular files of a folder; what the channel is just writing into an out folder is not there."""
        with self.opened(folder) as handle, os.scandir(handle) as entries:
            for entry in entries:
                place = VirtualPath(folder, os.fsencode(entry.name))
                try:
                    status = self.status_in(handle, place)
                except (asyncssh.SFTPNoSuchFile, FileNotFoundError):
                    continue
                yield place.name, status

    @contextmanager
    def listing(self) -> Iterator[None]:
        """Count a listing for as long as it is open; raise where too many are."""
        if self.listings >= self.quota.max_handles:
            raise asyncssh.SFTPFailure(f"{self.listings} folders are being listed: close some first.")
        self.listings += 1
        try:
            yield
        finally:
            self.listings -= 1

    async def apart(self, work: Callable[[], T]) -> T:
        """Do what takes long beside the event loop, one thing at a time for each bureau: all share the threads."""
        async with self.long_work:
            return await asyncio.to_thread(work)

    async def take_turn(self) -> None:
        """Wait for a turn of one round of the event loop, among the sessions of the bureau."""
        async with self.turn:
            await asyncio.sleep(0)

    # ----------------------------------------------------------------------------------------- how full it is

    def take_in(self, folder: str, *, files: int = 0, size: int = 0) -> None:
        """Count a file or bytes that come in; raise where the inbox is full, or the disk."""
        if self.disk.lacking():
            raise asyncssh.SFTPFailure(
                "The channel's disk has no room now: nothing is lost, try again later."
            )
        usage = self.usages.setdefault(folder, InboxUsage())
        if not usage.next_count_at or self._too_full(usage, files, size):
            self._recount(folder, usage)
        if usage.files + files > self.quota.max_files:
            raise asyncssh.SFTPFailure(
                f"{self.quota.max_files} files wait in {folder} already: wait until they are taken."
            )
        if usage.bytes + size > self.quota.max_bytes:
            raise asyncssh.SFTPFailure(
                f"{folder} holds as many bytes as it may ({self.quota.max_bytes}): wait until they are taken."
            )
        usage.files += files
        usage.bytes += size

    def _too_full(self, usage: InboxUsage, files: int, size: int) -> bool:
        return usage.files + files > self.quota.max_files or usage.bytes + size > self.quota.max_bytes

    def _recount(self, folder: str, usage: InboxUsage) -> None:
        """Count what is there, but not all the time."""
        began = time.monotonic()
        if began < usage.next_count_at:
            return
        sizes = [status.st_size for _, status in self.listed(folder)]
        usage.files, usage.bytes = len(sizes), sum(sizes)
        ended = time.monotonic()
        usage.next_count_at = ended + REST_FACTOR * (ended - began)


def is_there(folder: int, place: VirtualPath) -> bool:
    """Return whether anything has that name in an open folder."""
    try:
        os.stat(place.name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
