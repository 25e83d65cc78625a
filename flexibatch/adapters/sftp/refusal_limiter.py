"""How much is told of those who were kept out: a flood must not fill logs and tables."""

from collections import Counter
from dataclasses import dataclass, field

WINDOW = 60.0
OF_ONE = 20
OF_ALL = 200


@dataclass(slots=True)
class RefusalLimiter:
    """Count who was told of in this minute: so many of one address and of all; the rest is counted only.

    >>> limiter = RefusalLimiter()
    >>> sum(limiter.may_tell("192.0.2.1", 0.0) for _ in range(50)), limiter.may_tell("192.0.2.2", 1.0)
    (20, True)
    >>> limiter.untold(30.0), limiter.untold(61.0), limiter.untold(62.0)
    (0, 30, 0)
    """

    began: float = 0.0
    told: Counter[str] = field(default_factory=Counter)
    left_out: int = 0

    def may_tell(self, address: str, now: float) -> bool:
        """Return whether one more of an address may be told."""
        if now >= self.began + WINDOW and not self.left_out:
            self.began = now
            self.told.clear()
        if self.told[address] >= OF_ONE or self.told.total() >= OF_ALL:
            self.left_out += 1
            return False
        self.told[address] += 1
        return True

    def untold(self, now: float) -> int:
        """Return how many were left out in a minute that is over, once."""
        if now < self.began + WINDOW or not self.left_out:
            return 0
        left_out, self.left_out = self.left_out, 0
        self.began = now
        self.told.clear()
        return left_out
