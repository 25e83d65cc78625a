"""One connection of a bureau: who it is, whether it may come in, how long it may stay."""

import asyncio
import secrets
import time
from collections.abc import Awaitable
from typing import Protocol, cast

import asyncssh
import structlog
from asyncssh.channel import SSHChannel

from flexibatch.adapters.sftp.algorithms import SIGNATURES, WEAK_SIGNATURE
from flexibatch.adapters.sftp.backlog import TOO_MUCH, backlog
from flexibatch.adapters.sftp.folder_view import FolderView
from flexibatch.adapters.sftp.login_attempt import LoginAttempt, refusal
from flexibatch.adapters.sftp.login_queue import LoginQueue
from flexibatch.adapters.sftp.paths import shown
from flexibatch.adapters.sftp.protocol import Session
from flexibatch.adapters.sftp.receive_window import UNASKED
from flexibatch.adapters.sftp.sender_state import SenderState
from flexibatch.domain.sessions import Account, Act, ConnectionLimits, FileId, SessionEvent

log = structlog.get_logger()

CHANNELS = 10
"""How many channels one connection may have; each has one request in hand at most."""


class ConnectionHost(Protocol):
    """What a connection asks of the server it belongs to."""

    limits: ConnectionLimits
    login_queue: LoginQueue
    connections: "set[BureauConnection]"

    def tell(self, event: SessionEvent) -> None:
        """Write down what was done."""
        ...

    def account(self, user: str, since: float | None = None) -> Awaitable[Account | None]:
        """Return who logs in under a name, None for nobody; as it was at `since`, or a second ago."""
        ...

    def waiting(self) -> "list[BureauConnection]":
        """Return those who have not logged in."""
        ...

    def crowded(self, waiting: int) -> None:
        """Hear that a connection was cut, since so many wait to log in."""
        ...

    def may_tell(self, address: str) -> bool:
        """Return whether one more who was kept out, from an address, may be told of."""
        ...

    def bureau(self, number: str) -> SenderState:
        """Return what the sessions of a bureau share."""
        ...


class BureauConnection(asyncssh.SSHServer):
    """One connection."""

    def __init__(self, host: ConnectionHost) -> None:
        """Keep the server that it belongs to."""
        self._host = host
        self._session = secrets.token_hex(4)
        self._connection: asyncssh.SSHServerConnection | None = None
        self._account: Account | None = None
        self._user = self.address = ""
        self._attempt = LoginAttempt()
        self._failed, self._told = 0, False
        self.fingerprint = ""
        self.number: str | None = None
        self.views: list[FolderView] = []
        self._sessions: list[Session] = []
        self.came_at = self._entered_at = time.monotonic()

    # -------------------------------------------------------------------------------------------- connection

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Take the connection in, unless too many wait to log in."""
        self._connection = conn
        self.address = str(conn.get_extra_info("peername", ("?",))[0])
        waiting = sorted(self._host.waiting(), key=lambda one: one.came_at)
        self._host.connections.add(self)
        leaving = self._host.login_queue.leaving(self.address, [one.address for one in waiting])
        if leaving is not None:
            self._host.crowded(len(waiting))
            [*waiting, self][leaving].cut()
        if leaving != len(waiting):
            self._attempt.watch(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._host.connections.discard(self)
        connection, self._connection = self._connection, None
        if self.number is not None:
            self.tell(Act.LOGOUT, reason=type(exc).__name__ if exc else None)
        elif connection is not None and not self._told:
            self._tell_kept_out(refusal(connection, self._attempt, exc))

    def _tell_kept_out(self, why: dict[str, str]) -> None:
        """Tell the operator who did not get in; the audit too where it was a bureau's name, or a key was tried."""
        if not why or not self._host.may_tell(self.address):
            return
        if self._failed:
            self.tell(
                Act.LOGIN_REFUSED,
                **why | {"reason": why["reason"] if self._is_registered() else "no registered key"},
                fingerprint=self.fingerprint,
                keys=self._failed,
            )
        elif self._account is not None:
            self.tell(Act.LOGIN_REFUSED, **why, fingerprint=self.fingerprint or None)
        else:
            log.warning("sftp.turned_away", address=self.address, **why)

    def cut(self) -> None:
        """End a connection for which there is no place; the operator is told of all of them together."""
        self._told = True
        if self._connection is not None:
            self._connection.abort()

    def leave_if_slow(self, seconds: float) -> None:
        """Cut a connection that has not logged in for so long."""
        if self.number is None and time.monotonic() - self._entered_at > seconds:
            self.leave(asyncssh.DISC_BY_APPLICATION, "Too many wait to log in: come back in a while.")

    def leave(self, code: int, sentence: str) -> None:
        """End the connection with a sentence."""
        self._told = self._told or not self._failed
        if self._connection is not None:
            self._connection.disconnect(code, sentence)

    def cut_if_unread(self) -> None:
        """Cut a connection that lets too much lie unfetched; there is no use in telling it."""
        if self._connection is not None and backlog(self._connection) > TOO_MUCH:
            self.tell(Act.REFUSED, reason="answers were not fetched")
            self._connection.abort()

    @property
    def moved_at(self) -> float:
        """Return when something was last asked, on the clock of `time.monotonic`."""
        return max([self._entered_at, *(view.moved_at for view in self.views)])

    @property
    def busy(self) -> bool:
        """Return whether a file is being transferred."""
        return any(view.busy for view in self.views)

    # ------------------------------------------------------------------------------------------------- log-in

    async def begin_auth(self, username: str) -> bool:
        """Find out who it may be; an unknown name goes the same way as a known one."""
        self._user = shown(username.encode(errors="replace"))
        self._account = await self._host.account(username)
        return True

    def public_key_auth_supported(self) -> bool:
        """Take keys, and nothing else."""
        return True

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Return whether the key is registered; signatures with SHA-1 count only where an operator allowed them.

        asyncssh takes any signature that a key can make, whatever `signature_algs` says.
        """
        self.fingerprint = key.get_fingerprint()
        if not self._is_registered():
            self._account = await self._host.account(username, self._entered_at)
        weak = self._account is not None and self._account.allow_ssh_rsa
        taken = {one.encode() for one in (*SIGNATURES, *((WEAK_SIGNATURE,) if weak else ()))}
        key.all_sig_algorithms = key.all_sig_algorithms & taken
        if self._is_registered():
            return True
        self._failed += 1
        if self._failed >= self._host.limits.login_attempts:
            self.leave(asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "Too many keys were tried.")
        return False

    def _is_registered(self) -> bool:
        return self._account is not None and self.fingerprint in self._account.fingerprints

    def auth_completed(self) -> None:
        """Take the session in, unless there are too many."""
        account = self._account
        if account is None:
            raise PermissionError("nobody was let in")
        limits, connections = self._host.limits, self._host.connections
        inside = [one for one in connections if one.number is not None]
        mine = sum(one.number == account.number for one in inside)
        for count, most in ((mine, limits.max_sessions_per_sender), (len(inside), limits.max_sessions)):
            if count >= most:
                self._told = True
                if self._host.may_tell(self.address):
                    self.tell(Act.LOGIN_REFUSED, reason="too many sessions", fingerprint=self.fingerprint)
                self.leave(
                    asyncssh.DISC_TOO_MANY_CONNECTIONS,
                    f"{count} sessions are open, as many as there may be: end one, or try again later.",
                )
                return
        self.number, self._entered_at = account.number, time.monotonic()
        self.tell(Act.LOGIN, user=self._user, fingerprint=self.fingerprint)

    # ------------------------------------------------------------------------------------------------ sessions

    def session_requested(self) -> "tuple[asyncssh.SSHServerChannel[bytes], Session] | bool":
        """Return a session that speaks SFTP."""
        self.views[:] = [view for view in self.views if not view.ended]
        self._sessions = [session for session in self._sessions if not session.ended]
        if self._connection is None or self.number is None:
            return False
        of_all = sum(one.channels for one in self._host.connections if one.number == self.number)
        if self.channels >= CHANNELS or of_all >= self._host.limits.max_channels_per_sender:
            self.tell(Act.REFUSED, reason="too many channels")
            return False
        session = Session(self._view, self._host.bureau(self.number).budget)
        self._sessions.append(session)
        return self._connection.create_server_channel(None, window=UNASKED), session

    @property
    def channels(self) -> int:
        """Count the channels that are open."""
        return sum(not session.ended for session in self._sessions)

    def _view(self, channel: "SSHChannel[bytes]") -> FolderView:
        if self.number is None:
            raise PermissionError("nobody was let in")
        view = FolderView(
            cast("asyncssh.SSHServerChannel[bytes]", channel),
            self._host.bureau(self.number),
            self.number,
            self.tell,
            self.views,
        )
        self.views.append(view)
        return view

    def tell(self, act: Act, file: FileId | None = None, /, **details: str | int | None) -> None:
        """Write down what was done; with a file, whose fate it tells."""
        self._host.tell(SessionEvent(act, self._session, self.number, self.address, details, file))


async def rest(seconds: float, stop: asyncio.Event) -> None:
    """Wait, at most until all is to stop."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
