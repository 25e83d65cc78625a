"""The command that prints a file of a set: as it was received, or as it was answered."""

import codecs
import sys
from typing import TYPE_CHECKING, BinaryIO

import click

from flexibatch.cli.completing import TICKET
from flexibatch.cli.fields import fields_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, open_records
from flexibatch.cli.output import json_option, show_json
from flexibatch.errors import Refusal

if TYPE_CHECKING:
    from flexibatch.services import set_files as service
    from flexibatch.services import sets
else:
    service, sets = LateModule("flexibatch.services.set_files"), LateModule("flexibatch.services.sets")

BLOCK = 1 << 20
EXAMPLES = """\b
Examples:
  flexibatch cat 0000000000000 FI.FLEX.000640.20261005.00001.R.1.1
  flexibatch cat 0000000000000 FO.NOTI.999999.20261005.00001.R --run 1
"""


@click.command("cat", epilog=f"{EXAMPLES}\n{REFUSED_OR_TROUBLE}")
@click.argument("word", metavar="TICKET|NAME", type=TICKET)
@click.argument("file")
@click.option(
    "--run", "number", type=click.IntRange(min=1), help="The answer of this run. [default: the last]"
)
@json_option
@click.pass_obj
def cat(invocation: Invocation, word: str, file: str, *, number: int | None, as_json: bool) -> None:
    """Print the bytes of FILE of a set: a file that was received, or an answer, from claimed, archive or quarantine.

    FILE is a name that `show` tells, never a path. What a terminal would obey or cannot show is not printed there:
    send it into a file, or a pipe. With --json its place is shown instead.
    """
    home = open_records(invocation)
    found = service.file_of(home, sets.show_set(home, word), file, number)
    if as_json:
        show_json(fields_of(found))
        return
    with service.opened(found) as reading:
        if sys.stdout.isatty() and not _is_plain(reading):
            raise Refusal(
                f"{file} holds what a terminal would obey or cannot show: send it into a file (> behind the command)."
            )
        reading.seek(0)
        while block := reading.read(BLOCK):
            click.echo(block, nl=False)


def _is_plain(file: BinaryIO) -> bool:
    """Return whether a file is UTF-8 text of signs that a terminal shows, with line ends and tabs."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(BLOCK):
            if not _shown(decoder.decode(block)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _shown(text: str) -> bool:
    return text.translate(str.maketrans("", "", "\t\r\n")).isprintable()
