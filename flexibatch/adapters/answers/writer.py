"""Write ACRF and NOTI: the layout, order and attributes that bureaus' software reads, to the byte.

Answers are written into the set's private folder while its transaction is open, fsynced, and put out later.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO
from zoneinfo import ZoneInfo

from flexibatch.adapters.answers.text import (
    acknowledgement,
    form_result,
    notification_head,
    notification_tail,
)
from flexibatch.adapters.disk import settle_file, settle_folder, sheltered
from flexibatch.adapters.line_file import LineWriter
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.domain.case import AnswerFile, Case, FormVerdict, LocatedAnomaly, Verdict
from flexibatch.domain.findings import Anomaly
from flexibatch.domain.names import signature_of_answer
from flexibatch.domain.outcomes import line_outcomes
from flexibatch.domain.vocabulary import FileKind, Subject

COMPRESS_ABOVE = 50_000_000
_BLOCK = 1 << 20

SignAnswer = Callable[[BinaryIO, datetime], bytes]
"""Give the signature file of an answer that was decided at a moment."""


@dataclass(frozen=True, slots=True)
class Finish:
    """Say how answers are finished: above a size they are compressed; where there is a seal they are signed."""

    seal: SignAnswer | None = None
    compress_above: int = COMPRESS_ABOVE

    def signed(self, made: AnswerFile, folder: Path, moment: datetime) -> AnswerFile:
        """Write the signature beside an answer and fsync it."""
        if self.seal is None:
            return made
        path = folder / signature_of_answer(made.name)
        with sheltered(_unwritten(path)), (folder / made.name).open("rb") as content:
            signature = self.seal(content, moment)
        _write_settled(path, signature)
        return replace(made, signature=hashlib.sha256(signature).hexdigest())


class AnswerWriter:
    """Fulfil the port `Answers` in local folders; `folder` gives the private folder of a set."""

    def __init__(
        self,
        folder: Callable[[Case], SetFolder],
        timezone: ZoneInfo,
        finish: Finish,
    ) -> None:
        """Keep where answers are written, in which zone they tell the time, and how they are finished."""
        self._folder, self._timezone, self._finish = folder, timezone, finish

    def acknowledge(self, verdict: Verdict, name: str, fault: Anomaly | None) -> AnswerFile:
        """Write the ACRF: received, or refused for a fault."""
        path = self._path(verdict.case, name)
        text = acknowledgement(verdict, self._local(verdict.decided_at), fault)
        data = text.encode()
        _write_settled(path, data)
        made = AnswerFile(Subject.ACKNOWLEDGEMENT, name, hashlib.sha256(data).hexdigest(), len(data))
        return self._finish.signed(made, path.parent, verdict.decided_at)

    @contextmanager
    def notify(self, verdict: Verdict, name: str) -> Iterator["NotificationFile"]:
        """Begin the NOTI; it is thrown away when the block is left by an exception."""
        path = self._path(verdict.case, name)
        moment = self._local(verdict.decided_at)
        with sheltered(_unwritten(path)):
            file = path.open("wb")
        with file, LineWriter(self._folder(verdict.case).lines(verdict.case.run)) as lines:
            try:
                yield NotificationFile(verdict, file, lines, moment, self._finish)
            except BaseException:
                path.unlink(missing_ok=True)
                raise

    def _path(self, case: Case, name: str) -> Path:
        folder = self._folder(case).answers(case.run)
        with sheltered(_unwritten(folder)):
            folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._timezone)


class NotificationFile:
    """Fulfil the port `Notification`: one Form is held back, so that the last one can be told what is left out."""

    def __init__(
        self,
        verdict: Verdict,
        file: IO[bytes],
        lines: LineWriter,
        moment: datetime,
        finish: Finish,
    ) -> None:
        """Write the head; what became of each line is kept for the pages too."""
        self._verdict, self._path, self._file, self._moment = verdict, Path(file.name), file, moment
        self._lines = lines
        self._finish = finish
        self._sha256, self._size = hashlib.sha256(), 0
        self._held: FormVerdict | None = None
        self._write(notification_head())

    def add(self, judged: FormVerdict) -> None:
        """Write what became of a Form."""
        self._lines.add(line_outcomes(judged))
        self._release(None)
        self._held = judged

    def close(self, last: LocatedAnomaly | None) -> AnswerFile:
        """End the file, with one more anomaly in its last Form where there is one; fsync and sign it."""
        self._release(last)
        self._write(notification_tail())
        with sheltered(_unwritten(self._path)):
            settle_file(self._file)
            made = self._compressed() if self._size > self._finish.compress_above else self._plain()
        return self._finish.signed(made, self._path.parent, self._verdict.decided_at)

    def _plain(self) -> AnswerFile:
        settle_folder(self._path.parent)
        return AnswerFile(Subject.NOTIFICATION, self._path.name, self._sha256.hexdigest(), self._size)

    def _release(self, last: LocatedAnomaly | None) -> None:
        if self._held is None:
            return
        more = (*self._held.told, last) if last else self._held.told
        for text in form_result(self._verdict, self._held, more, self._moment):
            self._write(text)

    def _write(self, text: str) -> None:
        data = text.encode()
        self._sha256.update(data)
        self._size += len(data)
        with sheltered(_unwritten(self._path)):
            self._file.write(data)

    def _compressed(self) -> AnswerFile:
        """Put the answer into a ZIP whose bytes depend on the answer only."""
        name = FileKind.COMPRESSED + self._path.name.removeprefix(FileKind.ANSWER)
        path = self._path.with_name(name)
        entry = zipfile.ZipInfo(self._path.name, self._moment.timetuple()[:6])
        entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o640 << 16
        with path.open("w+b") as target:
            with (
                zipfile.ZipFile(target, "w") as archive,
                archive.open(entry, "w") as inner,
                self._path.open("rb") as whole,
            ):
                while block := whole.read(_BLOCK):
                    inner.write(block)
            settle_file(target)
            target.seek(0)
            digest = hashlib.file_digest(target, "sha256").hexdigest()
            size = target.tell()
        self._path.unlink()
        settle_folder(path.parent)
        return AnswerFile(Subject.NOTIFICATION, name, digest, size)


def _write_settled(path: Path, data: bytes) -> None:
    with sheltered(_unwritten(path)), path.open("wb") as file:
        file.write(data)
        settle_file(file)
        settle_folder(path.parent)


def _unwritten(path: Path) -> str:
    return f"The answer {path} cannot be written"
