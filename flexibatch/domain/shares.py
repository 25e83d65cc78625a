"""Whose set is judged next: shares by cost, not by sets.

Start-time fair queueing (P. Goyal, H. M. Vin, H. Cheng, "Start-time Fair Queuing", SIGCOMM 1996), its cost known when a
set is done: every sender's next set starts, in virtual time, where what was judged of it before has ended, and the
earliest start goes first. Who used more waits behind those who used less; who was away earns nothing by it.
"""

from collections.abc import Sequence


class Shares:
    """What senders have used, in seconds of virtual time."""

    def __init__(self) -> None:
        """Begin with nothing used."""
        self._now = 0.0
        self._ends: dict[str, float] = {}

    def first(self, senders: Sequence[str]) -> str:
        """Return the sender whose turn it is; among equals the first of those given.

        >>> shares = Shares()
        >>> shares.begin("A"), shares.charge("A", 60), shares.begin("B"), shares.charge("B", 1)
        (None, None, None, None)
        >>> shares.first(["A", "B"]), shares.first(["A", "C"])
        ('B', 'C')
        """
        return min(senders, key=self._start)

    def begin(self, sender: str) -> None:
        """Hear that a set of a sender is begun: virtual time goes on to its start."""
        self._ends[sender] = self._now = self._start(sender)
        self._ends = {one: end for one, end in self._ends.items() if end >= self._now}

    def charge(self, sender: str, cost: float) -> None:
        """Hear what a set of a sender that was begun has cost."""
        self._ends[sender] = self._start(sender) + cost

    def _start(self, sender: str) -> float:
        return max(self._now, self._ends.get(sender, 0.0))
