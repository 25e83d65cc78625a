"""Which bytes of a file have come: clients that write side by side send its blocks in any order."""

from bisect import bisect_left, bisect_right

WINDOW = 16 << 20
"""How far beyond what has come without a gap a block may lie: as much as clients in use have on their way at once."""
PIECES = 1024
"""How many pieces may lie apart there: memory does not grow with what a client makes up."""


class Blocks:
    """How many bytes have come without a gap, and the pieces that lie beyond, in order and apart."""

    def __init__(self, whole: int = 0) -> None:
        """Begin with the bytes that are there."""
        self.whole = whole
        self._starts: list[int] = []
        self._ends: list[int] = []

    @property
    def end(self) -> int:
        """Return where the last byte that has come ends."""
        return self._ends[-1] if self._ends else self.whole

    @property
    def torn(self) -> bool:
        """Return whether there is a gap."""
        return bool(self._starts)

    @property
    def gaps(self) -> int:
        """Count the bytes before the end that have not come, however often others came.

        >>> blocks = Blocks()
        >>> blocks.add(10, 20), blocks.add(10, 20), blocks.gaps
        (None, None, 10)
        """
        return self.end - self.whole - sum(self._ends) + sum(self._starts)

    def takes(self, start: int, end: int) -> bool:
        """Return whether a block may come now: not too far beyond the others, nor as one piece too many.

        >>> Blocks(5).takes(WINDOW, WINDOW + 6), Blocks(5).takes(WINDOW, WINDOW + 5)
        (False, True)
        """
        if start <= self.whole:
            return True
        if end > self.whole + WINDOW:
            return False
        first, last = self._met(start, end)
        return last > first or len(self._starts) < PIECES

    def add(self, start: int, end: int) -> None:
        """Take a block in; it joins what it meets.

        >>> blocks = Blocks(5)
        >>> blocks.add(8, 9), blocks.add(4, 8), (blocks.whole, blocks.gaps)
        (None, None, (9, 0))
        """
        if start == end:
            return
        first, last = self._met(start, end)
        if last > first:
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
        self._starts[first:last], self._ends[first:last] = [start], [end]
        if self._starts[0] <= self.whole:
            self.whole = max(self.whole, self._ends[0])
            del self._starts[0], self._ends[0]

    def _met(self, start: int, end: int) -> tuple[int, int]:
        """Return from which to which of the pieces a block touches."""
        return bisect_left(self._ends, start), bisect_right(self._starts, end)
