"""Open a home with the components over it, for as long as a command runs."""

from typing import TYPE_CHECKING

import click

from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.opened import environ, open_home, open_unchecked

if TYPE_CHECKING:
    from flexibatch import settings
    from flexibatch.wiring import components as wired
    from flexibatch.wiring import home as homes
    from flexibatch.wiring import outside
    from flexibatch.wiring.components import Components
    from flexibatch.wiring.home import Home
    from flexibatch.wiring.outside import Mode
else:
    settings, outside = LateModule("flexibatch.settings"), LateModule("flexibatch.wiring.outside")
    homes, wired = LateModule("flexibatch.wiring.home"), LateModule("flexibatch.wiring.components")


def open_components(invocation: Invocation, mode: "Mode | None" = None) -> "Components":
    """Open the home, ready for work, with its components; all is closed when the command ends."""
    return _over(open_home(invocation), invocation, mode)


def open_components_unchecked(invocation: Invocation) -> "Components":
    """Open the home whatever its database holds, with its components; all is closed when the command ends."""
    return _over(open_unchecked(invocation), invocation)


def open_components_anywhere(invocation: Invocation) -> "Components":
    """Open the home with its components, or, in a folder that is no home, those that need none."""
    if (invocation.home / settings.FILE).exists():
        return open_components(invocation)
    return _over(homes.Home.nowhere(environ()), invocation)


def _over(home: "Home", invocation: Invocation, mode: "Mode | None" = None) -> "Components":
    chosen = outside.Mode.COMMAND if mode is None else mode
    components = wired.Components(home, outside.Outside.at(invocation.clock), chosen)
    click.get_current_context().call_on_close(components.close)
    return components
