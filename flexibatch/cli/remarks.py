"""What is told beside a result: at once on stderr, or, where a program reads, kept until the command's end is known."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import click

_kept: ContextVar[list[str] | None] = ContextVar("remarks", default=None)


def remark(sentence: str) -> None:
    """Say something on stderr, at once or when the command ends well."""
    kept = _kept.get()
    if kept is None:
        click.echo(sentence, err=True)
    else:
        kept.append(sentence)


@contextmanager
def remarks(*, keep: bool) -> Iterator[list[str]]:
    """Yield the remarks that are kept; at the end those that are left are said."""
    kept: list[str] = []
    token = _kept.set(kept if keep else None)
    try:
        yield kept
    finally:
        _kept.reset(token)
        for sentence in kept:
            click.echo(sentence, err=True)
