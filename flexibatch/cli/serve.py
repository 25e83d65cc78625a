"""The command that opens the front door."""

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from flexibatch.cli.components import open_components
from flexibatch.cli.done import show_done
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.output import json_option

if TYPE_CHECKING:
    from flexibatch.services import serve as service
else:
    service = LateModule("flexibatch.services.serve")

LARGEST_PORT = 65_535


class Listen(click.ParamType[tuple[str, int]]):
    """Read HOST:PORT; an IPv6 address stands in brackets."""

    name = "host:port"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Read it, or say what it looks like."""
        host, _, port = str(value).rpartition(":")
        if not host or not port.isdecimal() or int(port) > LARGEST_PORT:
            self.fail(
                f"'{value}' is no address: give HOST:PORT, such as 127.0.0.1:2222 or [::]:22.", param, ctx
            )
        return host.removeprefix("[").removesuffix("]"), int(port)


@click.command(
    epilog="\b\nExit status: 0 ended by SIGTERM or SIGINT; 2 it cannot be done as asked; 3 trouble."
)
@click.option(
    "--listen",
    type=Listen(),
    default="127.0.0.1:2222",
    show_default=True,
    help="Where to listen; port 0 takes a free one.",
)
@json_option
@click.pass_obj
def serve(invocation: Invocation, *, listen: tuple[str, int], as_json: bool) -> int:
    """Open the front door: the bureaus' SFTP server, and the watcher in a process of its own.

    SIGTERM or SIGINT ends it: nobody is let in any more, transfers in hand go on for at most `sftp.drain`, the set
    in hand is settled.
    """
    components = open_components(invocation)
    home = components.home
    keys = service.known_by(home)
    watcher = [sys.executable, "-P", "-m", "flexibatch", "--home", str(home.path), "watch", "--tied"]
    host, port = listen

    def tell(host: str, port: int) -> None:
        sentence = f"Listening on {host}:{port}; {keys}. SIGTERM ends it."
        show_done(as_json, {"listening": f"{host}:{port}", "keys": keys}, sentence)

    serving = service.Serving(components, host, port, watcher, tell)
    asyncio.run(serving.run())
    return 0
