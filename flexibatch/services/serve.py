"""Serve: the SFTP server in this process, the watcher in one of its own, one life for both.

A big file that is judged does not slow transfers down; a watcher that dies is started again; told to end, the server
lets transfers in hand go on for a while, and the watcher ends after the set in hand.
"""

import asyncio
import resource
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from flexibatch.adapters.sftp.connection import rest
from flexibatch.adapters.sftp.server import Server, ServerConfig
from flexibatch.adapters.ssh_keys import host_key_line, host_keys_told
from flexibatch.adapters.store.access import accounts, write_events
from flexibatch.domain.sessions import Act, ConnectionLimits, InboxQuota, SessionEvent
from flexibatch.errors import Remedy, Unavailable
from flexibatch.logs import hidden
from flexibatch.ports import Clock
from flexibatch.settings.sftp import SftpSettings
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import Home, host_key_files

log = structlog.get_logger()

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
"""How long to wait before a watcher that died is started again; after the last it is given up."""
HEALTHY_AFTER = 60.0
LONGEST_SET = 600.0
WRITE_EVERY = 0.5
ROWS_AT_ONCE = 500
FILES_OF_A_HANDLE = 2
"""An upload holds its folder open too."""
SPARE_FILES = 256


@dataclass(slots=True)
class EventRecorder:
    """Write down what is done at the door: as an event at once, as a row soon, without holding up anybody."""

    home: Home
    clock: Clock
    waiting: list[tuple[datetime, SessionEvent]] = field(default_factory=list)

    def tell(self, event: SessionEvent) -> None:
        """Take an event."""
        details = {
            name: hidden(value) if isinstance(value, str) and name != "sha256" else value
            for name, value in event.details.items()
        }
        event = replace(event, details=details)
        told = {"session": event.session, "sender": event.sender, "address": event.address, **details}
        if event.act in (Act.REFUSED, Act.LOGIN_REFUSED, Act.PUT_BROKEN):
            log.warning("sftp.refused", act=event.act.value, **told)
        else:
            log.info("sftp.done", act=event.act.value, **told)
        self.waiting.append((self.clock.now(), event))

    async def keep(self, stop: asyncio.Event) -> None:
        """Write rows until all is to stop."""
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), WRITE_EVERY)
            except TimeoutError:
                await self.write()

    async def write(self) -> None:
        """Write what waits; what cannot be written now waits on."""
        while self.waiting:
            some = self.waiting[:ROWS_AT_ONCE]
            try:
                await asyncio.to_thread(write_events, self.home.database, some)
            except Unavailable as exc:
                log.warning("sftp.audit_delayed", rows=len(self.waiting), reason=str(exc))
                return
            del self.waiting[: len(some)]


@dataclass(frozen=True, slots=True)
class Serving:
    """What is served: where, for which home, and the command that watches it in a process of its own."""

    components: Components
    host: str
    port: int
    watcher: Sequence[str]
    listening: Callable[[str, int], None]

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT; raise `Unavailable` where the watcher cannot be kept alive."""
        open_enough(self.components.home.settings.sftp)
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        recorder = EventRecorder(self.components.home, self.components.outside.clock)
        server = Server(front_of(self.components, recorder))
        host, port = await server.listen(self.host, self.port)
        written = asyncio.Event()
        writing = asyncio.create_task(recorder.keep(written))
        watching = asyncio.create_task(keep_watching(self.watcher, stop))
        for task in (writing, server.looking):
            task.add_done_callback(lambda _task: stop.set())
        log.info("sftp.listening", host=host, port=port)
        self.listening(host, port)
        try:
            await stop.wait()
            log.info("sftp.ending", sessions=len(server.connections))
            await server.close(
                self.components.home.settings.sftp.drain.total_seconds() if not watching.done() else 0
            )
            await watching
        finally:
            written.set()
            await writing
            await recorder.write()


def known_by(home: Home) -> str:
    """Return how a bureau knows the server: kinds and fingerprints of the host's keys, for a sentence."""
    return host_keys_told(host_key_files(home))


def front_of(components: Components, recorder: EventRecorder) -> ServerConfig:
    """Put together what the server is made of."""
    home = components.home
    settings, limits = home.settings, home.settings.sftp
    keys = host_key_files(home)
    for kind, key in keys.items():
        host_key_line(kind, key)
    return ServerConfig(
        spool=settings.spool,
        host_keys=tuple(keys.values()),
        roster=lambda: accounts(home.database),
        tell=recorder.tell,
        quota=InboxQuota(
            settings.part_size,
            limits.max_files,
            limits.max_bytes,
            limits.request_size,
            limits.max_handles,
            limits.max_buffered_bytes,
        ),
        limits=ConnectionLimits(
            limits.max_sessions,
            limits.max_sessions_per_sender,
            limits.max_logins,
            limits.login_attempts,
            limits.login_grace,
            limits.idle,
            limits.max_logins_per_address,
            limits.max_logins_per_network,
            limits.max_channels_per_sender,
            limits.told_per_minute,
        ),
        reserve=components.reserve,
    )


def open_enough(limits: SftpSettings) -> None:
    """Let this process open as many files as its sessions may, where the machine allows it: its default is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = (
        SPARE_FILES + limits.max_logins + limits.max_sessions * (1 + FILES_OF_A_HANDLE * limits.max_handles)
    )
    if soft != resource.RLIM_INFINITY and soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(hard, needed)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


async def keep_watching(
    command: Sequence[str], stop: asyncio.Event, pauses: Sequence[float] = PAUSES
) -> None:
    """Keep a watcher alive until all is to stop, then let it end after the set in hand.

    It ends by itself when its input closes: no watcher is left when this process is killed.
    """
    loop, died = asyncio.get_running_loop(), 0
    while not stop.is_set():
        began = loop.time()
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, start_new_session=True
        )
        ended = await _first(process.wait(), stop)
        if not ended:
            await _end(process)
            return
        died = 0 if loop.time() - began > HEALTHY_AFTER else died
        if died >= len(pauses):
            stop.set()
            raise Unavailable(
                f"The watcher ended again and again (last with {process.returncode})",
                remedy=Remedy.SEE_EVENTS,
            )
        log.warning("watcher.died", status=process.returncode, again_in=pauses[died])
        await rest(pauses[died], stop)
        died += 1


async def _first(what: Awaitable[object], stop: asyncio.Event) -> bool:
    """Wait for something, or until all is to stop; tell whether it was the first."""
    waiting = asyncio.ensure_future(what)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    first = waiting.done()
    for one in (waiting, stopping):
        one.cancel()
    await asyncio.gather(waiting, stopping, return_exceptions=True)
    return first


async def _end(process: asyncio.subprocess.Process) -> None:
    """Let the watcher end after the set in hand; one that does not is killed, its set is settled next time."""
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), LONGEST_SET)
    except TimeoutError:
        process.kill()
        await process.wait()
