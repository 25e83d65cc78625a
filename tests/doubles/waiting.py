"""Wait for what another process does; the one place where a test looks again and again."""

import time
from collections.abc import Callable

PATIENCE = 60


def until(true: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait until something is true; fail when it is not within a minute, or the seconds that are given."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"it did not come to be within {patience} seconds"
        time.sleep(0.05)
