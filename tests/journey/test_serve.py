"""The front door, as bureaus find it: `flexibatch serve` runs, clients nobody here wrote come in."""

import time
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from flexibatch.adapters.clock import SystemClock
from flexibatch.bootstrap import Home
from tests.twins.front import Front, registered_key
from tests.twins.town import SAMPLES, Town, moved_to_today

FOLDERS = ["IN", "INTEST", "INTEST-S", "OUT", "OUTTEST", "OUTTEST-S", "REPORT"]


@pytest.fixture
def town(home: Home) -> Town:
    """Give the samples' cast, in a home whose files arrive today."""
    made = Town(home, SystemClock())
    made.register_cast_of_today()
    return made


@pytest.fixture
def key(town: Town, tmp_path: Path) -> paramiko.PKey:
    """Give a key with which bureau 000640 logs in."""
    return registered_key(town, tmp_path)


@pytest.fixture
def front(town: Town, key: paramiko.PKey) -> Iterator[Front]:
    """Give a server that runs."""
    del key
    with Front(town) as running:
        yield running


def _awaited(client: paramiko.SFTPClient, folder: str, count: int) -> list[str]:
    """Look into a folder until so many files are there, a minute at most."""
    until = time.monotonic() + 60
    while len(found := client.listdir(folder)) < count and time.monotonic() < until:
        time.sleep(0.05)
    return sorted(found)


def test_a_set_goes_in_and_its_answers_come_out(front: Front, key: paramiko.PKey) -> None:
    """Parts, then the GO, put as any client does; ACRF and NOTI are fetched and deleted."""
    client = front.sftp(key)
    assert sorted(client.listdir(".")) == FOLDERS
    paths = sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*"))
    for path in paths:
        name, content = moved_to_today(path)
        with client.open(f"/IN/{name}", "wb") as file:
            file.write(content)
        assert len(content) == client.stat(f"IN/{name}").st_size
    names = _awaited(client, "OUT", 4)
    assert ["FO.ACRF", "FO.NOTI", "GO.ACRF", "GO.NOTI"] == [name[:7] for name in names]
    with client.open(f"OUT/{names[1]}") as answer:
        assert b"NOTI" in answer.read()
    for name in names:
        client.remove(f"/OUT/{name}")
    assert [] == client.listdir("OUT")
    assert [] == client.listdir("IN")
    assert 0 == front.end(), "".join(front.said)
