"""Refused sets of a bureau over what is kept of them: their bytes go as soon as a sweep refused another."""

from collections.abc import Callable, Collection

import structlog

from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.spool.retention import delete_set
from flexibatch.adapters.store.surplus import RefusedQuota, give_up, surplus
from flexibatch.domain.operators import By
from flexibatch.errors import refused_by_machine
from flexibatch.ports import Clock
from flexibatch.wiring.home import Home

log = structlog.get_logger()

CHANNEL = "channel"
"""Who the audit names: no operator did it."""


def clearing(home: Home, clock: Clock) -> Callable[[Collection[str]], None]:
    """Return who hears which bureaus had a set refused, and lets their surplus go."""
    settings = home.settings
    most = RefusedQuota(settings.max_refused_bytes, settings.part_size + 1)

    def clear(numbers: Collection[str]) -> None:
        for number in sorted(numbers):
            with home.database.reading() as connection:
                if not surplus(connection, number, most):
                    continue
            with home.database.writing() as connection:
                over = give_up(connection, By(CHANNEL, clock.now()), number, most)
            log.warning("archive.surplus", sender=number, sets=len(over), kept=most.size)
            for one in over:
                _delete(SetFolder.archived(settings.spool, one.received_on, one.ticket))

    return clear


def _delete(folder: SetFolder) -> None:
    """Delete what was marked; what the disk refuses now is deleted by the next `purge`."""
    try:
        if folder.path.is_dir():
            delete_set(folder)
    except OSError as exc:
        log.warning("archive.not_deleted", reason=refused_by_machine(exc))
