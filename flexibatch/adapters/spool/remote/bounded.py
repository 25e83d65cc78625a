"""What another party's server may send of itself: packets of so many bytes, listings of so many names and bytes."""

from dataclasses import dataclass

import paramiko

PACKET = 1 << 20
"""No answer to what is asked here is larger: blocks of files are asked for in 32 KiB, names come a few at a time."""
AHEAD = 8
"""Requests for names that are on their way at once."""


@dataclass(frozen=True, slots=True)
class ListingLimits:
    """How many names one folder there may list, and in how many bytes."""

    names: int = 100_000
    size: int = 64 << 20


ENOUGH = ListingLimits()


class BoundedClient(paramiko.SFTPClient):
    """Speak SFTP, and break off with a server that sends more than anybody asked for."""

    _taken = 0

    def _read_all(self, n: int) -> bytes:
        """Read so many bytes; the four before each packet tell how many, and they may lie."""
        if n > PACKET:
            raise paramiko.SFTPError(f"it sends a packet of {n} bytes")
        read = bytearray()
        while len(read) < n:
            block = self.sock.recv(n - len(read))
            if not block:
                raise EOFError
            read += block
        self._taken += n
        return bytes(read)

    def listed(self, path: str, most: ListingLimits) -> list[paramiko.SFTPAttributes]:
        """List a folder whole; a part of it would be a set without its parts."""
        found: list[paramiko.SFTPAttributes] = []
        began = self._taken
        for one in self.listdir_iter(path, read_aheads=AHEAD):
            # The number of names in a packet may lie too: those that are not there are read as empty ones.
            if len(found) == most.names:
                raise paramiko.SFTPError(f"more than {most.names} names lie in {path}")
            if self._taken - began > most.size:
                raise paramiko.SFTPError(f"the listing of {path} has more than {most.size} bytes")
            found.append(one)
        return found
