"""What must be remembered across the Forms of one document: references seen, lines counted per employer."""

from collections import Counter
from hashlib import blake2b

LINES_LIMIT = 2000
"""Worker lines an employer may have in one file; a Form never holds more lines that matter."""

LISTED_LIMIT = 20_000
"""Lines of one Form that are held at all: ten times what a Form may have, so that no file fills the memory."""

ELEMENTS_LIMIT = 100_000
"""Qualities and financial elements of one Form, which is held whole: fifty for each line that it may have."""

_DIGEST_SIZE = 16


class Repetitions:
    """Remember which references stood in the file, and which of them made a declaration: 16 bytes for each.

    Source: docs/spec/message.md, "Operations" (90082-006).
    """

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._seen: dict[bytes, bytes] = {}
        self._made: set[bytes] = set()

    def seen(self, employer_key: str, person: str, reference: str) -> bool:
        """Return whether this reference of this worker and employer stood in the file before; remember it.

        >>> repetitions = Repetitions()
        >>> repetitions.seen("#1", "85073003328", "A"), repetitions.seen("#1", "85073003328", "A")
        (False, True)
        """
        digest = _digest(employer_key, person, reference)
        return self._seen.setdefault(digest, digest) is not digest

    def make(self, employer_key: str, person: str, reference: str) -> None:
        """Remember that this file makes a version of a declaration."""
        digest = _digest(employer_key, person, reference)
        self._made.add(self._seen.get(digest, digest))

    def made(self, employer_key: str, person: str, reference: str) -> bool:
        """Return whether this file made a version of a declaration before.

        >>> repetitions = Repetitions()
        >>> repetitions.make("#1", "85073003328", "A")
        >>> repetitions.made("#1", "85073003328", "A"), repetitions.made("#1", "85073003328", "B")
        (True, False)
        """
        return _digest(employer_key, person, reference) in self._made


def _digest(*key: str) -> bytes:
    # None of the three can hold a NUL, so that no two keys are written alike.
    return blake2b("\0".join(key).encode(), digest_size=_DIGEST_SIZE).digest()


class LineCounter:
    """Count worker lines per employer, Form by Form, those of refused Forms too.

    Source: docs/spec/message.md, "Limits" (90059-172).
    """

    def __init__(self, limit: int = LINES_LIMIT) -> None:
        """Start at zero for every employer."""
        self._limit = limit
        self._counts: Counter[str] = Counter()

    def passes(self, employer_key: str, lines: int) -> bool:
        """Count a Form's lines; tell whether its employer is past the limit now, and so for ever after.

        >>> counter = LineCounter(3)
        >>> counter.passes("#1", 2), counter.passes("#1", 1), counter.passes("#1", 1), counter.passes("#1", 0)
        (False, False, True, True)
        """
        self._counts[employer_key] += lines
        return self._counts[employer_key] > self._limit
