"""Words that the shell completes from the home's database: tickets and names of sets, sender numbers.

Bounded, and silent where there is no home or no database: who presses a key is told nothing but words.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from flexibatch.cli.home_option import home_of
from flexibatch.cli.late import LateModule
from flexibatch.cli.opened import environ

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from flexibatch.services import completion
else:
    completion = LateModule("flexibatch.services.completion")

Words = Callable[[click.Context, str], Sequence[tuple[str, str]]]


class CompletedText(click.ParamType[str]):
    """Text that is taken as it is; words that would do are found when the shell asks."""

    name = "text"

    def __init__(self, words: Words) -> None:
        """Keep how words are found."""
        self._words = words

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take it as it is."""
        del param, ctx
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Return the words that begin as asked; none where they cannot be found."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - as click does

        del param
        try:
            words = self._words(ctx, incomplete)
        except Exception:  # noqa: BLE001 - a shell that asks for words gets no errors
            return []
        return [CompletionItem(word, help=told) for word, told in words]


def _sets(ctx: click.Context, begun: str) -> Sequence[tuple[str, str]]:
    return completion.sets_begun(home_of(ctx), environ(), begun)


def _senders(ctx: click.Context, begun: str) -> Sequence[tuple[str, str]]:
    return completion.senders_begun(home_of(ctx), environ(), begun)


TICKET, SENDER_NUMBER = CompletedText(_sets), CompletedText(_senders)
