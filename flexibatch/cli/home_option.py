"""The option `--home`, which may stand before the command or after it; where both name one, the later one counts."""

from dataclasses import replace
from pathlib import Path

import click

from flexibatch.cli.invocation import Invocation

_HOME = "flexibatch.home"
_FOLDER = click.Path(file_okay=False, path_type=Path)


def program_option() -> click.Option:
    """Return the option as the program itself has it."""
    told = "The home folder, with flexibatch.toml in it. [FLEXIBATCH_HOME; default: this folder]"
    return _option(told, envvar="FLEXIBATCH_HOME", default=Path())


def with_home(command: click.Command) -> click.Command:
    """Return a command that takes the option too, and so do its own commands."""
    if not any("--home" in one.opts for one in command.params):
        command.params.append(_option("The home folder, as before the command."))
    if isinstance(command, click.Group):
        for one in command.commands.values():
            with_home(one)
    return command


def home_of(context: click.Context) -> Path:
    """Return the home that is named so far."""
    return Path(context.meta.get(_HOME, Path()))


def _option(told: str, *, envvar: str | None = None, default: Path | None = None) -> click.Option:
    names = ["-H", "--home"]
    return click.Option(
        names,
        type=_FOLDER,
        envvar=envvar,
        default=default,
        expose_value=False,
        callback=_keep,
        help=told,
    )


def _keep(context: click.Context, _option: click.Parameter, home: Path | None) -> None:
    """Keep the home for the command, and for what completes its words."""
    if home is None:
        return
    context.meta[_HOME] = home
    if isinstance(context.obj, Invocation):
        context.obj = replace(context.obj, home=home)
