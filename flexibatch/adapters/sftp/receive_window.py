"""What a bureau sent that was not answered yet: bounded for all its channels together.

asyncssh lets a client send a window anew whenever the last one was put aside, whatever is made of it. Here each channel
may send its share, and more only where a request is longer and the bureau's budget has room for all of it: so whatever
was begun can be ended, and nothing waits for bytes that may not come.
"""

import asyncio
from collections import deque
from typing import Any

from asyncssh.constants import MSG_CHANNEL_WINDOW_ADJUST
from asyncssh.packet import UInt32

LEAST = 32_768
"""What each channel may send, however many there are: as much as one packet of SSH holds."""
MOST = 1 << 20
UNASKED = 2048
"""What may come before a client has asked for SFTP; nothing is to be said before."""
LENGTH = 4


class BufferBudget:
    """Divide what a bureau's channels may send: one half as their shares, one half among requests that are longer.

    >>> budget = BufferBudget(8 << 20)
    >>> shares = [budget.share() for _ in range(30)]
    >>> shares[0], shares[-1], sum(shares) <= (4 << 20) + 30 * LEAST
    (1048576, 32768, True)
    """

    def __init__(self, most: int) -> None:
        """Begin with nothing sent."""
        self._shares = most // 2
        self._left = self._all = most - most // 2
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def share(self) -> int:
        """Return a channel its share: of what is left a quarter, so that one is left for the next; never nothing."""
        size = max(LEAST, min(MOST, self._shares // 4))
        self._shares -= size
        return size

    def give_share(self, size: int) -> None:
        """Take a channel's share back."""
        self._shares += size

    def ask(self, size: int) -> "asyncio.Future[None]":
        """Ask for room for a request, in turn; one that is longer than all there is waits to be alone.

        Who has it gives it back; who waits no longer cancels.
        """
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        self.give(0)
        return turn

    def give(self, size: int) -> None:
        """Give back what a request took, to those who wait."""
        self._left += size
        while self._waiting and (self._waiting[0][1].done() or self._has(self._waiting[0][0])):
            wanted, turn = self._waiting.popleft()
            if not turn.done():
                self._left -= wanted
                turn.set_result(None)

    def _has(self, size: int) -> bool:
        return size <= self._left or self._left == self._all


class ReceiveWindow:
    """What one channel sent, in one piece, and tell the client how much it may send."""

    def __init__(self, channel: Any, budget: BufferBudget) -> None:  # noqa: ANN401 - asyncssh does not show a window
        """Let nothing more come than was let come when the channel was opened."""
        self._channel, self._budget = channel, budget
        self._held = bytearray()
        self._answering = self._lent = self._share = 0
        self._loan: asyncio.Future[None] | None = None
        self._more = asyncio.Event()
        self._ended = False
        self._broken: Exception | None = None
        channel._init_recv_window = 0  # noqa: SLF001 - asyncssh would let more come by itself
        channel._env = NoEnvironment()  # noqa: SLF001 - asyncssh would keep each variable that a client names

    def begin(self) -> None:
        """Let the channel's share come."""
        self._share = self._budget.share()
        self._let_come(0)

    def arrived(self, content: bytes) -> None:
        """Take in what came."""
        self._held += content
        self._more.set()

    def end(self, broken: Exception | None = None) -> None:
        """Take in that no more comes."""
        self._ended, self._broken = True, self._broken or broken
        self._more.set()
        if self._loan is not None:
            self._loan.cancel()

    def close(self) -> None:
        """Give all back."""
        self._answered()
        self._budget.give_share(self._share)
        self._share = 0
        self._held.clear()

    async def request(self, longest: int) -> bytes:
        """Wait for the next request, the last one being answered; raise `TooLong` at the first sign of a longer one."""
        self._answered()
        await self._wait_for(LENGTH)
        size = int.from_bytes(self._held[:LENGTH])
        if size > longest:
            raise TooLong(size)
        if LENGTH + size > self._share:
            await self._borrow(LENGTH + size - self._share)
        await self._wait_for(LENGTH + size)
        content = bytes(memoryview(self._held)[LENGTH : LENGTH + size])
        del self._held[: LENGTH + size]
        self._answering = size
        return content

    async def _borrow(self, size: int) -> None:
        """Wait for room for a request that is longer than the share: a channel that ends has not all of it."""
        self._require_more(size)
        self._lent, self._loan = size, self._budget.ask(size)
        try:
            await self._loan
        except asyncio.CancelledError:
            self._require_more(size)
            raise

    def _answered(self) -> None:
        if self._loan is not None:
            lent = not self._loan.cancel() and not self._loan.cancelled()
            self._budget.give(self._lent if lent else 0)
        self._answering, self._lent, self._loan = 0, 0, None

    def _require_more(self, size: int) -> None:
        """Raise what broke the channel, or `IncompleteReadError`, where no more comes."""
        if self._ended:
            raise (not self._held and self._broken) or asyncio.IncompleteReadError(b"", size)

    async def _wait_for(self, size: int) -> None:
        """Wait until so many bytes are there."""
        while len(self._held) < size:
            self._require_more(size)
            self._let_come(size)
            self._more.clear()
            await self._more.wait()
        self._let_come(size)

    def _let_come(self, wanted: int) -> None:
        """Let more come where a request needs it, or half of the share is free: a client is not told of each byte."""
        window = self._channel._recv_window  # noqa: SLF001
        coming = len(self._held) + window
        free = self._share + self._lent - self._answering - coming
        if free > 0 and (coming < wanted or free >= self._share // 2):
            self._channel._recv_window += free  # noqa: SLF001
            self._channel.send_packet(MSG_CHANNEL_WINDOW_ADJUST, UInt32(free))


class NoEnvironment(dict[bytes, bytes]):
    """Keep nothing: no client's environment is of use here.

    >>> kept = NoEnvironment()
    >>> kept[b"LANG"] = b"C"
    >>> kept
    {}
    """

    def __setitem__(self, name: bytes, value: bytes) -> None:
        """Let it be."""


class TooLong(Exception):
    """Tell that a request is announced that nobody may send."""

    def __init__(self, size: int) -> None:
        """Keep how many bytes it would have."""
        super().__init__(f"A request of {size} bytes was announced.")
        self.size = size
