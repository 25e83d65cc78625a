"""What an import did, and which lines of a file it cannot take."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from flexibatch.domain.register import Entry
from flexibatch.errors import Refusal, WrongLine, WrongLines

LINES_TOLD = 100


@dataclass(slots=True)
class ImportCounts:
    """Count what became of the entries of a file.

    `new` ones were not known; `changed` ones say something else of what was known, `same` ones nothing else; `older`
    ones are no later than what is held, or stand before a later one in the file.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    older: int = 0


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did: `rows` were read; a file that was imported `already` changed nothing."""

    format: str
    rows: int
    already: bool
    counts: ImportCounts = field(default_factory=ImportCounts, compare=False)


class ImportFaults:
    """The lines of a file that are wrong; the first of them are kept, all are counted."""

    def __init__(self) -> None:
        """Begin with none."""
        self._count = 0
        self._told: list[tuple[int, str]] = []

    def add(self, fault: Refusal) -> None:
        """Keep what is wrong; what is told of the file as a whole comes last."""
        self._count += 1
        if len(self._told) < LINES_TOLD:
            self._told.append((fault.line if isinstance(fault, WrongLine) else 1 << 62, str(fault)))

    def good(self, entries: Iterable[Entry | Refusal]) -> Iterator[Entry]:
        """Yield the entries that could be read; the others are kept, and so is what ends the file too early."""
        try:
            for entry in entries:
                if isinstance(entry, Refusal):
                    self.add(entry)
                else:
                    yield entry
        except Refusal as exc:
            self.add(exc)

    def require_none(self) -> None:
        """Raise `WrongLines` where something is wrong."""
        if self._count:
            told = tuple(text for _line, text in sorted(self._told, key=itemgetter(0)))
            raise WrongLines(told, self._count - len(told))
