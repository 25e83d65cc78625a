"""The options by which sets and declarations are chosen, the same wherever something is looked up or run again."""

import click

from flexibatch.cli.completing import SENDER_NUMBER
from flexibatch.cli.moments import MOMENT
from flexibatch.cli.numbers import EMPLOYER_NUMBER, NUMBER
from flexibatch.domain.vocabulary import Environment

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
