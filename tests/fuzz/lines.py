"""Both ends of an SFTP channel without a network: requests come from a list, answers are kept."""

from collections import deque
from collections.abc import Iterable, Mapping

from asyncssh.logging import logger


class Lines:
    """Stand in for the session, the channel and the connection of a client that sent all it will."""

    def __init__(self, requests: Iterable[bytes]) -> None:
        """Keep the requests; each is given with its length, as it stands on the wire."""
        self.sent = b"".join(len(one).to_bytes(4) + one for one in requests)
        self.answers: deque[bytes] = deque()
        self.logger = logger
        self.channel = self
        self._recv_window = self._init_recv_window = 0
        self._transport = None
        self._deferred_packets: Mapping[str, str] = {}

    def get_connection(self) -> "Lines":
        """Return what the channel is one of."""
        return self

    def send_packet(self, _kind: int, *_content: bytes) -> None:
        """Let more come: nothing does."""

    def get_extra_info(self, _name: str, default: str = "") -> str:
        """Return nothing that a client tells of itself."""
        return default

    def write(self, answer: bytes, _datatype: int | None = None) -> None:
        """Keep an answer."""
        self.answers.append(answer)

    async def drain(self, _datatype: int | None = None) -> None:
        """Take all at once."""

    def is_closing(self) -> bool:
        """Go on as long as there are requests."""
        return False

    def exit(self, _status: int) -> None:
        """End."""

    def close(self) -> None:
        """End."""
