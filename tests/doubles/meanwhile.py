"""What somebody else does at one moment of a call: just before the n-th rename that this process makes."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Moment:
    """What is done when so many renames were begun; `thread` is the one that is interrupted."""

    left: int = -1
    do: Callable[[], object] | None = None
    thread: int = 0
    hooked: bool = False
    done: list[bool] = field(default_factory=list)


_MOMENT = _Moment()


@contextmanager
def before_rename(number: int, do: Callable[[], object]) -> Iterator[list[bool]]:
    """Do something just before the n-th rename of the block, counted from 0; tell whether that moment came."""
    if not _MOMENT.hooked:
        _MOMENT.hooked = True
        sys.addaudithook(_hook)
    _MOMENT.left, _MOMENT.do, _MOMENT.thread, _MOMENT.done = number, do, threading.get_ident(), []
    try:
        yield _MOMENT.done
    finally:
        _MOMENT.do = None


def _hook(event: str, _arguments: tuple[object, ...]) -> None:
    do = _MOMENT.do
    if event != "os.rename" or do is None or threading.get_ident() != _MOMENT.thread:
        return
    if _MOMENT.left:
        _MOMENT.left -= 1
        return
    _MOMENT.do = None
    _MOMENT.done.append(True)
    do()
