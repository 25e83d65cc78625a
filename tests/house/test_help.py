"""What every command has in common: the home after it, JSON, what may be repeated, examples that fit."""

import re
from collections.abc import Iterator

import click
import pytest

from flexibatch.cli import COMMANDS, Program, cli
from flexibatch.cli.commands import GROUPS

CONTINUED = re.compile(r"\\\n *")
EXAMPLE = re.compile(r"^ *flexibatch (.*)$", re.MULTILINE)


def leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Yield the commands below one that are called, by what is typed."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    for word, one in command.commands.items():
        yield from leaves(one, f"{name} {word}")


def called() -> dict[str, click.Command]:
    """Return every command that can be called."""
    program = Program()
    context = click.Context(program)
    tops = ((name, program.get_command(context, name)) for name in COMMANDS)
    return {name: leaf for top, one in tops if one is not None for name, leaf in leaves(one, top)}


CALLED = called()


@pytest.mark.parametrize("name", CALLED)
def test_every_command_takes_home_and_json(name: str) -> None:
    """Both may stand behind any command."""
    options = {option for one in CALLED[name].params for option in one.opts}
    assert {"--home", "-H", "--json"} <= options


@pytest.mark.parametrize("name", CALLED)
def test_usage_says_where_more_may_follow(name: str) -> None:
    """An argument that may be given again is written with an ellipsis, and no other is."""
    command = CALLED[name]
    context = click.Context(command)
    for one in command.params:
        if isinstance(one, click.Argument):
            told = one.make_metavar(context)
            assert (one.nargs == -1) == told.endswith("..."), told


@pytest.mark.parametrize("name", CALLED)
def test_options_are_explained(name: str) -> None:
    """No option goes without its sentence, unless it is hidden."""
    for one in CALLED[name].params:
        if isinstance(one, click.Option) and not one.hidden:
            assert one.help, one.opts


def test_the_programs_help_lists_commands_by_what_they_are_about() -> None:
    """Every command stands once, under one of four headings."""
    told = cli.get_help(click.Context(cli, info_name="flexibatch"))
    assert ["Bureaus", "Sets", "Register", "Upkeep"] == list(GROUPS)
    places = [told.index(f"\n{title}:\n") for title in GROUPS]
    assert places == sorted(places)
    assert sum(map(len, GROUPS.values())) == len(COMMANDS)
    for name in COMMANDS:
        assert 1 == len(re.findall(rf"^  {name} +[A-Z]", told, re.MULTILINE))


def examples() -> list[tuple[str, str]]:
    """Return the calls that help shows, each with the command that shows it."""
    return [
        (name, line.strip())
        for name, one in CALLED.items()
        for line in EXAMPLE.findall(CONTINUED.sub(" ", (one.epilog or "") + (one.help or "")))
    ]


@pytest.mark.parametrize(("name", "line"), examples())
def test_examples_in_help_are_understood(name: str, line: str) -> None:
    """Words and options of an example are those of its command; what it does is tried by the command's own tests."""
    words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)]
    depth = len(name.split())
    assert name.split() == words[:depth]
    CALLED[name].make_context(name, words[depth:], resilient_parsing=False)
