"""What is told of a bureau that does very much: what a set can be traced by always, the rest counted."""

from collections.abc import Mapping
from itertools import pairwise

from flexibatch.adapters.sftp.event_limiter import REASON, WINDOW, EventLimiter
from flexibatch.domain.sessions import Act, FileId, SessionEvent

FILE, OTHER = (1, 1), (1, 2)


def did(act: Act, file: FileId | None = None, sender: str = "000640", **details: str | int) -> SessionEvent:
    return SessionEvent(act, "0a1b2c3d", sender, "192.0.2.1", details, file)


def renamed(file: FileId, old: str, new: str) -> SessionEvent:
    return did(Act.RENAME, file, path=old, to=new, size=5)


def told(events: list[SessionEvent]) -> list[Mapping[str, object]]:
    return [event.details for event in events]


def test_one_kind_and_one_bureau_does_not_hide_another() -> None:
    """Each is counted by itself, log-ins by their key; a stranger's are bounded elsewhere."""
    bundles = EventLimiter(1)
    done = [did(Act.REFUSED), did(Act.DELETE), did(Act.REFUSED, sender="000641")]
    done += [did(Act.LOGIN, fingerprint=one) for one in ("a", "b")]
    assert done == [event for one in done for event in bundles.take(one, 0)]
    assert [] == [event for one in done for event in bundles.take(one, 1)]
    rest = bundles.due(WINDOW)
    assert sorted((one.sender, one.act, one.details.get("fingerprint")) for one in done) == sorted(
        (one.sender, one.act, one.details.get("fingerprint")) for one in rest
    )
    assert [(1, REASON)] * 5 == [(one.details["count"], one.details["reason"]) for one in rest]
    assert [done[0]] == bundles.take(done[0], WINDOW + 1)


def test_what_a_set_can_be_traced_by_is_always_told() -> None:
    """Uploads that are whole, each file's first new name, an answer that is fetched whole or deleted."""
    bundles = EventLimiter(1)
    done = [did(Act.PUT, path="/IN/x", sha256="0") for _ in range(3)]
    done += [renamed((1, number), f"/IN/x{number}", f"/IN/GO{number}") for number in range(3)]
    done += [
        did(act, (2, number), path=f"/OUT/{number}") for number in range(3) for act in (Act.GET, Act.DELETE)
    ]
    assert done == [event for one in done for event in bundles.take(one, 0)]
    assert [] == bundles.due(WINDOW)


def test_renames_back_and_forth_are_told_by_where_they_led() -> None:
    """The last name that a file got is told, with how many renames led there."""
    bundles = EventLimiter(1)
    names = [f"/IN/{number}" for number in range(8)]
    at_once = [event for old, new in pairwise(names) for event in bundles.take(renamed(FILE, old, new), 0)]
    assert told([renamed(FILE, "/IN/0", "/IN/1")]) == told(at_once)
    assert [{"path": "/IN/1", "to": "/IN/7", "size": 5, "count": 6}] == told(bundles.due(WINDOW))


def test_a_file_in_the_place_of_another_takes_over_no_name() -> None:
    """The number of a file that is gone is given to the next one: both are told."""
    bundles = EventLimiter(1)
    for old, new in (("a", "b"), ("b", "c")):
        bundles.take(renamed(FILE, old, new), 0)
    assert told([renamed(FILE, "b", "c")]) == told(bundles.take(renamed(FILE, "x", "y"), 0))
    assert told([renamed(FILE, "x", "y")]) == told(bundles.due(WINDOW))


def test_an_answer_that_is_fetched_again_is_counted() -> None:
    """One row a minute tells that it was fetched."""
    bundles = EventLimiter(1)
    first, again = did(Act.GET, OTHER, path="/OUT/a", bytes=5), did(Act.GET, OTHER, path="/OUT/a", bytes=5)
    assert [first] == bundles.take(first, 0)
    assert [] == [event for _ in range(5) for event in bundles.take(again, 0)]
    assert [{"count": 5, "reason": REASON}] == told(bundles.due(WINDOW))
