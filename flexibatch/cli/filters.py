"""The options by which sets and declarations are chosen, the same wherever something is looked up or run again."""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import TypedDict

import click

from flexibatch.cli.completing import SENDER_NUMBER
from flexibatch.cli.moments import MOMENT, When, end_of, instant_of
from flexibatch.cli.numbers import EMPLOYER_NUMBER, NUMBER
from flexibatch.domain.bureaus import sender_number
from flexibatch.domain.vocabulary import Environment


class Code(click.ParamType[str]):
    """Read the code of an anomaly."""

    name = "code"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return it in capitals, or say what a code looks like."""
        code = str(value).upper()
        if not re.fullmatch(r"([0-9]{5}|ACRF)-[0-9]{3}", code):
            self.fail(f"'{value}' is no code: give it as 00024-152 or ACRF-133.", param, ctx)
        return code


CODE = click.option(
    "--code", type=Code(), help="Only those whose last run told this code, such as 00024-152."
)
SENDER = click.option("--sender", type=SENDER_NUMBER, help="Only those of this sender.")
SINCE = click.option("--since", type=MOMENT, help="Only those that arrived from this day or moment on.")
UNTIL = click.option(
    "--until", type=MOMENT, help="Only those that arrived up to this day, it included, or before this moment."
)
EMPLOYER = click.option(
    "--employer", type=EMPLOYER_NUMBER, help="Only those of this employer: its NSSO or enterprise number."
)
INSS = click.option("--inss", type=NUMBER, help="Only those of this worker: any of their numbers.")
ENVIRONMENT = click.option(
    "--environment",
    type=click.Choice([one.value for one in Environment]),
    help="Only those of this environment.",
)


class ChosenBy(TypedDict):
    """The filters that sets are chosen by, as the use cases take them; None sets no condition."""

    code: str | None
    employer: str | None
    inss: str | None
    sender: str | None
    environment: Environment | None
    since: datetime | None
    until: datetime | None


def chosen_by(filters: "Mapping[str, str | When | bool | None]", zone: tzinfo) -> ChosenBy:
    """Return what the options of this module were given, moments as instants; raise `Refusal` for a wrong number."""
    told = {name: text_of(value) for name, value in filters.items()}
    since, until = filters["since"], filters["until"]
    sender, environment = told["sender"], told["environment"]
    return ChosenBy(
        code=told["code"],
        employer=told["employer"],
        inss=told["inss"],
        sender=sender_number(sender) if sender is not None else None,
        environment=Environment(environment) if environment is not None else None,
        since=instant_of(since, zone) if isinstance(since, When) else None,
        until=end_of(until, zone) if isinstance(until, When) else None,
    )


def text_of(value: object) -> str | None:
    """Return what an option was given where that is a text."""
    return value if isinstance(value, str) else None
