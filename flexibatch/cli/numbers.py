"""Numbers as words of the command line: written as on paper, read as they are kept."""

from collections.abc import Callable

import click

from flexibatch.domain.written_numbers import plain_company, plain_employer, plain_number


class WrittenNumber(click.ParamType[str]):
    """Read a number with what people write between its digits; whether it is right is told by who looks it up."""

    name = "number"

    def __init__(self, read: Callable[[str], str]) -> None:
        """Keep how the number is read."""
        self._read = read

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return its digits, or the text where it is no number."""
        del param, ctx
        return self._read(str(value))


NUMBER, COMPANY_NUMBER, EMPLOYER_NUMBER = map(WrittenNumber, (plain_number, plain_company, plain_employer))
