"""PostgreSQL goes away in the middle of a sweep and comes back: watching goes on, and every set ends as it should."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flexibatch.ports import Stream
from flexibatch.watcher import Channel, watch
from tests.doubles.before import Before
from tests.doubles.installation import SAMPLES, Installation, copied_on
from tests.doubles.references import renumbered
from tests.doubles.server import Server

BUREAUS = ("000640", "000641", "000642")


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """Yield a server that may be stopped without harm to other tests."""
    server = Server.made()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def calm_town(own_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation that nothing happened in yet."""
    url = own_server.url(own_server.create())
    installation = Installation.made(tmp_path_factory.mktemp("calm") / "home", {"database": url})
    installation.close()
    return installation


@pytest.fixture
def installation(own_server: Server, calm_town: Installation, tmp_path: Path) -> Iterator[Installation]:
    """Yield a copy of it, in which three bureaus have dropped a set each."""
    made = copied_on(own_server, calm_town, tmp_path / "home")
    for sender in BUREAUS:
        for path in sorted((SAMPLES / "accepted-modification").glob("[FG][IO].FLEX.*.00001.*")):
            own = renumbered(path.read_bytes(), sender)
            made.put(path.name.replace("000640", sender), own, sender)
    yield made
    made.close()


class Interrupted:
    """Stand before a port and do something just before the second call of one name."""

    def __init__(self, inner: Any, name: str, do: Callable[[], None]) -> None:  # noqa: ANN401 - any port
        self._inner, self._name, self._do, self._calls = inner, name, do, 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the port has
        found = getattr(self._inner, name)
        if name == self._name:
            self._calls += 1
            if self._calls == 2:
                self._do()
        return found


def _before_commit(channel: Channel, do: Callable[[], None]) -> Channel:
    """Do something when the first set has been judged and written, and is not committed yet."""
    once = iter([do])

    @contextmanager
    def turn(stream: Stream) -> Iterator[Any]:
        with channel.world.queue.turn(stream) as unit:
            yield unit
            next(once, lambda: None)()

    return replace(channel, world=replace(channel.world, queue=Before(channel.world.queue, turn=turn)))


def _before(channel: Channel, moment: str, do: Callable[[], None]) -> Channel:
    """Do something at a moment of the journey."""
    if moment == "commit":
        return _before_commit(channel, do)
    part, name = moment.split(".")
    inside = channel if part in {"claims", "retries", "arrivals"} else channel.world
    changed: dict[str, Any] = {part: Interrupted(getattr(inside, part), name, do)}
    return replace(
        channel, **(changed if inside is channel else {"world": replace(channel.world, **changed)})
    )


MOMENTS = (
    "arrivals.take",
    "claims.in_treatment",
    "retries.waiting",
    "documents.open",
    "commit",
    "queue.published",
)


@pytest.mark.parametrize("moment", MOMENTS)
def test_watching_survives_a_database_that_goes_away(
    moment: str, own_server: Server, installation: Installation
) -> None:
    """No set is lost, doubled, or counted as a bug; what had begun is ended when the database is back."""
    channel = _before(installation.channel(), moment, own_server.stop)
    pauses = iter((own_server.start, lambda: None))

    def wake(stop: threading.Event) -> None:
        """Let the server come back after the first sweep, and end after the third."""
        next(pauses, stop.set)()

    watch(channel, threading.Event(), wake)
    rows = installation.rows(
        "SELECT sender, state, attempts, accepted FROM file_set JOIN run ON ticket = set_ticket"
    )
    assert [(sender, "settled", 0, 1) for sender in BUREAUS] == sorted(rows)
    assert [4, 4, 4] == [len(installation.published(sender)) for sender in BUREAUS]
    assert [(0,)] == installation.rows("SELECT count(*) FROM run WHERE published_at IS NULL")
    assert [] == list((installation.spool / "claimed").iterdir())
