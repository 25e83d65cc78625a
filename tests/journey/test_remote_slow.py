"""A server elsewhere that drips, or never ends: nobody but its own bureau waits for it."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from flexibatch.adapters.clock import SystemClock
from flexibatch.adapters.folders import SENDER_FOLDERS
from flexibatch.adapters.locks import Locks
from flexibatch.domain.case import Verdict
from flexibatch.settings import FILE
from flexibatch.watcher import Channel
from flexibatch.wiring.home import Home
from tests.doubles.clock import FixedClock
from tests.doubles.dripping import Dripping, running_dripping
from tests.doubles.installation import SAMPLES, Installation, moved_to_today
from tests.doubles.spool import tree
from tests.doubles.waiting import until

SAMPLE = SAMPLES / "accepted-two-workers"


@dataclass(slots=True)
class Both:
    """An installation of one bureau elsewhere (000640), on a server that may drip, and another here (000641)."""

    installation: Installation
    server: Dripping
    channel: Channel

    def drop_there(self) -> None:
        """Put a set into the far inbox."""
        for path in sorted(SAMPLE.glob("[FG][IO].FLEX.*")):
            name, content = moved_to_today(path)
            (self.server.root / "IN" / name).write_bytes(content)

    def settled_here(self, tell: Callable[[Verdict], None] = lambda _verdict: None) -> int:
        """Let the bureau here send a GO alone, of an age that is answered at once; count what a sweep settles."""
        name, _ = moved_to_today(next(SAMPLE.glob("GO.FLEX.*")))
        self.installation.put(name.replace("000640", "000641"), b"", sender="000641")
        self.installation.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
        return self.channel.sweep(tell).settled

    @property
    def answered_there(self) -> bool:
        """Sweep; tell whether the far bureau has its answers."""
        self.installation.clock.advance(timedelta(minutes=20))  # type: ignore[attr-defined]
        self.channel.sweep()
        return 4 == len(tree(self.server.root / "OUT"))


@pytest.fixture
def both(home: Home, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Both]:
    with running_dripping(tmp_path / "server") as server:
        for name in SENDER_FOLDERS:
            (server.root / name).mkdir()
        told = {"list_within": 1, "fetch_within": 1} | getattr(request, "param", {})
        with (home.path / FILE).open("a", encoding="utf-8") as settings:
            settings.write(_entry(server) + "".join(f"{key} = {value}\n" for key, value in told.items()))
        opened = Home.open(home.path, {})
        installation = Installation(opened, FixedClock(SystemClock().now()))
        installation.register_samples_of_today()
        try:
            yield Both(installation, server, installation.patient_channel())
        finally:
            opened.close()


def _entry(server: Dripping) -> str:
    peer = server.peer()
    return f"""
[[remote]]
sender = "000640"
host = "{peer.host}"
port = {peer.port}
user = "{peer.user}"
key = "{peer.key}"
host_key = "{peer.host_key}"
"""


@pytest.mark.parametrize("what", ["list", "rename", "read"])
def test_a_server_that_never_answers_holds_up_nobody_else(both: Both, what: str) -> None:
    """Stuck in a listing, a claim, a file: the other's set is settled meanwhile; later all goes on by itself."""
    both.drop_there()
    both.server.stuck = {what}
    assert 1 == both.settled_here()
    assert not both.answered_there
    both.server.stuck = set()
    until(lambda: both.answered_there)


@pytest.mark.parametrize("both", [{"max_names": 500}, {"max_listing_bytes": 50_000}], indirect=True)
def test_a_listing_without_end_is_ended(both: Both) -> None:
    """More names, or bytes, than the entry allows: told as trouble of that bureau, the other's set is settled."""
    both.drop_there()
    both.server.endless = True
    assert 1 == both.settled_here()
    assert not both.answered_there
    both.server.endless = False
    until(lambda: both.answered_there)


def test_a_listing_that_drips_is_cut(both: Both) -> None:
    """It goes on for ever, a name at a time, so that no single wait is long: the whole of it is."""
    both.drop_there()
    both.server.endless, both.server.pace = True, 0.2
    assert 1 == both.settled_here()
    assert not both.answered_there
    both.server.endless = False
    until(lambda: both.answered_there)


@pytest.mark.parametrize("banner", [b"", b"SSH-2.0-"])
def test_a_connection_that_is_never_made_holds_up_nobody(both: Both, banner: bytes) -> None:
    """A port that takes connections and says nothing, or the beginning of a greeting."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:
        taken: list[socket.socket] = []

        def take() -> None:
            with suppress(OSError):
                while True:
                    one, _address = listening.accept()
                    taken.append(one)
                    one.sendall(banner)

        pool.submit(take)
        (entry,) = both.installation.home.settings.remote
        elsewhere = entry.model_copy(update={"port": listening.getsockname()[1]})
        settings = both.installation.home.settings.model_copy(update={"remote": (elsewhere,)})
        both.installation.home = replace(both.installation.home, settings=settings)
        both.channel = both.installation.patient_channel()
        both.drop_there()
        assert 1 == both.settled_here()
        assert taken
        listening.shutdown(socket.SHUT_RDWR)
        for one in taken:
            one.close()


def test_what_another_process_does_elsewhere_is_left_to_it(both: Both) -> None:
    """Two processes never put down answers in the same far folder; who finds it taken passes by and comes again."""
    both.drop_there()
    with Locks(both.installation.spool).elsewhere("remote-000640") as mine:
        assert mine
        assert 1 == both.settled_here()
        assert not both.answered_there
        assert [(None,)] == both.installation.rows("SELECT published_at FROM run WHERE lines > 0")
    until(lambda: both.answered_there)


@pytest.mark.parametrize("both", [{"list_within": 30}], indirect=True)
def test_who_sweeps_once_waits_for_it_when_all_others_are_done_with(both: Both) -> None:
    """The far listing ends only after the other's verdict: both are settled by one sweep."""
    both.channel = both.installation.channel()
    both.drop_there()
    both.server.stuck = {"list"}
    heard: list[str] = []

    def tell(verdict: Verdict) -> None:
        heard.append(verdict.case.sender.number)
        both.server.release()

    assert 2 == both.settled_here(tell)
    assert ["000641", "000640"] == heard


def test_nothing_is_left_running(both: Both) -> None:
    """A home that is closed while its server is stuck ends that work too."""
    both.server.stuck = {"list"}
    both.channel.sweep()
    both.installation.close()
    until(lambda: not [one for one in threading.enumerate() if one.name.startswith("remote ")], 10)
