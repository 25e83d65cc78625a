"""Consent to what deletes or answers: count and consequence are told, and a terminal is asked."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from flexibatch.errors import Refusal

F = TypeVar("F", bound=Callable[..., Any])

LONGEST_NOTE = 300


class Note(click.ParamType[str]):
    """Read why something is done: one line that the audit keeps in full."""

    name = "text"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read it, or say what a note is."""
        text = str(value).strip()
        if not text or len(text) > LONGEST_NOTE or not text.isprintable():
            self.fail(f"a note is one line of 1 to {LONGEST_NOTE} characters.", param, ctx)
        return text


def note_option(command: F) -> F:
    """Return a command with the option `--note`, as its argument `note`."""
    return click.option("--note", type=Note(), help="Why it is done; the audit keeps it.")(command)


def consent_options(command: F) -> F:
    """Return a command with the options `--yes` and `--note`, as its arguments `yes` and `note`."""
    told = "Do it without being asked; needed where there is no terminal."
    return click.option("--yes", is_flag=True, help=told)(note_option(command))


def ask(consequence: str) -> None:
    """Tell a consequence and ask whether it is meant; raise `Refusal` for a no, and where nobody can be asked."""
    require_terminal(consequence)
    click.echo(consequence, err=True)
    if not click.confirm("Go on?", err=True):
        raise Refusal("Nothing was done.")


def require_terminal(consequence: str) -> None:
    """Raise `Refusal`, which tells the consequence, where nobody can be asked."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        raise Refusal(f"{consequence} Nothing was done: there is no terminal to ask at, so it takes --yes.")


def counted(number: int, thing: str) -> str:
    """Return a number of things in words.

    >>> counted(1, "set"), counted(2, "set")
    ('1 set', '2 sets')
    """
    return f"{number} {thing}{'' if number == 1 else 's'}"
