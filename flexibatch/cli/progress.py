"""What a terminal sees while sets are settled: one line that counts them, and no events, which mix with no table."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from flexibatch.cli.late import LateModule

if TYPE_CHECKING:
    from flexibatch import logs
    from flexibatch.domain.case import Verdict
    from flexibatch.wiring.home import Home
else:
    logs = LateModule("flexibatch.logs")

F = TypeVar("F", bound=Callable[..., Any])

ERASED = "\r\x1b[K"


def verbose_option(command: F) -> F:
    """Return a command with the option `--verbose`, as its argument `verbose`."""
    told = "Write events on a terminal too, in place of a line that counts."
    return click.option("-v", "--verbose", is_flag=True, help=told)(command)


@contextmanager
def settling(
    home: "Home", each: "Callable[[Verdict], None]", *, verbose: bool
) -> "Iterator[Callable[..., None]]":
    """Yield what is called with every verdict: `each`, and on a terminal a line that counts.

    On a terminal only errors are written of the events, unless they are asked for; elsewhere nothing changes.
    """
    if verbose or not sys.stderr.isatty():
        yield each
        return
    logs.configure(home.settings.log_format, "error")
    settled = 0

    def count(verdict: "Verdict") -> None:
        nonlocal settled
        settled += 1
        each(verdict)
        click.echo(f"{ERASED}Settled: {settled}", err=True, nl=False)

    try:
        yield count
    finally:
        click.echo(ERASED, err=True, nl=False)
