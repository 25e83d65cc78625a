"""What lies in the inboxes and was not claimed yet: it has no ticket, and only its folder knows of it."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flexibatch.adapters.folders import SENDERS
from flexibatch.adapters.spool.local.listing import scan_folder
from flexibatch.domain.case import Sender
from flexibatch.domain.findings import Finding
from flexibatch.domain.groups import DirectoryEntry, Group, groups_of
from flexibatch.domain.sets import lacking
from flexibatch.domain.vocabulary import Environment

_SECOND = 10**9


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits in one inbox: how many sets; of the one that waits longest its first file, since when, what for.

    `lacking` is empty where the next sweep takes it.
    """

    sender: Sender
    environment: Environment
    sets: int
    name: str
    since: datetime
    lacking: tuple[Finding, ...]


def pending(
    spool: Path, senders: Collection[Sender], scan: Callable[[Path], Iterable[DirectoryEntry]] = scan_folder
) -> Iterator[Pending]:
    """Return what waits in every inbox that is there, by sender and environment."""
    for sender in senders:
        for environment in Environment:
            folder = spool / SENDERS / sender.number / environment.inbox
            groups, _strays = groups_of(scan(folder)) if folder.is_dir() else ({}, [])
            if groups:
                yield _pending(sender, environment, groups.values())


def _pending(sender: Sender, environment: Environment, groups: Collection[Group]) -> Pending:
    oldest = min(groups, key=lambda group: (group.changed_ns, group.key))
    since = datetime.fromtimestamp(oldest.changed_ns / _SECOND, UTC)
    waits_for = lacking(oldest, signed=sender.must_sign(environment))
    return Pending(sender, environment, len(groups), oldest.in_order[0][1], since, waits_for)
