"""What a command did that has no result to look at: sentences for people, one object for a program."""

from collections.abc import Mapping

from flexibatch.cli.output import say, show_json


def show_done(as_json: bool, fields: Mapping[str, object], *sentences: str) -> None:
    """Say what was done; as JSON show it as one object."""
    if as_json:
        show_json(fields)
        return
    for sentence in sentences:
        say(sentence)
