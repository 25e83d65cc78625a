"""The SFTP protocol as it is spoken here: version 3, a few extensions, files that are closed in order.

asyncssh closes the files of a broken connection as it closes any file; who half-uploaded one must be told from who
has ended, so the handler of the one request is taken over here. Held to asyncssh's own by the tests of the door.
"""

import time
from typing import Any, cast

import asyncssh
from asyncssh.channel import SSHChannel
from asyncssh.constants import FXP_BLOCK, FXP_CLOSE, FXP_INIT, FXP_OPENDIR, FXP_UNBLOCK
from asyncssh.packet import SSHPacket
from asyncssh.sftp import SFTPServerHandler
from asyncssh.stream import SSHReader, SSHServerStreamSession, SSHWriter

from flexibatch.adapters.sftp.backlog import fetched
from flexibatch.adapters.sftp.folder_view import FolderView
from flexibatch.adapters.sftp.receive_window import BufferBudget, ReceiveWindow, TooLong

VERSION = 3
LISTINGS_AT_ONCE = 16
HEAD = 1024
"""What a request holds beside its data."""
IN_USE = 262_144
"""What some clients write at once whatever they were told: it is read, and refused in a sentence."""
GREETING = 5
"""What the first request holds that counts: its kind, and the version that a client speaks."""
_UNSPOKEN = (FXP_BLOCK, FXP_UNBLOCK, b"hardlink@openssh.com", b"copy-data", b"ranges@asyncssh.com")
_LIMITS = b"limits@openssh.com"
_SPOKEN = (
    b"posix-rename@openssh.com",
    b"statvfs@openssh.com",
    b"fstatvfs@openssh.com",
    b"fsync@openssh.com",
    b"lsetstat@openssh.com",
    _LIMITS,
)


class Request(SSHPacket):
    """A request; bytes behind its fields are let be, as OpenSSH lets them be. Clients in use leave some."""

    def check_end(self) -> None:
        """Take the fields that were read for all there is; asyncssh holds the whole to a size."""


class Handler(SFTPServerHandler):
    """Speak to one client."""

    _extensions = [one for one in SFTPServerHandler._extensions if one[0] in _SPOKEN]  # noqa: RUF012, SLF001

    def __init__(
        self,
        view: FolderView,
        session: "Session",
        channel: "asyncssh.SSHServerChannel[bytes]",
        inflow: ReceiveWindow,
    ) -> None:
        """Keep the view, to tell it how a file is closed, what comes, and the connection, to know what lies there."""
        reader, writer = SSHReader[bytes](session, channel), SSHWriter[bytes](session, channel)
        super().__init__(view, reader, writer, VERSION)
        self._view, self._inflow = view, inflow
        self._connection = cast("asyncssh.SSHServerConnection", channel.get_connection())

    async def recv_packet(self) -> SSHPacket:
        """Take in the next request; of the first, what a client can besides is of no use here."""
        try:
            content = await self._inflow.request(max(self._view.quota.request_size, IN_USE) + HEAD)
        except TooLong as exc:
            raise self._view.too_long(exc.size) from exc
        return Request(content[:GREETING] if content[:1] == bytes([FXP_INIT]) else content)

    async def _cleanup(self, exc: Exception | None) -> None:
        """Give all back, and tell a client that has ended that all went well: scp waits for it."""
        writer, self._writer, self._reader = self._writer, None, None
        await super()._cleanup(exc)
        if writer is None:
            return
        if exc is None:
            cast("asyncssh.SSHServerChannel[bytes]", writer.channel).exit(0)
        writer.close()

    # A request is looked at when the answers to those before it were fetched. The sessions of one bureau go by turns,
    # one request in a round of the event loop: however much it sends at once, each of the others gets as much.
    async def _process_packet(self, pkttype: int, pktid: int, packet: SSHPacket) -> None:
        self._view.moved_at = time.monotonic()
        self._view.asked += 1
        try:
            if self._writer is not None:
                await self._writer.drain()
            await fetched(self._connection)
            await self._view.take_turn()
            await super()._process_packet(pkttype, pktid, packet)
        finally:
            self._view.asked -= 1

    async def _process_close(self, packet: SSHPacket) -> None:
        self._view.orderly = True
        try:
            await super()._process_close(packet)
        finally:
            self._view.orderly = False

    async def _process_limits(self, packet: SSHPacket) -> asyncssh.SFTPLimits:
        del packet
        size, handles = self._view.quota.request_size, self._view.quota.max_handles
        return asyncssh.SFTPLimits(size + HEAD, size, size, handles)

    async def _process_opendir(self, packet: SSHPacket) -> bytes:
        if len(self._dir_handles) >= LISTINGS_AT_ONCE:
            raise asyncssh.SFTPFailure(
                f"{LISTINGS_AT_ONCE} folders are open in this session: close some first."
            )
        return await super()._process_opendir(packet)

    _packet_handlers = {  # noqa: RUF012 - as asyncssh's own
        **{
            kind: handler
            for kind, handler in SFTPServerHandler._packet_handlers.items()  # noqa: SLF001
            if kind not in _UNSPOKEN
        },
        FXP_CLOSE: cast("Any", _process_close),
        FXP_OPENDIR: cast("Any", _process_opendir),
        _LIMITS: cast("Any", _process_limits),
    }


class Session(SSHServerStreamSession[bytes]):
    """One channel of a connection: SFTP, and nothing else."""

    def __init__(self, view_of: "asyncssh.SFTPServerFactory", budget: BufferBudget) -> None:
        """Keep who makes the view when the client asks for SFTP, and what the bureau may send."""
        super().__init__(None, view_of, VERSION, allow_scp=False)
        self._budget = budget
        self._inflow: ReceiveWindow | None = None
        self.ended = False

    def connection_made(self, chan: "SSHChannel[bytes]") -> None:
        """Begin with the channel."""
        super().connection_made(chan)
        self._inflow = ReceiveWindow(chan, self._budget)

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Take in what came."""
        del datatype
        if self._inflow is not None:
            self._inflow.arrived(data)

    def eof_received(self) -> bool:
        """Take in that no more comes."""
        if self._inflow is not None:
            self._inflow.end()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """End with the channel."""
        self.ended = True
        if self._inflow is not None:
            self._inflow.end(exc)
        super().connection_lost(exc)

    def session_started(self) -> None:
        """Speak SFTP from now on."""
        view = self._init_sftp_server()
        if self._chan is None or self._inflow is None or not isinstance(view, FolderView):
            raise TypeError("a session without its channel")
        channel = cast("asyncssh.SSHServerChannel[bytes]", self._chan)
        handler = Handler(view, self, channel, self._inflow)
        channel.get_connection().create_task(_speak(handler, self._inflow), handler.logger)


async def _speak(handler: Handler, inflow: ReceiveWindow) -> None:
    """Speak to a client until its channel ends."""
    inflow.begin()
    try:
        await handler.run()
    finally:
        inflow.close()
