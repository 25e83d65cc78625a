"""Wait for what another process does; the one place where a test looks again and again."""

import time
from collections.abc import Callable

PATIENCE = 60


def until(true: Callable[[], object]) -> None:
    """Wait until something is true; fail when it is not within a minute."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come to be within a minute"
        time.sleep(0.05)
