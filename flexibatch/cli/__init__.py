"""The command line: parse, call, show, exit status. Commands are loaded when they are called."""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from flexibatch import __version__
from flexibatch.cli.invocation import Invocation, Operator
from flexibatch.cli.output import spare_signs
from flexibatch.cli.remedies import worded
from flexibatch.errors import FlexibatchError, refused_by_machine
from flexibatch.services.machine import machine_clock

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from flexibatch.ports import Clock

PROGRAM = "flexibatch"
DONE, USAGE, TROUBLE, INTERRUPTED, CUT_OFF = 0, 2, 3, 130, 141

COMMANDS = {
    "init": ("flexibatch.cli.upkeep", "init", "Make a home, or what is missing of one."),
    "sender": ("flexibatch.cli.bureaus", "sender", "Register bureaus, hold them, manage their keys."),
    "mandate": ("flexibatch.cli.mandates", "mandate", "Say which bureau may declare for which employer."),
    "employer": ("flexibatch.cli.employers", "employer", "Look up employers, and mark third payers."),
    "dimona": ("flexibatch.cli.dimona", "dimona", "Feed the Dimona register, and look into it."),
    "sweep": ("flexibatch.cli.channel", "sweep", "Take what has arrived, settle it, publish, and end."),
    "watch": ("flexibatch.cli.channel", "watch", "Sweep for ever."),
    "serve": ("flexibatch.cli.serve", "serve", "Open the front door: SFTP server and watcher."),
    "check": ("flexibatch.cli.check", "check", "Judge files as the channel would; keep nothing."),
    "rerun": (
        "flexibatch.cli.reruns",
        "rerun",
        "Judge archived sets again, or show what that would change.",
    ),
    "republish": ("flexibatch.cli.channel", "republish", "Put a set's answers down again."),
    "status": ("flexibatch.cli.status", "status", "Show the day on one screen."),
    "list": ("flexibatch.cli.records", "list_", "List the sets that were received, or what waits."),
    "show": ("flexibatch.cli.records", "show", "Show a set: files, runs, answers, anomalies."),
    "declarations": (
        "flexibatch.cli.declarations",
        "declarations",
        "Look up what was declared, with all versions.",
    ),
    "worker": ("flexibatch.cli.declarations", "worker", "Look up a worker, beside the Dimona register."),
    "person": ("flexibatch.cli.persons", "person", "Give out what the channel holds on one person."),
    "quarantine": (
        "flexibatch.cli.keeping",
        "quarantine",
        "Decide about sets that met a bug, or took too much, again and again.",
    ),
    "audit": ("flexibatch.cli.audit", "audit", "Look up who did what: operators, and bureaus at the door."),
    "purge": ("flexibatch.cli.purging", "purge", "Delete what has been kept for long enough."),
    "schema": ("flexibatch.cli.upkeep", "schema", "Show the FLXWAGE schemas and when each is taken."),
    "db": ("flexibatch.cli.upkeep", "db", "Upgrade the database, or check it."),
    "doctor": ("flexibatch.cli.upkeep", "doctor", "Look for trouble before it comes, and say what to do."),
}
"""Each command's module, its name there and what the program's help says of it."""


class Program(click.Group):
    """Find commands in `COMMANDS` and import only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name, _help = COMMANDS[cmd_name]
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_module, _name, told) in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete the name of a command without importing them, and the options of the program."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - as click does

        named = [
            CompletionItem(name, help=told)
            for name, (_module, _name, told) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return named + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click's own
        """Run the command; end quietly when who reads its output has gone."""
        try:
            status = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return CUT_OFF
        return status


EPILOG = """\
\b
Exit status: 0 done; 1 done, but something was refused or failed (each command
says what); 2 the request cannot be done as asked; 3 trouble with database,
disk or peer.

\b
Completion of commands in bash (zsh and fish: put their name in place of bash):
  eval "$(_FLEXIBATCH_COMPLETE=bash_source flexibatch)"
"""


@click.command(cls=Program, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-H",
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="FLEXIBATCH_HOME",
    default=Path(),
    help="The home folder, with flexibatch.toml in it. [FLEXIBATCH_HOME; default: this folder]",
)
@click.option(
    "--operator",
    envvar="FLEXIBATCH_OPERATOR",
    type=Operator(),
    help="Who acts, for the audit. [FLEXIBATCH_OPERATOR; default: the login name]",
)
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
def cli(ctx: click.Context, home: Path, operator: str | None) -> None:
    """Receive wage declarations of flexi-job workers: from a dropped file set to its answers.

    Every command works on one home folder; `flexibatch init` makes one. `flexibatch COMMAND -h` tells more.
    """
    ctx.obj = Invocation(home, operator, ctx.obj or machine_clock())


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
    """Run a command and give its exit status; whatever goes wrong is told in a sentence on stderr."""
    spare_signs()
    try:
        status = cli.main(arguments, prog_name=PROGRAM, standalone_mode=False, obj=clock)
    except click.exceptions.NoArgsIsHelpError as exc:
        exc.show()
        return USAGE
    except click.ClickException as exc:
        _tell(f"{exc.format_message().rstrip('.')}.{_hint(exc)}")
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        _tell("Stopped from the keyboard; what was committed stands.")
        return INTERRUPTED
    except FlexibatchError as exc:
        _tell(worded(exc))
        return exc.exit_status
    except Exception as exc:  # noqa: BLE001 - the last door: nothing leaves without a sentence
        if isinstance(exc, OSError):
            _tell(refused_by_machine(exc))
        else:
            _tell_bug(exc)
        return TROUBLE
    return status if isinstance(status, int) else DONE


def _hint(exc: click.ClickException) -> str:
    context = exc.ctx if isinstance(exc, click.UsageError) else None
    return f" `{context.command_path} --help` tells more." if context is not None else ""


def _tell(sentence: str) -> None:
    click.echo(f"{PROGRAM}: {sentence.removesuffix('.')}.", err=True)


def _tell_bug(exc: Exception) -> None:
    """Log the traceback, then say whose fault it is."""
    logs = import_module("flexibatch.logs")
    logs.report_bug(exc)
    _tell(
        f"Something went wrong that should not ({type(exc).__name__}); this is a bug. Send the lines above "
        "to those who look after the program."
    )
