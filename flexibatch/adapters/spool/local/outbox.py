"""The outboxes: answers under a temporary name, fsynced, renamed, each one's empty GO last. May be repeated.

A bureau can delete in its out folders and may have planted something there: it is moved aside and reported.
"""

import filecmp
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import structlog

from flexibatch.adapters.disk import settle_file, settle_folder, sheltered
from flexibatch.adapters.folders import PRIVATE_MODE, QUARANTINE, SENDER_MODE, SENDERS
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.spool.answers import (
    INDEX_NAME,
    answer_files,
    page_name,
    require_settled,
    temporary_name,
)
from flexibatch.domain.case import Case, Verdict
from flexibatch.domain.vocabulary import REPORT_FOLDER

log = structlog.get_logger()

FILE_MODE = 0o660
_BLOCK = 1 << 20


class LocalOutbox:
    """Put answers and pages into the folders of a sender; `folder` returns where the answers were written."""

    def __init__(self, spool: Path, folder: Callable[[Case], SetFolder]) -> None:
        """Keep where the spool is."""
        self._spool, self._folder = spool, folder

    def publish(self, verdict: Verdict) -> None:
        """Put down the answers, ACRF before NOTI, each with its signature, its GO last."""
        case = verdict.case
        outbox = self._spool / SENDERS / case.sender.number / case.environment.outbox
        written = self._folder(case).answers(case.run)
        with sheltered(f"The answers to {case.ticket} cannot be put into {outbox}"):
            outbox.mkdir(SENDER_MODE, exist_ok=True)
            for name, sha256 in answer_files(verdict):
                self._publish(outbox, written, name, sha256, case.ticket)
            settle_folder(outbox)

    def _publish(self, outbox: Path, written: Path, name: str, sha256: str | None, ticket: str) -> None:
        if sha256 is None:
            with self._placing(outbox, name, ticket):
                pass
            return
        with (written / name).open("rb") as reading, self._placing(outbox, name, ticket) as writing:
            digest = hashlib.sha256()
            while block := reading.read(_BLOCK):
                digest.update(block)
                writing.write(block)
            require_settled(name, digest.hexdigest(), sha256)

    def put_page(self, case: Case, suffix: str, content: Iterable[bytes]) -> None:
        """Put a page into REPORT, under the name of the set's GO and its ticket."""
        folder = self._spool / SENDERS / case.sender.number / REPORT_FOLDER
        with sheltered(f"The page on {case.ticket} cannot be put into {folder}"):
            folder.mkdir(SENDER_MODE, exist_ok=True)
            with self._placing(folder, page_name(case, suffix), case.ticket, lasting=False) as writing:
                writing.writelines(content)

    def put_index(self, sender: str, content: bytes) -> None:
        """Put the index of a bureau's pages into REPORT; where the same stands there, nothing is written."""
        folder = self._spool / SENDERS / sender / REPORT_FOLDER
        with sheltered(f"The index of the pages of sender {sender} cannot be put into {folder}"):
            folder.mkdir(SENDER_MODE, exist_ok=True)
            if _holds(folder / INDEX_NAME, content):
                return
            with self._placing(folder, INDEX_NAME, sender, lasting=False) as writing:
                writing.write(content)
                settle_file(writing)

    @contextmanager
    def _placing(self, folder: Path, name: str, ticket: str, *, lasting: bool = True) -> Iterator[IO[bytes]]:
        """Open a name that nobody made before; rename it when all is written and, if lasting, on disk.

        The name is not on disk yet: a GO that a power cut spared without its answer is followed by it when
        publishing is repeated. Of an empty file there is nothing but its name.
        """
        temporary, final = folder / temporary_name(name, ticket), folder / name
        self._clear(temporary, ticket)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            with os.fdopen(os.open(temporary, flags, FILE_MODE), "wb") as writing:
                yield writing
                if lasting and writing.tell():
                    settle_file(writing)
            if lasting and final.is_file() and not filecmp.cmp(temporary, final, shallow=False):
                self._set_aside(final, ticket)
            self._set_aside_planted(final, ticket)
            temporary.rename(final)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _clear(self, temporary: Path, ticket: str) -> None:
        """Remove what an interrupted publishing left; what cannot be from us is set aside."""
        self._set_aside_planted(temporary, ticket)
        temporary.unlink(missing_ok=True)

    def _set_aside_planted(self, path: Path, ticket: str) -> None:
        """Move a link, folder or device that stands where an answer goes out of the bureau's reach."""
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            return
        if not stat.S_ISREG(mode):
            self._set_aside(path, ticket)

    def _set_aside(self, path: Path, ticket: str) -> None:
        """Move what a bureau planted where it does no harm, and report it."""
        aside = self._spool / QUARANTINE / "planted"
        aside.mkdir(mode=PRIVATE_MODE, parents=True, exist_ok=True)
        target = aside / f"{ticket}.{len(list(aside.iterdir()))}"
        path.rename(target)
        log.warning("outbox.planted", name=path.name[:100], aside=target.name)


def _holds(path: Path, content: bytes) -> bool:
    """Return whether a plain file holds these bytes; a link or a pipe that stands in its place does not."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size != len(content):
            return False
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(len(content) + 1) == content
    except OSError:
        return False
    finally:
        os.close(descriptor)
