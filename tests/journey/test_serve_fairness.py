"""One bureau at full speed, by as many sessions as it may have: the others get their share."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
from paramiko import sftp as kinds

from tests.doubles.running_server import ServedInstallations
from tests.doubles.waiting import until

SESSIONS = 9
PART = 16 << 20


class Greedy:
    """Upload by many sessions at once, a part after the other."""

    def __init__(self, sites: ServedInstallations, part: Path) -> None:
        self._street, self._part = sites, part
        self._whole = 0
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._upload, args=(number,)) for number in range(SESSIONS)]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Keep uploading until the block is left."""
        for thread in self._threads:
            thread.start()
        until(lambda: self.moved > PART)
        yield
        self._enough.set()
        for thread in self._threads:
            thread.join()

    @property
    def moved(self) -> int:
        """Count the bytes that went up: the parts that are whole, and those that grow."""
        inbox = self._street.installation.inbox()
        growing = [path.stat() for path in inbox.iterdir()]
        return self._whole * PART + sum(one.st_size for one in growing if one.st_mode & 0o1000)

    def _upload(self, number: int) -> None:
        while not self._enough.is_set():
            self._street.front.program([self._street.key_file], f"put {self._part} IN/x{number}")
            self._whole += 1


def test_many_sessions_of_one_bureau_leave_others_their_share(
    sites: ServedInstallations, tmp_path: Path
) -> None:
    """Nine sessions of one bureau move together about as much as the one of another."""
    part = tmp_path / "part"
    part.write_bytes(os.urandom(PART))
    greedy = Greedy(sites, part)
    with greedy.at_work():
        before = greedy.moved
        told = sites.front.program(
            [sites.key_file.parent / "other"], f"put {part} IN/part", "rm IN/part", user="000641"
        )
        moved = greedy.moved - before
    assert 0 == told.returncode, told.stderr
    assert moved < 4 * PART


BURST = 12_000
"""Requests of a few bytes that one session sends at once, before it reads an answer."""


def _answers(client: paramiko.SFTPClient) -> int:
    """Count the bytes of answers that lie there for a client."""
    channel = client.get_channel()
    assert channel is not None
    return len(channel.in_buffer)


def test_a_burst_of_small_requests_stops_nobody(sites: ServedInstallations) -> None:
    """While most of what one session sent at once still waits, another bureau is answered again and again."""
    other = paramiko.Ed25519Key.from_private_key_file(str(sites.key_file.parent / "other"))
    with sites.front.peer(sites.key) as greedy, sites.front.peer(other, "000641") as peer:
        peer.stat("/IN")
        size = _one_answer(greedy)
        for _ in range(BURST):
            greedy._async_request(type(None), kinds.CMD_STAT, "/IN")  # type: ignore[attr-defined]
        until(lambda: _answers(greedy) > 0)
        for _ in range(20):
            peer.stat("/IN")
        assert _answers(greedy) < BURST * size // 2
        until(lambda: _answers(greedy) == BURST * size)


def _one_answer(client: paramiko.SFTPClient) -> int:
    """Return how many bytes the answer to one request has, and take it out."""
    client._async_request(type(None), kinds.CMD_STAT, "/IN")  # type: ignore[attr-defined]
    until(lambda: _answers(client) > 0)
    size = _answers(client)
    client._read_response()  # type: ignore[attr-defined]
    return size
