"""What ends a command early: a sentence on stderr or, with `--json`, one object there that a program reads.

Source: docs/operations.md, "For programs".
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

import click

from flexibatch.cli.remedies import joined, words_of
from flexibatch.domain.findings import legible
from flexibatch.errors import FlexibatchError, Refusal, WrongLines, refused_by_machine

USAGE, TROUBLE, INTERRUPTED = 2, 3, 130


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as it is told: `kind` is `usage`, `refused`, `trouble`, `bug` or `interrupted`."""

    error: str
    kind: str
    exit_status: int
    remedy: str | None = None
    lines: tuple[str, ...] = ()
    more: int = 0

    @property
    def sentence(self) -> str:
        """Return it as people read it."""
        told = joined(self.error, self.remedy) if self.remedy else self.error
        listed = [*self.lines, *([f"and {self.more} more"] if self.more else [])]
        under = "".join(f"\n  {one}" for one in listed) if len(listed) > 1 else ""
        return legible(f"{_ended(told)}{under}", keep="\n")

    def as_json(self, notes: Sequence[str]) -> str:
        """Return it as one line of JSON, with what would have been said beside a result."""
        told = {
            "error": _ended(self.error),
            "kind": self.kind,
            "exit_status": self.exit_status,
            "remedy": self.remedy.lstrip(":;, ") if self.remedy else None,
        }
        lines = {"lines": list(self.lines), "more": self.more} if self.lines else {}
        return json.dumps(told | lines | ({"notes": list(notes)} if notes else {}))


def _ended(sentence: str) -> str:
    """Return a sentence with its end.

    >>> _ended("No such option"), _ended("Did you mean '--name'?"), _ended("(Did you mean 'list'?)")
    ('No such option.', "Did you mean '--name'?", "(Did you mean 'list'?)")
    """
    return sentence if sentence.rstrip(")").endswith((".", "?", "!")) else f"{sentence}."


def wants_json(words: Sequence[str]) -> bool:
    """Return whether a call asks for JSON; told from its words, since an error may come before they are understood.

    >>> wants_json(["show", "T", "--json"]), wants_json(["show", "--", "--json"])
    (True, False)
    """
    options = words[: words.index("--")] if "--" in words else words
    return "--json" in options


def failure_of(exc: BaseException) -> Failure:
    """Return what an exception is told as; a bug's traceback is logged."""
    if isinstance(exc, click.ClickException):
        return Failure(exc.format_message(), "usage", USAGE, _hint(exc))
    if isinstance(exc, click.Abort | KeyboardInterrupt):
        return Failure("Stopped from the keyboard; what was committed stands.", "interrupted", INTERRUPTED)
    if isinstance(exc, FlexibatchError):
        remedy = words_of(exc.remedy, exc.about) if exc.remedy is not None else None
        kind = "refused" if isinstance(exc, Refusal) else "trouble"
        if isinstance(exc, WrongLines):
            return Failure(str(exc), kind, exc.exit_status, remedy, exc.lines, exc.more)
        return Failure(str(exc), kind, exc.exit_status, remedy)
    if isinstance(exc, OSError):
        return Failure(refused_by_machine(exc), "trouble", TROUBLE)
    import_module("flexibatch.logs").report_bug(exc)
    return Failure(
        f"Something went wrong that should not ({type(exc).__name__}); this is a bug",
        "bug",
        TROUBLE,
        "Send the lines above to those who look after the program.",
    )


def _hint(exc: click.ClickException) -> str | None:
    context = exc.ctx if isinstance(exc, click.UsageError) else None
    return f"`{context.command_path} --help` tells more." if context is not None else None
