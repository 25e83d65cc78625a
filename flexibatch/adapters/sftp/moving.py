"""Names that move: files of a bureau that are renamed or deleted, never one that the channel is just taking."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import asyncssh

from flexibatch.adapters.locks import lock
from flexibatch.adapters.sftp.files import identity_in
from flexibatch.adapters.sftp.places import Place, being_taken
from flexibatch.adapters.sftp.rooms import Room, is_there


def remove(room: Room, place: Place) -> os.stat_result:
    """Delete a file and give what it was."""
    with room.opened(place.folder) as folder:
        status = room.status_in(folder, place)
        with _own(room, folder, place, status):
            os.unlink(place.name, dir_fd=folder)
    return status


def rename(room: Room, old: Place, new: Place, *, replace: bool) -> os.stat_result:
    """Rename a file within its folder and give what it is; only with `replace` over another."""
    with room.opened(old.folder) as folder:
        status = room.status_in(folder, old)
        with _own(room, folder, old, status):
            if not is_there(folder, new):
                os.rename(old.name, new.name, src_dir_fd=folder, dst_dir_fd=folder)
            elif not replace:
                raise asyncssh.SFTPFailure(f"{new.shown} is there already: remove it first.")
            else:
                _replace(room, folder, old, new)
    writing = room.writing.get(identity_in(status))
    if writing is not None:
        writing.place = new
    return status


def _replace(room: Room, folder: int, old: Place, new: Place) -> None:
    with _own(room, folder, new, room.status_in(folder, new)):
        os.rename(old.name, new.name, src_dir_fd=folder, dst_dir_fd=folder)


@contextmanager
def _own(room: Room, folder: int, place: Place, status: os.stat_result) -> Iterator[None]:
    """Keep the channel from claiming a file; raise where it is just doing so.

    One that is being written is kept from it by its mark and its handle; nothing is claimed out of the out folders.
    """
    if not place.is_inbox or identity_in(status) in room.writing:
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
