"""The settings of the front door: the table `[sftp]`."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from flexibatch.settings.values import (
    LARGEST_REQUEST,
    SMALLEST_REQUEST,
    Count,
    Duration,
    HostKeys,
    Pause,
    RequestSize,
)

DURATIONS = 'seconds (300) or an ISO 8601 duration ("PT5M"), from 0 to ten years'
COUNTS = "a whole number, 1 or more"
PAUSES = 'seconds (5) or an ISO 8601 duration ("PT5S"), more than 0'


def setting(default: object, meaning: str, allowed: str) -> Any:  # noqa: ANN401 - as pydantic's own Field
    """Declare a setting: its default as it stands in the file, its meaning, and what is allowed."""
    extra: dict[str, Any] = {"allowed": allowed}
    return Field(default=default, description=meaning, json_schema_extra=extra)


class SftpSettings(BaseModel):
    """What the SFTP server shows, and its limits."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    host_keys: HostKeys = setting(
        ["ed25519", "ecdsa", "rsa"],
        "The kinds of host keys that are offered; `init` makes the missing ones.",
        'one or more of "ed25519", "ecdsa", "rsa"',
    )
    max_sessions: Count = setting(100, "How many bureaus' sessions there may be at once, in all.", COUNTS)
    max_sessions_per_sender: Count = setting(10, "How many of them one bureau may have.", COUNTS)
    max_channels_per_sender: Count = setting(
        30, "How many channels all sessions of one bureau may have; each has one request in hand.", COUNTS
    )
    max_logins: Count = setting(100, "How many connections may wait at once to log in.", COUNTS)
    max_logins_per_address: Count = setting(10, "How many of them one address may have.", COUNTS)
    max_logins_per_network: Count = setting(
        40, "How many of them one network may have (IPv4 /24, IPv6 /64).", COUNTS
    )
    login_attempts: Count = setting(6, "How many keys one connection may try.", COUNTS)
    login_grace: Pause = setting("PT20S", "How long a log-in may take.", PAUSES)
    idle: Pause = setting("PT15M", "After how long without a request a session is ended.", PAUSES)
    drain: Duration = setting(
        "PT30S", "How long transfers in hand may go on when `serve` is told to end.", DURATIONS
    )
    max_files: Count = setting(50_000, "How many files may wait in one inbox.", COUNTS)
    max_bytes: Count = setting(2_147_483_648, "How many bytes may wait in one inbox (2 GiB).", COUNTS)
    max_handles: Count = setting(
        100, "How many files one session may have open at once, on all its channels.", COUNTS
    )
    request_size: RequestSize = setting(
        262_144,
        "How many bytes one request may write or read (256 KiB); clients are told.",
        f"a whole number from {SMALLEST_REQUEST} to {LARGEST_REQUEST}",
    )
    max_buffered_bytes: Count = setting(
        8_388_608,
        "How many bytes one bureau may have sent that were not answered, on all channels (8 MiB); it waits then.",
        COUNTS,
    )
    told_per_minute: Count = setting(
        60,
        "How many events of one kind of one bureau are told one by one in a minute; further ones are counted.",
        COUNTS,
    )
