"""What a server elsewhere tells of its own answers is never believed: sizes of packets, numbers of names."""

import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import paramiko
import pytest

from flexibatch.adapters.spool.remote.bounded import PACKET, BoundedClient, ListingLimits
from flexibatch.adapters.spool.remote.sightings import Listed, Sightings

VERSION, HANDLE, NAME = 2, 102, 104
SECOND = 10**9


def _packet(kind: int, content: bytes) -> bytes:
    return struct.pack(">IB", len(content) + 1, kind) + content


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        theirs.sendall(_packet(VERSION, struct.pack(">I", 3)))
        yield ours, theirs


class _Spoken(BoundedClient):
    """Speak over a socket where else a channel is."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)  # type: ignore[arg-type]

    def _log(self, level: int, msg: object, *args: object) -> None:
        """Say nothing: a socket has no name to say."""


def test_names_that_are_not_there_are_not_believed(ends: tuple[socket.socket, socket.socket]) -> None:
    """Thirteen bytes that announce four thousand million names cost no more than the entry allows."""
    ours, theirs = ends
    theirs.sendall(_packet(HANDLE, struct.pack(">II", 1, 1) + b"h"))
    theirs.sendall(_packet(NAME, struct.pack(">II", 2, 2**32 - 1)))
    with pytest.raises(paramiko.SFTPError, match="more than 1000 names lie in IN"):
        _Spoken(ours).listed("IN", ListingLimits(1000, 10_000))


def test_a_packet_that_nobody_asked_for_is_not_awaited(ends: tuple[socket.socket, socket.socket]) -> None:
    """Its length is read, none of its bytes."""
    ours, theirs = ends
    theirs.sendall(struct.pack(">I", PACKET + 1))
    with pytest.raises(paramiko.SFTPError, match=f"a packet of {PACKET + 1} bytes"):
        _Spoken(ours).listed("IN", ListingLimits(1000, 10_000))


def test_a_late_listing_shows_nothing_standing_still(tmp_path: Path) -> None:
    """A part changed after its GO; a listing begun 5 s ago has not seen since then that it stands still."""
    key = "FLEX.000640.20261005.00001.R"
    go, part = Listed(f"GO.{key}.1", 0, 1), Listed(f"FI.{key}.1.1", 10, 1)
    sightings = Sightings(tmp_path / "seen.json")
    sightings.entries("IN", [go, part], 10 * SECOND)
    grown = Listed(part.name, 20, 2)
    told = [
        {
            one.name: one.changed_ns
            for one in sightings.entries("IN", [go, grown], now * SECOND, late * SECOND)
        }
        for now, late in ((20, 0), (31, 5))
    ]
    assert [20 * SECOND, 25 * SECOND] == [times[part.name] for times in told]
    assert [10 * SECOND, 10 * SECOND] == [times[go.name] for times in told]
