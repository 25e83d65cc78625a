"""Both ends of an SFTP channel without a network: requests come from a list, answers are kept."""

from collections import deque
from collections.abc import Iterable, Mapping

from asyncssh.logging import logger


class Lines:
    """Stand in for the reader, the writer, the channel and the connection of a session."""

    def __init__(self, requests: Iterable[bytes]) -> None:
        """Keep the requests; each is given with its length, as it stands on the wire."""
        self._rest = bytearray(b"".join(len(one).to_bytes(4) + one for one in requests))
        self.answers: deque[bytes] = deque()
        self.logger = logger
        self.channel = self
        self._transport = None
        self._deferred_packets: Mapping[str, str] = {}

    async def readexactly(self, size: int) -> bytes:
        """Give bytes; raise `EOFError` where a client that went sent no more."""
        if len(self._rest) < size:
            raise EOFError
        taken = bytes(self._rest[:size])
        del self._rest[:size]
        return taken

    def get_extra_info(self, _name: str, default: str = "") -> str:
        """Give nothing that a client tells of itself."""
        return default

    def write(self, answer: bytes) -> None:
        """Keep an answer."""
        self.answers.append(answer)

    async def drain(self) -> None:
        """Take all at once."""

    def is_closing(self) -> bool:
        """Go on as long as there are requests."""
        return False

    def exit(self, _status: int) -> None:
        """End."""

    def close(self) -> None:
        """End."""
