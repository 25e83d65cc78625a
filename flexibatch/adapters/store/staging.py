"""Keep the rows of a set's Forms until it is judged, so that no transaction waits for what a bureau wrote."""

import pickle
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

from flexibatch.adapters.disk import sheltered
from flexibatch.adapters.store.forms import FormRows

IN_MEMORY = 4 << 20
"""Bytes beyond which rows are kept in a file; it has no name, and goes with its process."""

KEPT = "The rows of a set that is judged cannot be kept on the disk"


class Staging:
    """Rows, Form by Form, in memory or in a file without a name in a folder (None: the machine's)."""

    def __init__(self, folder: Path | None = None) -> None:
        """Begin with nothing."""
        self._file = SpooledTemporaryFile[bytes](max_size=IN_MEMORY, dir=str(folder) if folder else None)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let everything go."""
        self._file.close()

    def add(self, rows: FormRows) -> None:
        """Keep the rows of one more Form."""
        with rows_kept():
            pickle.dump(rows, self._file, pickle.HIGHEST_PROTOCOL)

    @property
    def large(self) -> bool:
        """Return whether so much is kept that it lies in a file."""
        return self._file.tell() > IN_MEMORY

    def clear(self) -> None:
        """Let all rows go."""
        with rows_kept():
            self._file.seek(0)
            self._file.truncate()

    def __iter__(self) -> Iterator[FormRows]:
        """Yield all rows in the order in which they were kept."""
        with rows_kept():
            self._file.seek(0)
        while True:
            try:
                with rows_kept():
                    one = pickle.load(self._file)  # noqa: S301 - this process wrote it
            except EOFError:
                return
            yield one


def rows_kept() -> AbstractContextManager[None]:
    """Turn what the disk refuses into trouble."""
    return sheltered(KEPT)
