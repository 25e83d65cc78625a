"""Tell an OpenSSH server who the senders are."""

from dataclasses import dataclass
from pathlib import Path

from flexibatch.adapters.folders import SENDERS, make_sender_folders
from flexibatch.adapters.openssh_export import KEYS, SCRIPT, Account, Machine, export
from flexibatch.adapters.store import bureaus
from flexibatch.adapters.store.audit import note
from flexibatch.domain.operators import By
from flexibatch.wiring.home import Home

ACCOUNT = "flex"
"""What stands before a sender number in the name of its account: tools take bare digits for a user's number."""


@dataclass(frozen=True, slots=True)
class ExportedAccounts:
    """What was written: how many accounts, which senders have no key, whose keys are gone, and where."""

    accounts: int
    without_key: tuple[str, ...]
    gone: tuple[str, ...]
    keys: Path
    script: Path


def export_accounts(home: Home, by: By, folder: Path, channel: str, group: str) -> ExportedAccounts:
    """Write the senders' keys into a folder, and the script that makes their accounts on this machine.

    Raise `Refusal` for a name that is none of an account or a group.
    """
    accounts = _accounts(home)
    place = folder.absolute()
    gone = export(place, home.settings.spool, accounts, Machine(channel, group))
    with home.database.writing() as connection:
        note(connection, by, "sender export-openssh", str(place), accounts=len(accounts))
    for account in accounts:
        make_sender_folders(home.settings.spool, account.folder.name)
    without_key = tuple(account.folder.name for account in accounts if not account.keys)
    return ExportedAccounts(len(accounts), without_key, tuple(gone), folder / KEYS, folder / SCRIPT)


def _accounts(home: Home) -> list[Account]:
    """Return the accounts of the senders that are not removed; one on hold may go on to upload."""
    with home.database.reading() as connection:
        there = [row for row in bureaus.list_senders(connection) if row["state"] != "removed"]
        return [
            Account(
                row["user_name"] or f"{ACCOUNT}{row['number']}",
                home.settings.spool / SENDERS / row["number"],
                tuple(key["public_key"] for key in bureaus.list_keys(connection, row["number"])),
            )
            for row in there
        ]
