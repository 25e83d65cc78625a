"""How much is told of what a bureau does: a flood of its events must not fill logs and tables.

Of each kind so many a minute are told one by one, further ones are counted and told together. What a set, or an answer,
can be traced by is never counted only: an upload that is whole, what a file came to be called, the fetching and
the deleting of an answer.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

from flexibatch.domain.sessions import Act, FileId, SessionEvent

WINDOW = 60.0
REASON = "more in a minute than are told one by one"
Kind = tuple[Act, object]
Named = tuple[Act, FileId, object]


@dataclass(slots=True)
class SenderMinute:
    """What one bureau did in a minute, and what of it is not told yet."""

    began: float
    told: Counter[Kind] = field(default_factory=Counter)
    seen: set[Named] = field(default_factory=set)
    counted: dict[Kind, tuple[int, SessionEvent]] = field(default_factory=dict)
    renamed: dict[FileId, tuple[int, SessionEvent]] = field(default_factory=dict)

    def take(self, event: SessionEvent, most: int) -> list[SessionEvent]:
        """Return what is to be told at once."""
        kind = event.act, event.details.get("fingerprint")
        new = self._is_new(event)
        if self.told[kind] < most or new:
            self.told[kind] += 1
            return [event]
        if event.act is Act.RENAME and event.file is not None:
            return self._rename(event.file, event)
        self.counted[kind] = self.counted.get(kind, (0, event))[0] + 1, event
        return []

    def rest(self) -> list[SessionEvent]:
        """Return what was not told."""
        together = [
            replace(event, details=_same(event) | {"count": count, "reason": REASON})
            for count, event in self.counted.values()
        ]
        return together + [_moved(*renamed) for renamed in self.renamed.values()]

    def _is_new(self, event: SessionEvent) -> bool:
        """Return whether this is the first of its kind done to a file in this minute, which has to be told."""
        if event.act is Act.PUT:
            return True
        if event.file is None:
            return False
        named = event.act, event.file, None if event.act is Act.RENAME else event.details.get("path")
        new = named not in self.seen
        self.seen.add(named)
        return new

    def _rename(self, file: FileId, event: SessionEvent) -> list[SessionEvent]:
        """Go on with what a file is called; of one that was called otherwise meanwhile all is told."""
        count, before = self.renamed.get(file, (0, event))
        goes_on = not count or before.details["to"] == event.details["path"]
        first = before.details["path"] if goes_on else event.details["path"]
        told = replace(event, details={**event.details, "path": first})
        self.renamed[file] = (count + 1 if goes_on else 1), told
        return [] if goes_on else [_moved(count, before)]


class EventLimiter:
    """The minutes of all bureaus.

    >>> limiter = EventLimiter(2)
    >>> event = SessionEvent(Act.REFUSED, "0a1b2c3d", "000640", "192.0.2.1")
    >>> [len(limiter.take(event, 0.0)) for _ in range(5)], limiter.due(59.0)
    ([1, 1, 0, 0, 0], [])
    >>> [dict(one.details)["count"] for one in limiter.due(60.0)], limiter.due(61.0)
    ([3], [])
    """

    def __init__(self, most: int) -> None:
        """Keep how many events of one kind and bureau are told one by one in a minute."""
        self._most = most
        self._minutes: dict[str, SenderMinute] = {}

    def take(self, event: SessionEvent, now: float) -> list[SessionEvent]:
        """Return what is to be told at once: the event, what was left of a minute that is over, or nothing."""
        if event.sender is None:
            return [event]
        over = self.due(now)
        return over + self._minutes.setdefault(event.sender, SenderMinute(now)).take(event, self._most)

    def due(self, now: float) -> list[SessionEvent]:
        """Return what was left of the minutes that are over, once."""
        over = [sender for sender, minute in self._minutes.items() if now >= minute.began + WINDOW]
        return [event for sender in over for event in self._minutes.pop(sender).rest()]


def _same(event: SessionEvent) -> dict[str, str | int | None]:
    """Return the details that all events which are told together have."""
    return {name: event.details[name] for name in ("fingerprint",) if name in event.details}


def _moved(count: int, event: SessionEvent) -> SessionEvent:
    """Return with what a file came to be called how often it was renamed."""
    return replace(event, details={**event.details, "count": count}) if count > 1 else event
