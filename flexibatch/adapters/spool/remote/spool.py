"""One bureau's folders on another party's server: looked into, claimed by rename there, fetched, answered.

What was claimed lies there in the work folder, as `<ticket>.<name>`, until its verdict is committed and published.
"""

import hashlib
import io
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TypeVar

from flexibatch.adapters.disk import settle_folder, sheltered
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.spool.remote.bounded import ENOUGH, Most
from flexibatch.adapters.spool.remote.connection import WITHIN, Attributes, Connection, Sftp
from flexibatch.adapters.spool.remote.sightings import Listed, Sightings
from flexibatch.adapters.spool.remote.transfer import fetch, moved, push
from flexibatch.adapters.spool.remote.worker import Worker
from flexibatch.domain.case import Case, Ticketed, Verdict
from flexibatch.domain.groups import Entry
from flexibatch.domain.names import go_of_answer
from flexibatch.domain.vocabulary import REPORT_FOLDER, Subject
from flexibatch.errors import Unavailable
from flexibatch.ports import Clock

T = TypeVar("T")

REPORT_NAME_BYTES = 200
NAME_BYTES = 255
FETCH_WITHIN = timedelta(minutes=10)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _nobody_else() -> AbstractContextManager[bool]:
    return nullcontext(enter_result=True)


@dataclass(frozen=True, slots=True)
class Places:
    """Hold how that server calls the channel's folders, where what was claimed waits, and this machine's spool.

    At most `part_size` bytes and one more are fetched of a file. An inbox is listed once in `apart`; that it is
    listed, and every file fetched, is done in its time or cut. `alone` tells whether no other process writes there;
    who is `hurried` does not wait for what takes long.
    """

    folders: Mapping[str, str]
    work: str
    spool: Path
    part_size: int
    apart: timedelta = timedelta(0)
    list_within: timedelta = WITHIN
    fetch_within: timedelta = FETCH_WITHIN
    most: Most = ENOUGH
    alone: Callable[[], AbstractContextManager[bool]] = _nobody_else
    hurried: bool = False


class RemoteSpool:
    """Fulfil for one bureau what inboxes, keeping and outboxes do on this machine."""

    def __init__(
        self,
        connection: Connection,
        places: Places,
        sightings: Sightings,
        clock: Clock,
        folder: Callable[[Case], SetFolder],
    ) -> None:
        """Keep the connection and the places; `folder` gives where a set's answers were written."""
        self._connection, self._places, self._sightings = connection, places, sightings
        self._clock, self._folder = clock, folder
        self._listed_at: dict[str, datetime] = {}
        self._worker = Worker(connection.name, hurried=places.hurried)

    def close(self) -> None:
        """End the session, and with it what is in hand."""
        self._connection.close()

    def finish(self) -> bool:
        """Wait for what is in hand, as long as that may take; tell whether more was asked than was done."""
        longest = max(self._places.list_within, self._places.fetch_within)
        return self._worker.finish(longest.total_seconds())

    # ------------------------------------------------------------------------------------------------ inboxes

    def begin(self, folder: Path) -> None:
        """Begin to list an inbox that is to be scanned, so that all servers are at it at once."""
        if not self._rests(folder):
            self._worker.begin(f"list {folder.name}", lambda: self._list(folder.name))

    def scan(self, folder: Path) -> Iterable[Entry]:
        """List the inbox of this name; nothing is seen while the server is left alone, after trouble or a listing."""
        if self._rests(folder):
            return []
        listing, begun = self._worker.do(f"list {folder.name}", lambda: self._list(folder.name))
        now = self._clock.now()
        self._listed_at[folder.name] = now
        return self._sightings.entries(
            folder.name, map(listed, listing), _nanoseconds(now - _EPOCH), _nanoseconds(now - begun)
        )

    def _rests(self, folder: Path) -> bool:
        now, before = self._clock.now(), self._listed_at.get(folder.name)
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
        """Put down the answers, ACRF before NOTI, each one's empty GO last."""
        case = verdict.case
        self._worker.do(
            f"publish {case.ticket} {case.run}", lambda: self._alone(lambda: self._publish(verdict))
        )

    def _publish(self, verdict: Verdict) -> None:
        case = verdict.case
        outbox = self._places.folders[case.environment.outbox]
        written = self._folder(case).answers(case.run)
        for answer in sorted(verdict.answers, key=lambda one: one.subject is not Subject.ACKNOWLEDGEMENT):
            for name, sha256 in answer.files:
                _require_settled(written / name, sha256)
                self._put(outbox, name, case.ticket, (written / name).open("rb"))
            self._put(outbox, go_of_answer(answer.name), case.ticket, io.BytesIO())

    def put_page(self, case: Case, suffix: str, content: Iterable[bytes]) -> None:
        """Put a page into REPORT, under the name of the set's GO and its ticket."""
        cut = case.name.encode()[:REPORT_NAME_BYTES].decode(errors="ignore")
        name = f"{cut}.{case.ticket}.{suffix}"
        folder, page = self._places.folders[REPORT_FOLDER], b"".join(content)
        key = hashlib.sha256(page).hexdigest()
        self._worker.do(
            f"page {name} {key}",
            lambda: self._alone(lambda: self._put(folder, name, case.ticket, io.BytesIO(page))),
        )

    def _alone(self, action: Callable[[], None]) -> None:
        """Put things down there while no other process does: it could be overtaken by what it put down before."""
        with self._places.alone() as mine:
            if not mine:
                raise Unavailable("Another process is putting answers down on that server: these come after.")
            action()

    def _put(self, folder: str, name: str, ticket: str, content: IO[bytes]) -> None:
        short = hashlib.sha256(name.encode()).hexdigest()[:16]
        temporary, final = f"{folder}/.{ticket}.{short}", f"{folder}/{name}"
        with content:
            self._connection.run(
                lambda sftp: push(sftp, content, temporary, final), self._places.fetch_within
            )


def _nanoseconds(length: timedelta) -> int:
    return length // timedelta(microseconds=1) * 1000


def listed(found: Attributes) -> Listed:
    """Read an entry of a listing; a name that is no plain file name is never taken for a file."""
    told: object = found.filename
    name = told if isinstance(told, str) else repr(told)
    plain = isinstance(told, str) and "/" not in name and "\0" not in name and name not in {"", ".", ".."}
    fits = len(name.encode(errors="replace")) <= NAME_BYTES
    mode = found.st_mode
    regular = plain and fits and (mode is None or stat.S_ISREG(mode))
    return Listed(name, found.st_size or 0, found.st_mtime or 0, regular)


def _require_settled(path: Path, sha256: str) -> None:
    with sheltered(f"{path} cannot be read"), path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != sha256:
        raise ValueError(f"the answer {path.name} is not what was settled")
