"""The command that tells an OpenSSH server who the bureaus are."""

from pathlib import Path

import click

from flexibatch.adapters.folders import SENDERS, make_sender_folders
from flexibatch.adapters.openssh_export import KEYS, SCRIPT, Account, Machine, export
from flexibatch.adapters.store import bureaus
from flexibatch.adapters.store.audit import note
from flexibatch.bootstrap import Home
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.output import say

ACCOUNT = "flex"
"""What stands before a sender number in the name of its account: tools take bare digits for a user's number."""


@click.command("export-openssh", epilog=REFUSED_OR_TROUBLE)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--channel", default="flexibatch", show_default=True, help="The account the channel runs as.")
@click.option(
    "--group", default="flexibatch-bureaus", show_default=True, help="The group of the bureaus' accounts."
)
@click.pass_obj
def export_openssh(invocation: Invocation, folder: Path, *, channel: str, group: str) -> None:
    """Write the bureaus' keys, and a script that makes their accounts, into FOLDER for an OpenSSH server.

    FOLDER/keys holds a file a bureau, FOLDER/accounts.sh makes accounts and rights. Run it as root, and again
    whenever a bureau or a key comes or goes; deploy/openssh/README.md tells the rest.
    """
    home = open_home(invocation)
    accounts = _accounts(home)
    gone = export(folder.absolute(), home.settings.spool, accounts, Machine(channel, group))
    with home.database.writing() as connection:
        note(
            connection,
            by(invocation),
            "sender export-openssh",
            str(folder.absolute()),
            accounts=len(accounts),
        )
    for account in accounts:
        make_sender_folders(home.settings.spool, account.folder.name)
        if not account.keys:
            say(f"Sender {account.folder.name} has no key, so it cannot log in: `flexibatch sender key add`.")
    for name in gone:
        say(f"The keys of {name} are gone; end what it still runs with `pkill -u {name}`.")
    say(
        f"Bureaus in {folder / KEYS}: {len(accounts)}. Now run `sh {folder / SCRIPT}`, which makes their "
        "accounts."
    )


def _accounts(home: Home) -> list[Account]:
    """Give the accounts of the bureaus that are not removed; one on hold may go on to upload."""
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
