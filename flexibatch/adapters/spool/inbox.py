"""The inboxes: one plain look at each folder, links never followed, decides what is to be claimed."""

import heapq
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import structlog

from flexibatch.adapters.folders import SENDERS, UPLOADING
from flexibatch.domain.case import Claim, Sender
from flexibatch.domain.envelope import Limits
from flexibatch.domain.groups import Entry, groups_of, orphans
from flexibatch.domain.sets import Found, Inbox, Patience, sort_out
from flexibatch.domain.vocabulary import Environment, Subject
from flexibatch.errors import Unavailable

log = structlog.get_logger()

STRAYS_TOLD = 1000
"""Strays of one inbox that are told by name."""

_MICROSECOND = 1000

_Located = tuple[str, Found, Environment]


class Known(Protocol):
    """Tell who the senders are and which names they have used."""

    def senders(self) -> Collection[Sender]:
        """Give all senders."""
        ...

    def received(self, number: str, environment: Environment, keys: Collection[str]) -> Mapping[str, str]:
        """Tell which names were received before."""
        ...


@dataclass(frozen=True, slots=True)
class Waits:
    """Hold how long what may wait, and how many sets of one bureau are taken at once."""

    incomplete_after: timedelta
    go_grace: timedelta
    settle_for: timedelta
    stray_after: timedelta
    claim_delay: timedelta
    max_waiting: int

    def patience(self, *, patient: bool) -> Patience:
        """Give the waits in nanoseconds; only who is patient leaves a young GO alone."""
        return Patience(
            _nanoseconds(self.incomplete_after),
            _nanoseconds(self.go_grace),
            _nanoseconds(self.settle_for),
            _nanoseconds(self.stray_after),
            _nanoseconds(self.claim_delay) if patient else 0,
        )


class Inboxes:
    """Look into all inboxes of a spool."""

    def __init__(
        self,
        spool: Path,
        known: Known,
        limits: Limits,
        waits: Waits,
        scan: Callable[[Path], Iterable[Entry]] | None = None,
    ) -> None:
        """Keep where to look and how to judge; `scan` lists a folder."""
        self._spool, self._known, self._limits, self._waits = spool, known, limits, waits
        self._scan = scan or scan_folder
        self.begin: Callable[[Path], None] = lambda _folder: None
        """Hears early which folder will be listed."""
        self._told: dict[tuple[str, str], set[str]] = {}
        self._crowded: set[tuple[str, str]] = set()
        self.unreached = 0

    def look(self, now: datetime, *, patient: bool) -> Iterator[Claim]:
        """Give what is to be claimed: the first set of each bureau, then the second, and so on; report strays.

        Those of a bureau come in order of arrival, and none waits until all sets of another are claimed. `unreached`
        counts the inboxes that this look could not list.
        """
        self.unreached = 0
        senders = [sender for sender in self._known.senders() if not sender.held]
        for sender in senders:
            for environment in Environment:
                self.begin(self._inbox(sender, environment))
        found = [enumerate(self._of_sender(sender, now, patient=patient)) for sender in senders]
        merged = heapq.merge(*found, key=lambda one: (one[0], one[1][1].arrived_ns, one[1][1].name))
        return (self._claim(*one) for _rank, one in merged)

    def _of_sender(self, sender: Sender, now: datetime, *, patient: bool) -> list[_Located]:
        """Give the oldest sets of a bureau; an inbox that cannot be listed holds up nobody else's."""
        found: list[_Located] = []
        for environment in Environment:
            try:
                of_inbox = self._of_inbox(sender, environment, now, patient=patient)
            except Unavailable as exc:
                self.unreached += 1
                log.warning("inbox.delayed", sender=sender.number, reason=str(exc))
                continue
            found += [(sender.number, one, environment) for one in of_inbox]
        found.sort(key=lambda one: (one[1].arrived_ns, one[1].name))
        most = self._waits.max_waiting
        if len(found) > most:
            log.warning("inbox.crowded", sender=sender.number, taken=most, left=len(found) - most)
        return found[:most]

    def _of_inbox(
        self, sender: Sender, environment: Environment, now: datetime, *, patient: bool
    ) -> list[Found]:
        groups, others = groups_of(self._scan(self._inbox(sender, environment)))
        if not groups and not others:
            return []
        received = self._known.received(sender.number, environment, orphans(groups))
        place = self._limits.place(sender.number, environment, self._limits.day_of(now))
        inbox = Inbox(place, self._waits.patience(patient=patient), sender.must_sign(environment))
        result = sort_out(groups, others, received, inbox, _nanoseconds_of(now))
        self._tell_strays(sender.number, environment.inbox, result.strays)
        return result.found

    def _inbox(self, sender: Sender, environment: Environment) -> Path:
        return self._spool / SENDERS / sender.number / environment.inbox

    def _tell_strays(self, sender: str, folder: str, names: Collection[str]) -> None:
        """Report strays once a process, however often they are seen: `watch` looks every few seconds.

        Of very many in one inbox only so many are told by name, so that no bureau fills the log.
        """
        told = self._told.setdefault((sender, folder), set())
        told.intersection_update(names)
        new = [name for name in names if name not in told]
        for name in new[: STRAYS_TOLD - len(told)]:
            told.add(name)
            log.warning("inbox.stray", sender=sender, folder=folder, name=name[:100])
        left = len(names) - len(told)
        if left and (sender, folder) not in self._crowded:
            log.warning("inbox.strays_left", sender=sender, folder=folder, left=left)
        (self._crowded.add if left else self._crowded.discard)((sender, folder))

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


def scan_folder(folder: Path) -> Iterator[Entry]:
    """List a folder once; one that is not there is empty.

    A file whose name is no text is not regular, nor is one whose upload was begun and not ended.
    """
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    stat = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                whole = not stat.st_mode & UPLOADING
                regular = whole and entry.is_file(follow_symlinks=False) and _is_text(entry.name)
                yield Entry(entry.name, stat.st_ctime_ns, regular)
    except FileNotFoundError:
        log.warning("inbox.missing", folder=str(folder))
    except OSError as exc:
        raise Unavailable(
            f"The folder {folder} cannot be listed ({exc.strerror}): let this user read it. Its sets wait."
        ) from exc


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _nanoseconds(wait: timedelta) -> int:
    return wait // timedelta(microseconds=1) * _MICROSECOND


def _nanoseconds_of(moment: datetime) -> int:
    return _nanoseconds(moment - datetime(1970, 1, 1, tzinfo=UTC))


def _instant(nanoseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanoseconds // _MICROSECOND)
