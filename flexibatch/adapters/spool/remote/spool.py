"""One bureau's folders on another party's server: looked into, claimed by rename there, fetched, answered.

What was claimed lies there in the work folder, as `<ticket>.<name>`, until its verdict is committed and published.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from flexibatch.adapters.disk import settle_folder, sheltered
from flexibatch.adapters.folders import kind_of_mode
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.spool.interface import NOT_LISTED
from flexibatch.adapters.spool.remote.connection import Attributes, Connection, Sftp
from flexibatch.adapters.spool.remote.folders import RemoteFolders
from flexibatch.adapters.spool.remote.outbox import RemoteOutbox
from flexibatch.adapters.spool.remote.sightings import Listed, Sightings
from flexibatch.adapters.spool.remote.transfer import fetch, moved
from flexibatch.adapters.spool.remote.worker import Worker
from flexibatch.domain.case import Case, Ticketed, Verdict
from flexibatch.domain.groups import DirectoryEntry, EntryKind
from flexibatch.domain.vocabulary import Environment
from flexibatch.ports import Clock

T = TypeVar("T")

NAME_BYTES = 255
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RemoteSpool:
    """Fulfil `Spool` for one bureau."""

    def __init__(
        self,
        connection: Connection,
        places: RemoteFolders,
        sightings: Sightings,
        clock: Clock,
        folder: Callable[[Case], SetFolder],
    ) -> None:
        """Keep the connection and the places; `folder` returns where a set's answers were written."""
        self._connection, self._places, self._sightings, self._clock = connection, places, sightings, clock
        self._listed_at: dict[str, datetime] = {}
        self._worker = Worker(connection.name, hurried=places.hurried)
        self._outbox = RemoteOutbox(connection, places, self._worker, folder)

    def close(self) -> None:
        """End the session, and with it what is in hand."""
        self._connection.close()

    def finish(self) -> bool:
        """Wait for what is in hand, as long as that may take; tell whether more was asked than was done."""
        longest = max(self._places.list_within, self._places.fetch_within)
        return self._worker.finish(longest.total_seconds())

    # ------------------------------------------------------------------------------------------------ inboxes

    def begin_listing(self, sender: str, environment: Environment) -> None:  # noqa: ARG002 - it is this bureau's
        """Begin to list an inbox, so that all servers are at it at once."""
        name = environment.inbox
        if not self._rests(name):
            self._worker.begin(f"list {name}", lambda: self._list(name))

    def list_inbox(self, sender: str, environment: Environment) -> Iterable[DirectoryEntry]:  # noqa: ARG002 - as above
        """List an inbox; nothing is seen while the server is left alone, after trouble or a listing."""
        name = environment.inbox
        if self._rests(name):
            return NOT_LISTED
        listing, begun = self._worker.do(f"list {name}", lambda: self._list(name))
        now = self._clock.now()
        self._listed_at[name] = now
        return self._sightings.entries(
            name, map(listed, listing), _nanoseconds(now - _EPOCH), _nanoseconds(now - begun)
        )

    def peek_inbox(self, sender: str, environment: Environment) -> Iterable[DirectoryEntry]:  # noqa: ARG002 - as above
        """List an inbox for who only looks: nothing that was seen is remembered, and no rest begins."""
        name = environment.inbox
        listing, begun = self._list(name)
        now = self._clock.now()
        moments = (_nanoseconds(now - _EPOCH), _nanoseconds(now - begun))
        return self._sightings.entries(name, map(listed, listing), *moments, remember=False)

    def _rests(self, name: str) -> bool:
        now, before = self._clock.now(), self._listed_at.get(name)
        return self._connection.resting or (
            before is not None and before <= now < before + self._places.apart
        )

    def _list(self, name: str) -> tuple[list[Attributes], datetime]:
        begun, path = self._clock.now(), self._places.folders[name]
        return self._run(lambda sftp: sftp.listed(path, self._places.most)), begun

    def examine(self) -> None:
        """List all folders; raise `Unavailable` where that cannot be done."""
        folders = self._places.folders.values()
        for name in folders:
            self._run(lambda sftp, name=name: sftp.listed(name, self._places.most))  # type: ignore[misc]

    def take(self, ticketed: Ticketed) -> bool:
        """Claim a set by renaming it there, the leader first, then fetch it; go on where that was cut short.

        Tell whether the set was still there.
        """
        folder = SetFolder.claimed(self._places.spool, ticketed.ticket)
        with sheltered(f"The set {ticketed.claim.name} cannot be fetched into {folder.path}"):
            folder.make()
            if self._fetched(ticketed, folder):
                for begun in folder.arrived.glob(".*"):
                    begun.unlink(missing_ok=True)
                settle_folder(folder.arrived)
                return True
            folder.remove_empty()
        return False

    def _fetched(self, ticketed: Ticketed, folder: SetFolder) -> bool:
        """Bring over what is not here yet; a server that is away holds up nothing that is."""
        wanted = [name for name in ticketed.claim.names if not folder.has(name)]
        return not wanted or self._worker.do(f"take {ticketed.ticket}", lambda: self._take(ticketed, wanted))

    def _take(self, ticketed: Ticketed, wanted: Sequence[str]) -> bool:
        """Rename what is wanted, then fetch one file after another, each in its time."""
        mine = self._run(lambda sftp: self._rename(sftp, ticketed, wanted))
        arrived = SetFolder.claimed(self._places.spool, ticketed.ticket).arrived
        for name in mine or ():
            source, target = self._kept_as(ticketed.ticket, name), arrived / name
            self._fetch(source, target)
        return mine is not None

    def _fetch(self, source: str, target: Path) -> None:
        limit = self._places.part_size + 1
        self._connection.run(lambda sftp: fetch(sftp, source, target, limit), self._places.fetch_within)

    def _run(self, action: Callable[[Sftp], T]) -> T:
        return self._connection.run(action, self._places.list_within)

    def _rename(self, sftp: Sftp, ticketed: Ticketed, wanted: Sequence[str]) -> list[str] | None:
        """Claim by renaming; give what is ours there, None where the leader was gone."""
        ticket, claim = ticketed.ticket, ticketed.claim
        inbox = self._places.folders[claim.environment.inbox]

        def claimed(name: str) -> bool:
            return moved(sftp, f"{inbox}/{name}", self._kept_as(ticket, name))

        self._make_work(sftp)
        if claim.leader in wanted and not claimed(claim.leader):
            return None
        return [one for one in wanted if claimed(one)]

    def forget(self, case: Case) -> None:
        """Delete a set there: its verdict is committed, its bytes are kept here."""
        self._worker.do(f"forget {case.ticket}", lambda: self._run(lambda sftp: self._forget(sftp, case)))

    def _forget(self, sftp: Sftp, case: Case) -> None:
        for file in case.files:
            with suppress(FileNotFoundError):
                sftp.remove(self._kept_as(case.ticket, file.name))

    def _make_work(self, sftp: Sftp) -> None:
        try:
            sftp.stat(self._places.work)
        except FileNotFoundError:
            sftp.mkdir(self._places.work)

    def _kept_as(self, ticket: str, name: str) -> str:
        return f"{self._places.work}/{ticket}.{name}"

    # ----------------------------------------------------------------------------------------------- outboxes

    def publish(self, verdict: Verdict) -> None:
        """Put down the answers, ACRF before NOTI, each with its signature, its GO last."""
        self._outbox.publish(verdict)

    def put_page(self, case: Case, suffix: str, content: Iterable[bytes]) -> None:
        """Put a page into REPORT, under the name of the set's GO and its ticket."""
        self._outbox.put_page(case, suffix, content)

    def put_index(self, sender: str, content: bytes) -> None:
        """Put the index of the bureau's pages into REPORT."""
        self._outbox.put_index(sender, content)


def _nanoseconds(length: timedelta) -> int:
    return length // timedelta(microseconds=1) * 1000


def listed(found: Attributes) -> Listed:
    """Read an entry of a listing; a name that is no plain file name is never taken for a file."""
    told: object = found.filename
    name = told if isinstance(told, str) else repr(told)
    plain = isinstance(told, str) and "/" not in name and "\0" not in name and name not in {"", ".", ".."}
    fits = len(name.encode(errors="replace")) <= NAME_BYTES
    mode = found.st_mode
    kind = EntryKind.FILE if mode is None else kind_of_mode(mode)
    if kind is EntryKind.FILE and not (plain and fits):
        kind = EntryKind.UNREADABLE_NAME
    return Listed(name, found.st_size or 0, found.st_mtime or 0, kind)
