"""One bureau at full speed, by as many sessions as it may have: the others get their share."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.twins.front import Street
from tests.twins.waiting import until

SESSIONS = 9
PART = 16 << 20


class Greedy:
    """Upload by many sessions at once, a part after the other."""

    def __init__(self, street: Street, part: Path) -> None:
        self._street, self._part = street, part
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
        inbox = self._street.town.inbox()
        growing = [path.stat() for path in inbox.iterdir()]
        return self._whole * PART + sum(one.st_size for one in growing if one.st_mode & 0o1000)

    def _upload(self, number: int) -> None:
        while not self._enough.is_set():
            self._street.front.program([self._street.key_file], f"put {self._part} IN/x{number}")
            self._whole += 1


def test_many_sessions_of_one_bureau_leave_others_their_share(street: Street, tmp_path: Path) -> None:
    """Nine sessions of one bureau move together about as much as the one of another."""
    part = tmp_path / "part"
    part.write_bytes(os.urandom(PART))
    greedy = Greedy(street, part)
    with greedy.at_work():
        before = greedy.moved
        told = street.front.program(
            [street.key_file.parent / "other"], f"put {part} IN/part", "rm IN/part", user="000641"
        )
        moved = greedy.moved - before
    assert 0 == told.returncode, told.stderr
    assert moved < 4 * PART
