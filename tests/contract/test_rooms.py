"""What the sessions of one bureau share: long work one after another, folders listed as far as they are read."""

import asyncio
import threading
import time
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import asyncssh
import pytest

from flexibatch.adapters.folders import make_sender_folders
from flexibatch.adapters.sftp.sender_state import SenderState
from flexibatch.domain.sessions import InboxQuota

ALLOWANCE = InboxQuota(1000, 100, 100_000, 1000, 5)


@pytest.fixture
def room(tmp_path: Path) -> SenderState:
    """Return the room of a bureau with a hundred files."""
    root = make_sender_folders(tmp_path, "000640")
    for number in range(100):
        (root / "IN" / f"{number}").touch()
    return SenderState(root, ALLOWANCE)


def test_long_work_of_one_bureau_is_done_one_after_another(room: SenderState) -> None:
    """It never takes two of the threads that all bureaus share."""
    at_work, most = 0, 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal at_work, most
        with guard:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.01)
        with guard:
            at_work -= 1

    async def all_at_once() -> None:
        await asyncio.gather(*(room.apart(work) for _ in range(5)))

    asyncio.run(all_at_once())
    assert 1 == most


def test_a_folder_is_looked_through_as_far_as_it_is_read(room: SenderState) -> None:
    """A client that asks for the first names and goes costs no more than these."""
    listed = room.listed("IN")
    assert 10 == len(list(islice(listed, 10)))
    for path in (room.root / "IN").iterdir():
        path.unlink()
    assert [] == list(listed)


def test_no_more_folders_are_listed_at_once_than_files_may_be_open(room: SenderState) -> None:
    """Each holds the folder open."""
    with ExitStack() as open_ones:
        for _ in range(ALLOWANCE.max_handles):
            open_ones.enter_context(room.listing())
        with pytest.raises(asyncssh.SFTPFailure, match="close some first"):
            open_ones.enter_context(room.listing())
    with room.listing():
        assert 1 == room.listings
