"""The outboxes on another party's server: answers under a temporary name, their size verified, renamed, GO last."""

import hashlib
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from flexibatch.adapters.disk import sheltered
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.spool.answers import (
    INDEX_NAME,
    answer_files,
    page_name,
    require_settled,
    temporary_name,
)
from flexibatch.adapters.spool.remote.connection import Connection
from flexibatch.adapters.spool.remote.folders import RemoteFolders
from flexibatch.adapters.spool.remote.transfer import push
from flexibatch.adapters.spool.remote.worker import Worker
from flexibatch.domain.case import Case, Verdict
from flexibatch.domain.vocabulary import REPORT_FOLDER
from flexibatch.errors import Unavailable

IN_MEMORY = 1 << 20
"""Bytes of a page beyond which it lies in a file without a name until it is put down."""


class RemoteOutbox:
    """Put answers and pages into one bureau's folders on a server; `folder` returns where answers were written."""

    def __init__(
        self,
        connection: Connection,
        places: RemoteFolders,
        worker: Worker,
        folder: Callable[[Case], SetFolder],
    ) -> None:
        """Keep the connection, the places, and the server's thread."""
        self._connection, self._places, self._worker, self._folder = connection, places, worker, folder
        self._index, self._indexes = "", 0

    def publish(self, verdict: Verdict) -> None:
        """Put down the answers, ACRF before NOTI, each with its signature, its GO last."""
        case = verdict.case
        self._worker.do(
            f"publish {case.ticket} {case.run}", lambda: self._alone(lambda: self._publish(verdict))
        )

    def _publish(self, verdict: Verdict) -> None:
        case = verdict.case
        outbox = self._places.folders[case.environment.outbox]
        written = self._folder(case).answers(case.run)
        for name, sha256 in answer_files(verdict):
            if sha256 is None:
                self._put(outbox, name, case.ticket, io.BytesIO())
            else:
                require_settled(name, _digest(written / name), sha256)
                self._put(outbox, name, case.ticket, (written / name).open("rb"))

    def put_page(self, case: Case, suffix: str, content: Iterable[bytes]) -> None:
        """Put a page into REPORT, under the name of the set's GO and its ticket."""
        name, folder, digest = page_name(case, suffix), self._places.folders[REPORT_FOLDER], hashlib.sha256()
        page = _Page(max_size=IN_MEMORY)
        with sheltered(f"The page {name} cannot be kept until it is put down"):
            for piece in content:
                digest.update(piece)
                page.write(piece)
        self._worker.do(
            f"page {name} {digest.hexdigest()}",
            lambda: self._alone(lambda: self._put(folder, name, case.ticket, page)),
        )

    def put_index(self, sender: str, content: bytes) -> None:
        """Put the index of the bureau's pages into REPORT, in place of the one that is there."""
        folder, digest = self._places.folders[REPORT_FOLDER], hashlib.sha256(content).hexdigest()
        # One that was put down late may have been replaced since: the same bytes are asked for anew then.
        self._indexes += digest != self._index
        self._index = digest
        self._worker.do(
            f"index {self._indexes}",
            lambda: self._alone(lambda: self._put(folder, INDEX_NAME, sender, io.BytesIO(content))),
        )

    def _alone(self, action: Callable[[], None]) -> None:
        """Put things down there while no other process does: it could be overtaken by what it put down before."""
        with self._places.alone() as mine:
            if not mine:
                raise Unavailable("Another process is putting answers down on that server: these come after.")
            action()

    def _put(self, folder: str, name: str, ticket: str, content: IO[bytes]) -> None:
        temporary, final = f"{folder}/{temporary_name(name, ticket)}", f"{folder}/{name}"
        with content:
            self._connection.run(
                lambda sftp: push(sftp, content, temporary, final), self._places.fetch_within
            )


class _Page(SpooledTemporaryFile[bytes]):
    """A page that may be put down long after it was asked for, or never: it closes when nobody holds it any more."""

    def __del__(self) -> None:
        """Close it."""
        self.close()


def _digest(path: Path) -> str:
    with sheltered(f"{path} cannot be read"), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
