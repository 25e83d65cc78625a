"""Open a home with the components over it, for as long as a command runs."""

import click

from flexibatch.cli.invocation import Invocation
from flexibatch.cli.opened import environ, open_home, open_unchecked
from flexibatch.settings import FILE
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import Home
from flexibatch.wiring.outside import Mode, Outside


def open_components(invocation: Invocation, mode: Mode = Mode.COMMAND) -> Components:
    """Open the home, ready for work, with its components; all is closed when the command ends."""
    return _over(open_home(invocation), invocation, mode)


def open_components_unchecked(invocation: Invocation) -> Components:
    """Open the home whatever its database holds, with its components; all is closed when the command ends."""
    return _over(open_unchecked(invocation), invocation)


def open_components_anywhere(invocation: Invocation) -> Components:
    """Open the home with its components, or, in a folder that is no home, those that need none."""
    if (invocation.home / FILE).exists():
        return open_components(invocation)
    return _over(Home.nowhere(environ()), invocation)


def _over(home: Home, invocation: Invocation, mode: Mode = Mode.COMMAND) -> Components:
    components = Components(home, Outside.at(invocation.clock), mode)
    click.get_current_context().call_on_close(components.close)
    return components
