"""Write ACRF and NOTI: the layout, order and attributes that bureaus' software reads, to the byte.

Answers are written into the set's private folder while its transaction is open, fsynced, and put out later.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from flexibatch.adapters.answers.text import (
    acknowledgement,
    form_result,
    notification_head,
    notification_tail,
)
from flexibatch.adapters.disk import settle_file, settle_folder, sheltered
from flexibatch.domain.case import AnswerFile, Case, FormVerdict, LocatedAnomaly, Verdict
from flexibatch.domain.findings import Anomaly
from flexibatch.domain.vocabulary import FileKind, Subject

COMPRESS_ABOVE = 50_000_000
_BLOCK = 1 << 20


class AnswerPress:
    """Fulfil the port `Answers` in local folders; `folder` gives the private folder of a set."""

    def __init__(
        self, folder: Callable[[Case], Path], timezone: ZoneInfo, *, compress_above: int = COMPRESS_ABOVE
    ) -> None:
        """Keep where answers are written and in which zone they tell the time."""
        self._folder, self._timezone, self._compress_above = folder, timezone, compress_above

    def acknowledge(self, verdict: Verdict, name: str, fault: Anomaly | None) -> AnswerFile:
        """Write the ACRF: received, or refused for a fault."""
        path = self._path(verdict.case, name)
        text = acknowledgement(verdict, self._local(verdict.decided_at), fault)
        with sheltered(_unwritten(path)), path.open("wb") as file:
            file.write(text.encode())
            settle_file(file)
            settle_folder(path.parent)
        data = text.encode()
        return AnswerFile(Subject.ACKNOWLEDGEMENT, name, hashlib.sha256(data).hexdigest(), len(data))

    @contextmanager
    def notify(self, verdict: Verdict, name: str) -> Iterator["NotificationFile"]:
        """Begin the NOTI; it is thrown away when the block is left by an exception."""
        path = self._path(verdict.case, name)
        moment = self._local(verdict.decided_at)
        with sheltered(_unwritten(path)):
            file = path.open("wb")
        with file:
            try:
                yield NotificationFile(verdict, path, file, moment, self._compress_above)
            except BaseException:
                path.unlink(missing_ok=True)
                raise

    def _path(self, case: Case, name: str) -> Path:
        folder = self._folder(case) / "out" / f"run-{case.run}"
        with sheltered(_unwritten(folder)):
            folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._timezone)


class NotificationFile:
    """Fulfil the port `Notification`: one Form is held back, so that the last one can be told what is left out."""

    def __init__(
        self, verdict: Verdict, path: Path, file: IO[bytes], moment: datetime, compress_above: int
    ) -> None:
        """Write the head."""
        self._verdict, self._path, self._file, self._moment = verdict, path, file, moment
        self._compress_above = compress_above
        self._sha256, self._size = hashlib.sha256(), 0
        self._held: FormVerdict | None = None
        self._write(notification_head())

    def add(self, judged: FormVerdict) -> None:
        """Write what became of a Form."""
        self._release(None)
        self._held = judged

    def close(self, last: LocatedAnomaly | None) -> AnswerFile:
        """End the file, with one more anomaly in its last Form where there is one; fsync it."""
        self._release(last)
        self._write(notification_tail())
        with sheltered(_unwritten(self._path)):
            settle_file(self._file)
            if self._size > self._compress_above:
                return self._compressed()
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


def _unwritten(path: Path) -> str:
    return f"The answer {path} cannot be written"
