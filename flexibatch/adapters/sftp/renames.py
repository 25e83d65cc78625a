"""Names that move: files of a bureau that are renamed or deleted, never one that the channel is just taking."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import asyncssh

from flexibatch.adapters.locks import lock
from flexibatch.adapters.sftp.files import identity_in
from flexibatch.adapters.sftp.paths import VirtualPath, being_taken
from flexibatch.adapters.sftp.sender_state import SenderState, is_there


def remove(bureau: SenderState, place: VirtualPath) -> os.stat_result:
    """Delete a file and give what it was."""
    with bureau.opened(place.folder) as folder:
        status = bureau.status_in(folder, place)
        with _own(bureau, folder, place, status):
            os.unlink(place.name, dir_fd=folder)
    return status


def rename(bureau: SenderState, old: VirtualPath, new: VirtualPath, *, replace: bool) -> os.stat_result:
    """Rename a file within its folder and give what it is; only with `replace` over another."""
    with bureau.opened(old.folder) as folder:
        status = bureau.status_in(folder, old)
        with _own(bureau, folder, old, status):
            if not is_there(folder, new):
                os.rename(old.name, new.name, src_dir_fd=folder, dst_dir_fd=folder)
            elif not replace:
                raise asyncssh.SFTPFailure(f"{new.shown} is there already: remove it first.")
            else:
                _replace(bureau, folder, old, new)
    writing = bureau.writing.get(identity_in(status))
    if writing is not None:
        writing.place = new
    return status


def _replace(bureau: SenderState, folder: int, old: VirtualPath, new: VirtualPath) -> None:
    with _own(bureau, folder, new, bureau.status_in(folder, new)):
        os.rename(old.name, new.name, src_dir_fd=folder, dst_dir_fd=folder)


@contextmanager
def _own(bureau: SenderState, folder: int, place: VirtualPath, status: os.stat_result) -> Iterator[None]:
    """Keep the channel from claiming a file; raise where it is just doing so.

    One that is being written is kept from it by its mark and its handle; nothing is claimed out of the out folders.
    """
    if not place.is_inbox or identity_in(status) in bureau.writing:
        yield
        return
    descriptor = os.open(
        place.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder
    )
    try:
        if not lock(descriptor, alone=True):
            raise being_taken(place)
        yield
    finally:
        os.close(descriptor)
