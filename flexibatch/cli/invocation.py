"""What one call of the program was given: home, operator, clock."""

import getpass
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flexibatch.ports import Clock

NAME_LIMIT = 64


class Operator(click.ParamType[str]):
    """Read the name of who acts: it is kept in full, so it must fit the audit."""

    name = "name"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read it, or say what a name is; nothing is nobody in particular."""
        text = str(value).strip()
        if len(text) > NAME_LIMIT or not text.isprintable():
            self.fail(
                f"no operator is called so: give a name of at most {NAME_LIMIT} characters.", param, ctx
            )
        return text


@dataclass(frozen=True, slots=True)
class Invocation:
    """What the program was called with, before anything is opened."""

    home: Path
    operator: str | None
    clock: "Clock"

    @property
    def acting(self) -> str:
        """Name who acts: as told, or by the login of this process."""
        if self.operator:
            return self.operator
        try:
            return getpass.getuser()
        except (OSError, LookupError):  # no name belongs to this user's number
            return f"uid {os.getuid()}"
