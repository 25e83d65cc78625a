"""Where a bureau's folders stand on another party's server, and what may be asked of it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flexibatch.adapters.spool.remote.bounded import ENOUGH, ListingLimits
from flexibatch.adapters.spool.remote.connection import WITHIN

FETCH_WITHIN = timedelta(minutes=10)


def _nobody_else() -> AbstractContextManager[bool]:
    return nullcontext(enter_result=True)


@dataclass(frozen=True, slots=True)
class RemoteFolders:
    """How that server calls the channel's folders, where what was claimed waits, and this machine's spool.

    At most `part_size` bytes and one more are fetched of a file. An inbox is listed once in `apart`; that it is
    listed, and every file fetched, is done in its time or cut. `alone` tells whether no other process writes there;
    who is `hurried` does not wait for what takes long.
    """

    folders: Mapping[str, str]
    work: str
    spool: Path
    part_size: int
    apart: timedelta = timedelta(0)
    list_within: timedelta = WITHIN
    fetch_within: timedelta = FETCH_WITHIN
    most: ListingLimits = ENOUGH
    alone: Callable[[], AbstractContextManager[bool]] = _nobody_else
    hurried: bool = False
