"""Senders: who they are, whether they must sign, whether their sets are taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flexibatch.adapters import folders
from flexibatch.adapters.store import bureaus
from flexibatch.adapters.store.certificates import add_certificate
from flexibatch.domain.bureaus import NewSender, SshKey
from flexibatch.domain.operators import By
from flexibatch.domain.signatures import Certificate
from flexibatch.services.rows import record, records
from flexibatch.wiring.home import Home


@dataclass(frozen=True, slots=True)
class SenderRow:
    """What a sender is registered with; `state` is `active`, `held` or `removed`."""

    number: str
    name: str
    language: str
    signature: str
    user_name: str | None
    allow_ssh_rsa: bool
    acceptance: str | None
    state: str
    added_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SenderDetails(SenderRow):
    """A sender with the fingerprints of its keys and certificates, how many mandates it has, and its folder."""

    keys: tuple[str, ...]
    certificates: tuple[str, ...]
    mandates: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Registered:
    """How a sender was registered: whether it came back, with how many mandates, and where its folders are."""

    back: bool
    mandates: int
    folder: Path


def add_sender(
    home: Home, by: By, new: NewSender, keys: Sequence[SshKey], certificates: Sequence[Certificate]
) -> Registered:
    """Register a sender with its keys and certificates, or bring a removed one back, and make its folders.

    Raise `Refusal` for a number or user name that is in use.
    """
    with home.database.writing() as connection:
        back = bureaus.add_sender(connection, by, new)
        for key in keys:
            bureaus.add_key(connection, by, new.number, key)
        for one in certificates:
            add_certificate(connection, by, new.number, one)
        folder = folders.make_sender_folders(home.settings.spool, new.number)
        held = bureaus.show_sender(connection, new.number)["mandates"]
    return Registered(back, held, folder)


def set_sender(home: Home, by: By, number: str, wanted: Mapping[str, str | bool | None]) -> dict[str, object]:
    """Change what a sender was registered with, by column, as far as `wanted` tells it; return what is news.

    Raise `Refusal` for a name or a user name that cannot be kept, or is another's.
    """
    with home.database.writing() as connection:
        return bureaus.set_sender(connection, by, number, **wanted)


def list_senders(home: Home) -> tuple[SenderRow, ...]:
    """Return all senders by number, the removed ones too."""
    with home.database.reading() as connection:
        return records(SenderRow, bureaus.list_senders(connection))


def show_sender(home: Home, number: str) -> SenderDetails:
    """Return a sender; raise `Refusal` where there is none."""
    with home.database.reading() as connection:
        found = bureaus.show_sender(connection, number)
    return record(
        SenderDetails,
        found,
        keys=tuple(found["keys"]),
        certificates=tuple(found["certificates"]),
        folder=home.settings.spool / folders.SENDERS / number,
    )


def hold_sender(home: Home, by: By, number: str) -> bool:
    """Leave a sender's sets untouched from now on; return whether that is news."""
    with home.database.writing() as connection:
        return bureaus.hold_sender(connection, by, number)


def release_sender(home: Home, by: By, number: str) -> bool:
    """Take a sender's sets again; return whether that is news."""
    with home.database.writing() as connection:
        return bureaus.release_sender(connection, by, number)


def remove_sender(home: Home, by: By, number: str) -> None:
    """Remove a sender with its keys, certificates and user name; its sets, declarations and mandates stay."""
    with home.database.writing() as connection:
        bureaus.remove_sender(connection, by, number)
