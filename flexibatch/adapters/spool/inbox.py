"""The inboxes: one plain look at each folder, links never followed, decides what is to be claimed."""

import heapq
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Protocol

import structlog

from flexibatch.adapters.spool.interface import NOT_LISTED, Listing
from flexibatch.adapters.spool.strays import StrayLog
from flexibatch.domain.case import Claim, Sender
from flexibatch.domain.envelope import Limits
from flexibatch.domain.groups import FILES_LIMIT, Grouping, orphans
from flexibatch.domain.inbox_contents import InboxContent
from flexibatch.domain.sets import Found, Inbox, Patience, sort_out
from flexibatch.domain.vocabulary import Environment, Subject
from flexibatch.errors import Unavailable

log = structlog.get_logger()

BITE = 5000
"""Entries of one inbox that are looked at until those of other bureaus have their turn."""

NEVER = 2**63
"""Nanoseconds after which nothing happens."""

_MICROSECOND = 1000

_Located = tuple[str, Found, Environment]
_Search = Iterator[list[_Located] | None]


class SenderDirectory(Protocol):
    """Who the senders are and which names they have used."""

    def senders(self) -> Collection[Sender]:
        """Return all senders."""
        ...

    def received(self, number: str, environment: Environment, keys: Collection[str]) -> Mapping[str, str]:
        """Return which names were received before."""
        ...


@dataclass(frozen=True, slots=True)
class Waits:
    """How long what may wait, and how many sets of one bureau are taken at once."""

    incomplete_after: timedelta
    go_grace: timedelta
    settle_for: timedelta
    stray_after: timedelta
    claim_delay: timedelta
    max_waiting: int

    def patience(self, open_for: timedelta, *, patient: bool) -> Patience:
        """Return the waits in nanoseconds; only who is patient leaves a young GO alone.

        What is missing of a set may have found no room: it is waited for anew since there is room again.
        """
        return Patience(
            _nanoseconds(self.incomplete_after) if open_for >= self.incomplete_after else NEVER,
            _nanoseconds(self.go_grace) if open_for >= self.go_grace else NEVER,
            _nanoseconds(self.settle_for),
            _nanoseconds(self.stray_after),
            _nanoseconds(self.claim_delay) if patient else 0,
        )


class Inboxes:
    """Look into all inboxes of a spool."""

    def __init__(
        self,
        spool: Listing,
        known: SenderDirectory,
        limits: Limits,
        waits: Waits,
    ) -> None:
        """Keep who lists inboxes, who knows the senders, and how to judge."""
        self._spool, self._known, self._limits, self._waits = spool, known, limits, waits
        self._strays = StrayLog()
        self._under_way: dict[str, _Search] = {}
        self._opened: datetime | None = None
        self.closed = False
        """Whether nothing could be put into the inboxes, or taken from them, since the last look."""
        self.unreached = 0
        self._contents: dict[str, dict[Environment, InboxContent]] = {}

    @property
    def contents(self) -> Mapping[str, Mapping[Environment, InboxContent]]:
        """Return what was not claimed, by bureau and inbox, as far as inboxes were looked into wholly."""
        return self._contents

    def examine(self, sender: Sender, now: datetime) -> None:
        """Look into the inboxes of a bureau and claim nothing; raise `Unavailable` where one cannot be listed."""
        for environment in Environment:
            deque(self._of_inbox(sender, environment, now, patient=True), maxlen=0)

    def look(self, now: datetime, *, patient: bool) -> Iterator[Claim | None]:
        """Return what is to be claimed: the first set of each bureau, then the second, and so on; report strays.

        Those of a bureau come in order of arrival, and none waits until all sets of another are claimed, or until a
        full inbox was looked through: None is given after every bite of it, and a look that is not followed to its end
        is taken up by the next. `unreached` counts the inboxes that could not be listed.
        """
        self.unreached = 0
        if self.closed:
            self._opened, self.closed = now, False
        before, self._under_way = self._under_way, {}
        senders = [sender for sender in self._known.senders() if not sender.held]
        for sender in senders:
            begun = before.get(sender.number)
            for environment in () if begun else Environment:
                self._spool.begin_listing(sender.number, environment)
            self._under_way[sender.number] = begun or self._of_sender(sender, now, patient=patient)
        return self._rounds(self._bite())

    def _rounds(self, found: Iterator[Claim]) -> Iterator[Claim | None]:
        yield from found
        while self._under_way:
            yield None
            yield from self._bite()

    def _bite(self) -> Iterator[Claim]:
        """Look on in every inbox for a bite; give the sets of those bureaus that were looked at wholly."""
        done: dict[str, list[_Located]] = {}
        for number in tuple(self._under_way):
            search = self._under_way.pop(number)
            found = next(search)
            if found is None:
                self._under_way[number] = search
            else:
                done[number] = found
        merged = heapq.merge(
            *map(enumerate, done.values()), key=lambda one: (one[0], one[1][1].arrived_ns, one[1][1].name)
        )
        return (self._claim(*one) for _rank, one in merged)

    def _of_sender(self, sender: Sender, now: datetime, *, patient: bool) -> _Search:
        """Return the oldest sets of a bureau, None after a bite; a folder that cannot be listed holds up no other."""
        found: list[_Located] = []
        for environment in Environment:
            try:
                for some in self._of_inbox(sender, environment, now, patient=patient):
                    if some is None:
                        yield None
                    else:
                        found += [(sender.number, one, environment) for one in some]
            except Unavailable as exc:
                self.unreached += 1
                log.warning("inbox.delayed", sender=sender.number, reason=str(exc))
        found.sort(key=lambda one: (one[1].arrived_ns, one[1].name))
        most = self._waits.max_waiting
        if len(found) > most:
            log.warning("inbox.crowded", sender=sender.number, taken=most, left=len(found) - most)
        yield found[:most]

    def _of_inbox(
        self, sender: Sender, environment: Environment, now: datetime, *, patient: bool
    ) -> Iterator[list[Found] | None]:
        """Return the sets of an inbox, None after every bite: first it is listed whole, then it is sorted out.

        Of what came while it was listed, in several bites, files may be missing, or older sets: that is left alone.
        """
        entries = self._spool.list_inbox(sender.number, environment)
        if entries is NOT_LISTED:
            return
        listing = iter(entries)
        grouping, paused = Grouping(), False
        while some := list(islice(listing, BITE)):
            grouping.add(some)
            if len(some) == BITE:
                paused = True
                yield None
        groups, others = grouping.groups(), grouping.others
        if paused:
            began = _nanoseconds_of(now)
            groups = {key: group for key, group in groups.items() if group.changed_ns <= began}
        place = self._limits.place(sender.number, environment, self._limits.day_of(now))
        open_for = now - self._opened if self._opened else timedelta.max
        patience = self._waits.patience(open_for, patient=patient)
        inbox = Inbox(place, patience, sender.must_sign(environment))
        told = not groups and not others
        content = InboxContent()
        content.add_strays(others, _nanoseconds_of(now), patience.stray_after)
        while groups or not told:
            bite = dict(groups.popitem() for _ in range(min(BITE, len(groups))))
            received = self._known.received(sender.number, environment, orphans(bite))
            result = sort_out(bite, others, received, inbox, _nanoseconds_of(now))
            content.add_sets(result.waiting)
            self._tell_left(sender.number, result.left)
            if not told:
                self._strays.tell(sender.number, environment.inbox, result.strays)
                told, others = True, []
            yield result.found
            if groups:
                yield None
        self._contents.setdefault(sender.number, {})[environment] = content

    def _tell_left(self, sender: str, left: Mapping[str, int]) -> None:
        """Report files beyond those that are taken of one set: they stay where they are."""
        for name, count in left.items():
            log.warning("inbox.set_crowded", sender=sender, name=name[:100], taken=FILES_LIMIT, left=count)

    def _claim(self, sender: str, found: Found, environment: Environment) -> Claim:
        arrived_at = _instant(found.arrived_ns)
        acknowledges = found.subject == Subject.ACKNOWLEDGEMENT
        return Claim(
            sender,
            environment,
            Subject.ACKNOWLEDGEMENT if acknowledges else Subject.DECLARATION,
            found.name,
            found.key,
            found.leader,
            found.names,
            arrived_at,
            self._limits.day_of(arrived_at),
            found.faults,
            found.withdrawn,
            found.silent,
        )


def _nanoseconds(wait: timedelta) -> int:
    return wait // timedelta(microseconds=1) * _MICROSECOND


def _nanoseconds_of(moment: datetime) -> int:
    return _nanoseconds(moment - datetime(1970, 1, 1, tzinfo=UTC))


def _instant(nanoseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanoseconds // _MICROSECOND)
