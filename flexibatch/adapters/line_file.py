"""The lines of a judged set, kept beside its answers for the pages that tell them: one JSON array a line, compressed.

It lies in the set's private folder, which is archived and purged whole, and is read again whenever a page is written.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from flexibatch.adapters.disk import settle_file, sheltered
from flexibatch.domain.outcomes import LineOutcome
from flexibatch.domain.vocabulary import Operation, Outcome
from flexibatch.errors import Unavailable

FAST = 1
"""Compression that costs little: most of a line is like the one before."""
_written = json.JSONEncoder(separators=(",", ":")).encode
_READERS: dict[str, Callable[[Any], Any]] = {
    "operation": Operation,
    "start": date.fromisoformat,
    "end": date.fromisoformat,
    "outcome": Outcome,
    "codes": tuple,
}
_READ = [(LineOutcome._fields.index(name), read) for name, read in _READERS.items()]
"""Values that are no text and no number, by their place: how each is read."""


class LineWriter:
    """Write lines into a file; what was there is replaced."""

    def __init__(self, path: Path) -> None:
        """Open the file."""
        self._path = path
        with self._sheltered():
            self._file = path.open("wb")
            self._packed = gzip.GzipFile(
                filename="", mode="wb", compresslevel=FAST, fileobj=self._file, mtime=0
            )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; it is on the disk then, unless an exception leaves it: then it goes."""
        with self._sheltered(), self._file:
            if kind is None:
                self._packed.close()
                settle_file(self._file)
            else:
                self._path.unlink(missing_ok=True)

    def add(self, lines: Iterable[LineOutcome]) -> None:
        """Write more lines."""
        text = "".join(f"{_written(_kept(one))}\n" for one in lines)
        with self._sheltered():
            self._packed.write(text.encode())

    def _sheltered(self) -> Any:  # noqa: ANN401 - a context
        return sheltered(f"The lines {self._path} cannot be written")


def read_lines(path: Path) -> Iterator[LineOutcome]:
    """Yield the lines of a file; none where there is no file, as of a set that an earlier release judged."""
    with sheltered(f"The lines {path} cannot be read"):
        if not path.exists():
            return
        try:
            with gzip.open(path, "rt", encoding="utf-8") as file:
                yield from map(_line, file)
        except (EOFError, ValueError, zlib.error) as exc:
            raise Unavailable(
                f"The lines {path} are damaged. Put them back from a backup, or remove the file."
            ) from exc


def _kept(one: LineOutcome) -> list[Any]:
    return [value.isoformat() if isinstance(value, date) else value for value in one]


def _line(text: str) -> LineOutcome:
    values = json.loads(text)
    for place, read in _READ:
        values[place] = None if values[place] is None else read(values[place])
    return LineOutcome._make(values)
