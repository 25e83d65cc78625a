"""Open a register file: what it is told by its content, what identifies it is its SHA-256."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from flexibatch.adapters.csv_files import encoding_of
from flexibatch.adapters.dimona.csv import read_csv
from flexibatch.adapters.dimona.json import read_json
from flexibatch.adapters.dimona.xml import read_xml
from flexibatch.domain.register import Entry, RegisterFile
from flexibatch.errors import Refusal

BRUSSELS = ZoneInfo("Europe/Brussels")
_BLOCK = 1 << 20


@contextmanager
def register_file(path: Path, zone: ZoneInfo = BRUSSELS) -> Iterator[RegisterFile]:
    """Open a register file; moments without an offset are local in `zone`.

    Raise `Refusal` for a file that is missing, empty, no plain file, or changed while it is read.
    """
    with _opened(path) as file:
        before = os.fstat(file.fileno())
        if before.st_size == 0:
            raise Refusal("the file is empty")
        sha256, lines = _measure(file)
        kind, entries = _entries(file, zone)
        yield RegisterFile(path.name, kind, sha256, lines, _unchanged(file, before, entries))


def _opened(path: Path) -> BinaryIO:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Refusal("this is no plain file")
        return path.open("rb")
    except OSError as exc:
        raise Refusal(f"the file cannot be read: {exc.strerror}") from exc


def _measure(file: BinaryIO) -> tuple[str, int]:
    digest, lines = hashlib.sha256(), 1
    while block := file.read(_BLOCK):
        digest.update(block)
        lines += max(block.count(b"\n"), block.count(b"\r"))
    return digest.hexdigest(), lines


def _entries(file: BinaryIO, zone: ZoneInfo) -> tuple[str, Iterable[Entry | Refusal]]:
    file.seek(0)
    encoding = encoding_of(file)
    start = file.read(4096).decode(encoding, errors="ignore").lstrip()[:1]
    file.seek(0)
    if start == "<":
        return "xml", read_xml(file, zone)
    return ("json", read_json(file, zone)) if start in {"{", "["} else read_csv(file, zone)


def _unchanged(
    file: BinaryIO, before: os.stat_result, entries: Iterable[Entry | Refusal]
) -> Iterator[Entry | Refusal]:
    """Yield the entries; refuse at the end where the file is no longer the one that was measured."""
    yield from entries
    after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise Refusal("the file changed while it was read: import it again when it is finished")
