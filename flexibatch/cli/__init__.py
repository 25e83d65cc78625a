"""The command line: parse, call, show, exit status. Commands are loaded when they are called."""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from flexibatch import __version__
from flexibatch.cli.commands import COMMANDS
from flexibatch.cli.failures import USAGE, failure_of, wants_json
from flexibatch.cli.home_option import home_of, program_option
from flexibatch.cli.invocation import Invocation, Operator
from flexibatch.cli.output import spare_signs
from flexibatch.cli.program import PROGRAM, Program
from flexibatch.cli.remarks import remarks
from flexibatch.services.machine import machine_clock

if TYPE_CHECKING:
    from flexibatch.ports import Clock

__all__ = ["COMMANDS", "PROGRAM", "Program", "cli", "main", "run"]

DONE = 0

EPILOG = """\
\b
Exit status: 0 done; 1 done, but something was refused or failed (each command
says what); 2 the request cannot be done as asked; 3 trouble with database,
disk or peer.

\b
Completion of commands in bash (zsh and fish: put their name in place of bash):
  eval "$(_FLEXIBATCH_COMPLETE=bash_source flexibatch)"
"""


@click.command(
    cls=Program,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[program_option()],
)
@click.option(
    "--operator",
    envvar="FLEXIBATCH_OPERATOR",
    type=Operator(),
    help="Who acts, for the audit. [FLEXIBATCH_OPERATOR; default: the login name]",
)
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
def cli(ctx: click.Context, operator: str | None) -> None:
    """Receive wage declarations of flexi-job workers: from a dropped file set to its answers.

    Every command works on one home folder; `flexibatch init` makes one. `flexibatch COMMAND -h` tells more.
    """
    ctx.obj = Invocation(home_of(ctx), operator, ctx.obj or machine_clock())


def main(arguments: Sequence[str] | None = None, *, clock: "Clock | None" = None) -> NoReturn:
    """Run the program and exit; `arguments` are those of the process unless given.

    SIGTERM ends it by that signal, once what was begun is put away: a set in hand counts as not judged.
    """
    signal.signal(signal.SIGTERM, _end)
    try:
        sys.exit(run(arguments, clock))
    except _Ended:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        gc.freeze()  # what is left goes with the process: looking for garbage in it costs as much as a command
    raise AssertionError("SIGTERM ends a process that does not handle it")


class _Ended(SystemExit):
    """Say that the process was told to end."""


def _end(*_arguments: object) -> NoReturn:
    raise _Ended


def run(arguments: Sequence[str] | None = None, clock: "Clock | None" = None) -> int:
    """Run a command and give its exit status; whatever goes wrong is told on stderr, with `--json` as one object."""
    spare_signs()
    as_json = wants_json(sys.argv[1:] if arguments is None else arguments)
    with remarks(keep=as_json) as notes:
        try:
            status = cli.main(arguments, prog_name=PROGRAM, standalone_mode=False, obj=clock)
        except click.exceptions.NoArgsIsHelpError as exc:
            exc.show()
            return USAGE
        except (Exception, KeyboardInterrupt) as exc:  # noqa: BLE001 - the last door: nothing leaves without a sentence
            failure = failure_of(exc)
            told = failure.as_json(notes) if as_json else f"{PROGRAM}: {failure.sentence}"
            notes.clear()
            click.echo(told, err=True)
            return failure.exit_status
    return status if isinstance(status, int) else DONE
