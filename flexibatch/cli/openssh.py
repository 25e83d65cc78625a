"""The command that tells an OpenSSH server who the bureaus are."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flexibatch.cli.done import show_done
from flexibatch.cli.fields import fields_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.output import json_option

if TYPE_CHECKING:
    from flexibatch.services import openssh as service
else:
    service = LateModule("flexibatch.services.openssh")


@click.command("export-openssh", epilog=REFUSED_OR_TROUBLE)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--channel", default="flexibatch", show_default=True, help="The account the channel runs as.")
@click.option(
    "--group", default="flexibatch-bureaus", show_default=True, help="The group of the bureaus' accounts."
)
@json_option
@click.pass_obj
def export_openssh(invocation: Invocation, folder: Path, *, channel: str, group: str, as_json: bool) -> None:
    """Write the bureaus' keys, and a script that makes their accounts, into FOLDER for an OpenSSH server.

    FOLDER/keys holds a file a bureau, FOLDER/accounts.sh makes accounts and rights. Run it as root, and again
    whenever a bureau or a key comes or goes; deploy/openssh/README.md tells the rest.
    """
    done = service.export_accounts(open_home(invocation), by(invocation), folder, channel, group)
    keyless = (
        f"Sender {number} has no key, so it cannot log in: `flexibatch sender key add`."
        for number in done.without_key
    )
    gone = (
        f"The keys of {name} are gone; end what it still runs with `pkill -u {name}`." for name in done.gone
    )
    then = f"Bureaus in {done.keys}: {done.accounts}. Now run `sh {done.script}`, which makes their accounts."
    show_done(as_json, fields_of(done), *keyless, *gone, then)
