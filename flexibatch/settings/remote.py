"""Servers elsewhere: one entry of `[[remote]]` for every bureau whose folders stand on another party's SFTP server."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from flexibatch.domain.identifiers import is_sender
from flexibatch.domain.vocabulary import REPORT_FOLDER, Environment
from flexibatch.settings.values import Count, Pause

FOLDERS = (*(name for one in Environment for name in (one.inbox, one.outbox)), REPORT_FOLDER)
PORTS = 65_535


def _sender(value: str) -> str:
    if not is_sender(value):
        raise ValueError("no sender number")
    return value


def _known(value: Mapping[str, str]) -> Mapping[str, str]:
    if not set(value) <= set(FOLDERS) or not all(value.values()):
        raise ValueError("no folder of the channel")
    return value


class Remote(BaseModel):
    """Where the folders of one bureau stand, how to log in there, and by which host key that server is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    sender: Annotated[str, AfterValidator(_sender)]
    host: Annotated[str, Field(min_length=1, pattern=r"^[^\s]+$")]
    port: Annotated[int, Field(ge=1, le=PORTS)] = 22
    user: Annotated[str, Field(min_length=1)]
    key: Path
    host_key: Annotated[
        str,
        Field(pattern=r"^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) [A-Za-z0-9+/]+={0,3}( .*)?$"),
    ]
    folder: Annotated[str, Field(min_length=1)] = "."
    folders: Annotated[Mapping[str, str], AfterValidator(_known)] = {}
    list_within: Pause = timedelta(minutes=1)
    fetch_within: Pause = timedelta(minutes=10)
    max_names: Count = 100_000
    max_listing_bytes: Count = 67_108_864
    work: Annotated[str, Field(min_length=1)] = "CLAIMED"

    def place(self, name: str) -> str:
        """Return the path there of one of the channel's folders, or of another below the same one."""
        return f"{self.folder.rstrip('/')}/{self.folders.get(name, name)}"


def apart(remotes: tuple[Remote, ...]) -> tuple[Remote, ...]:
    """Refuse two entries for one bureau."""
    if len({one.sender for one in remotes}) != len(remotes):
        raise ValueError("one sender twice")
    return remotes
