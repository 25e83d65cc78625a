"""SFTP sessions: whatever is asked for, nobody else's files are touched, all is bounded and given back."""

import asyncio
from functools import cache
from pathlib import Path
from typing import Any, cast

import asyncssh
from asyncssh.constants import FXP_INIT

from flexibatch.adapters.folders import SENDER_FOLDERS, make_sender_folders, make_spool
from flexibatch.adapters.sftp.folder_view import FolderView
from flexibatch.adapters.sftp.paths import INBOXES
from flexibatch.adapters.sftp.protocol import VERSION, Handler
from flexibatch.adapters.sftp.receive_window import BufferBudget, ReceiveWindow
from flexibatch.adapters.sftp.sender_state import SenderState
from flexibatch.domain.sessions import InboxQuota
from tests.fuzz.invariants import require, workplace
from tests.fuzz.lines import Lines

END = b"\xf5END"
"""Stands between the requests of an input: what a request holds is arbitrary, how long it is follows."""
PIECES = rb"\xf5END|\x00\x00\x00[\x00-\xff]|/[A-Z-]*|[^\xf5\x00/]+|[\x00-\xff]"
LIMITS = InboxQuota(part_size=1000, max_files=4, max_bytes=3000, request_size=600, max_handles=3)
SECRET = b"secret of another bureau"
MINE = b"an answer"


def check(data: bytes) -> None:
    """Send requests, in two sessions one after the other, and look at what is left."""
    root = _spool() / "senders" / "000640"
    _clear(root)
    loop, room = _loop(), SenderState(root, LIMITS)
    before, descriptors = _others(), _descriptors()
    requests = data.split(END)
    for some in (requests, requests[: len(requests) // 2]):
        loop.run_until_complete(_session(room, some))
        require(holds=not (room.writing or room.handles or room.listings), otherwise="something is held")
    require(holds=before == _others(), otherwise="something was touched outside the bureau's folder")
    require(holds=_descriptors() <= descriptors, otherwise="a descriptor stays open")
    _require_bounded(root)


async def _session(room: SenderState, requests: list[bytes]) -> None:
    lines = Lines([bytes([FXP_INIT]) + VERSION.to_bytes(4), *requests])
    together: list[FolderView] = []
    view = FolderView(cast("Any", lines), room, "000640", lambda *_act, **_details: None, together)
    together.append(view)
    inflow = ReceiveWindow(lines, BufferBudget(LIMITS.max_buffered))
    inflow.begin()
    inflow.arrived(lines.sent)
    inflow.end()
    await Handler(view, cast("Any", lines), cast("Any", lines), inflow).run()
    inflow.close()
    for _ in range(5):  # a listing that was left open ends in a turn of its own
        await asyncio.sleep(0)
    for answer in lines.answers:
        require(holds=SECRET not in answer, otherwise="another bureau's file was read")
        require(holds=b"Uncaught exception" not in answer, otherwise=f"a bug is told: {answer[9:]!r}")
        require(holds=str(room.root).encode() not in answer, otherwise="a path of this machine is told")


def _require_bounded(root: Path) -> None:
    require(
        holds=set(SENDER_FOLDERS) == {path.name for path in root.iterdir()},
        otherwise="the folders are others",
    )
    for folder in INBOXES:
        sizes = [path.lstat().st_size for path in (root / folder).iterdir() if not path.is_symlink()]
        require(holds=len(sizes) <= LIMITS.max_files, otherwise=f"{len(sizes)} files")
        require(holds=sum(sizes) <= LIMITS.max_bytes, otherwise=f"{sum(sizes)} bytes")
        require(holds=max(sizes, default=0) <= LIMITS.part_size, otherwise="a part is too large")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


@cache
def _spool() -> Path:
    spool = workplace()
    make_spool(spool)
    for number in ("000640", "000641"):
        make_sender_folders(spool, number)
    (spool / "senders" / "000641" / "IN" / "FI").write_bytes(SECRET)
    (spool / "secret").write_bytes(SECRET)
    asyncssh.set_log_level("CRITICAL")
    return spool


def _clear(root: Path) -> None:
    """Put the bureau's folders as they are before each input: an answer, and a link that leads out."""
    for folder in SENDER_FOLDERS:
        for path in (root / folder).iterdir():
            path.unlink()
    (root / "OUT" / "FO").write_bytes(MINE)
    (root / "IN" / "link").symlink_to(_spool() / "secret")


def _others() -> list[tuple[str, int, int, int, bytes]]:
    """Return all that lies outside the bureau's folder, with mode, size and time."""
    found = []
    for path in sorted(_spool().rglob("*")):
        if "000640" in path.parts[-3:] or "000640" in path.parts:
            continue
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        found.append((str(path), status.st_mode, status.st_size, status.st_mtime_ns, content))
    return found


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
