"""What was answered and not fetched: asyncssh keeps as much of it as a client lets it."""

import asyncio

from asyncssh import SSHServerConnection

ENOUGH = 1 << 20
TOO_MUCH = 1 << 26
"""A connection that lets so much lie is cut: what it asks for below the file protocol is answered at once."""
_SHORTEST, _LONGEST = 0.001, 0.05


def backlog(connection: SSHServerConnection) -> int:
    """Count the bytes that lie there for a client: sent but not fetched, or held back until new keys are agreed on."""
    transport = connection._transport  # noqa: SLF001 - asyncssh does not tell; it ignores `pause_writing`
    if transport is None:
        return 0
    held = sum(len(part) for _kind, parts in connection._deferred_packets for part in parts)  # noqa: SLF001
    return transport.get_write_buffer_size() + held


async def fetched(connection: SSHServerConnection) -> None:
    """Wait until a client has fetched enough of what lies there for it; a closed connection has fetched all."""
    pause = _SHORTEST
    while backlog(connection) > ENOUGH:
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST)
