"""Where a client's path leads: one of the seven folders, a name in one of them, or nowhere."""

from dataclasses import dataclass

import asyncssh

from flexibatch.adapters.folders import SENDER_FOLDERS
from flexibatch.domain.findings import legible
from flexibatch.domain.vocabulary import Environment

PATH_LIMIT = 4096
NAME_LIMIT = 255
SHOWN_BYTES = 200

INBOXES = frozenset(one.inbox for one in Environment)
_HERE = b"."
_UP = b".."


@dataclass(frozen=True, slots=True)
class VirtualPath:
    """A folder and a name in it; an empty name is the folder itself, an empty folder the root."""

    folder: str = ""
    name: bytes = b""

    @property
    def is_file(self) -> bool:
        """Return whether a file could be there."""
        return bool(self.name)

    @property
    def is_inbox(self) -> bool:
        """Return whether the bureau writes here."""
        return self.folder in INBOXES

    @property
    def shown(self) -> str:
        """Return the path for a sentence or an event, without signs that a terminal obeys."""
        return shown(f"/{self.folder}/".encode() + self.name if self.name else f"/{self.folder}".encode())


def shown(path: bytes) -> str:
    r"""Return a path for a sentence or an event.

    >>> shown(b"/IN/a\x1b")
    '/IN/a?'
    """
    return legible(path[:SHOWN_BYTES].decode(errors="replace"))


def place_of(path: bytes) -> VirtualPath:
    """Find the place a path names; raise where nothing is.

    >>> place_of(b"IN/a") == place_of(b"/IN//./a") == VirtualPath("IN", b"a")
    True
    """
    if len(path) > PATH_LIMIT or b"\0" in path:
        raise nothing()
    parts = [part for part in path.split(b"/") if part not in (b"", _HERE)]
    if _UP in parts or len(parts) > 2:  # noqa: PLR2004 - a folder and a name
        raise nothing()
    if not parts:
        return VirtualPath()
    folder = parts[0].decode("ascii", errors="replace")
    if folder not in SENDER_FOLDERS or (len(parts) > 1 and len(parts[1]) > NAME_LIMIT):
        raise nothing()
    return VirtualPath(folder, parts[1] if len(parts) > 1 else b"")


def resolved(path: bytes) -> bytes:
    """Return a path from the root, `..` taken out; it need not lead anywhere. Clients ask this for `cd ..`.

    >>> resolved(b"."), resolved(b"IN/../../OUT/")
    (b'/', b'/OUT')
    """
    if len(path) > PATH_LIMIT or b"\0" in path:
        raise nothing()
    parts: list[bytes] = []
    for part in path.split(b"/"):
        if part == _UP:
            parts = parts[:-1]
        elif part not in (b"", _HERE):
            parts.append(part)
    return b"/" + b"/".join(parts)


def require_good_name(place: VirtualPath) -> None:
    """Refuse to make a file whose name people cannot read."""
    try:
        good = place.name.decode().isprintable()
    except UnicodeDecodeError:
        good = False
    if not good:
        raise asyncssh.SFTPFailure(
            "This name cannot be taken: use letters, digits, dots, hyphens and underscores."
        )


def being_taken(place: VirtualPath) -> asyncssh.SFTPError:
    """Say that the channel is just taking a file."""
    return asyncssh.SFTPFailure(
        f"{place.shown} is just being taken by the channel: nothing was changed. Look whether it is still there."
    )


def nothing() -> asyncssh.SFTPError:
    """Say that there is nothing; the same words whatever the reason."""
    return asyncssh.SFTPNoSuchFile("There is no such file or folder.")
