"""The command `purge`: what has been kept for as long as its setting says is deleted, kind by kind."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import click

from flexibatch.adapters.folders import ARCHIVE, SENDERS
from flexibatch.adapters.outgrown import Outgrown, delete, fetched_answers, old_pages
from flexibatch.adapters.purging import delete_bytes
from flexibatch.adapters.store import audit, doorbook, upkeep
from flexibatch.adapters.store.audit import Told, note
from flexibatch.bootstrap import Home
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.moments import LENGTH
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.output import json_option, say, show_json
from flexibatch.cli.sections import show_rows
from flexibatch.domain.operators import By
from flexibatch.errors import Refusal
from flexibatch.settings.retention import RetentionSettings

KINDS = tuple(RetentionSettings.model_fields)
COLUMNS = ("kind", "before", "counted", "of", "files", "bytes")


@dataclass(frozen=True, slots=True)
class Going:
    """Hold what one kind is about: the home, who acts, up to when, and whether it is only looked at."""

    home: Home
    by: By
    before: datetime
    dry_run: bool


@click.command(epilog=REFUSED_OR_TROUBLE)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    help="Only this; may be given again. [default: all five, with --older-than the archive]",
)
@click.option(
    "--older-than",
    type=LENGTH,
    help="Another age than the setting's: P2Y, P400D, PT36H. Not for audit and door.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@json_option
@click.pass_obj
def purge(
    invocation: Invocation,
    *,
    kinds: tuple[str, ...],
    older_than: timedelta | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Delete what has been kept for as long as the settings `retention` say.

    \b
    archive  what was received, and the answers as they were written: from the last answer on
    reports  the pages of a set in the senders' REPORT folders: from the last answer on
    answers  answers in the out folders: from when they were fetched on; others stay
    audit    what operators did; nothing of the last year can go
    door     what bureaus did at the front door; nothing of the last year can go

    Names, digests, verdicts, anomalies and declarations with all their versions stay. A purged set cannot be
    run or published again. A purge that was cut short is finished by the next one.
    """  # noqa: D301 - click reads \b as: leave the lines as they are
    wanted = kinds or ("archive",) if older_than is not None else kinds or KINDS
    fixed = [kind for kind in wanted if older_than is not None and kind in ("audit", "door")]
    if fixed:
        raise Refusal(
            f"How long the {fixed[0]} is kept is a setting, retention.{fixed[0]}: leave --older-than out."
        )
    home, acting = open_home(invocation), by(invocation)
    rows = []
    for kind in dict.fromkeys(wanted):
        kept: timedelta = getattr(home.settings.retention, kind) if older_than is None else older_than
        before = acting.at - kept
        rows.append({"kind": kind, "before": before, **PURGES[kind](Going(home, acting, before, dry_run))})
    if as_json:
        show_json({"dry_run": dry_run, "purged": rows})
        return
    show_rows(
        "Would be purged" if dry_run else "Purged", COLUMNS, rows, zone=home.settings.timezone, as_json=False
    )
    if dry_run:
        say("This is what would go; nothing was deleted.")


def _archive(going: Going) -> dict[str, object]:
    tickets = _marked(going)
    deleted = delete_bytes(
        going.home.settings.spool / ARCHIVE,
        lambda asked: _purged_among(going.home, asked) | set(tickets).intersection(asked),
        dry_run=going.dry_run,
    )
    told = {"counted": len(tickets), "of": "sets", "tickets": tickets}
    return told | {"files": deleted.files, "bytes": deleted.size}


def _marked(going: Going) -> list[str]:
    """Mark the sets that are old enough, or only look for them."""
    if going.dry_run:
        with going.home.database.reading() as connection:
            return upkeep.purgeable(connection, going.before)
    with going.home.database.writing() as connection:
        return upkeep.purge(connection, going.by, going.before)


def _purged_among(home: Home, asked: Collection[str]) -> frozenset[str]:
    with home.database.reading() as connection:
        return upkeep.purged_among(connection, asked)


def _reports(going: Going) -> dict[str, object]:
    with going.home.database.reading() as connection:
        pages = old_pages(
            going.home.settings.spool / SENDERS,
            lambda tickets: upkeep.done_among(connection, tickets, going.before),
        )
    return _deleted(going, "reports", "pages", pages)


def _answers(going: Going) -> dict[str, object]:
    with going.home.database.reading() as connection:
        found = fetched_answers(
            going.home.settings.spool / SENDERS,
            lambda number, sizes: doorbook.fetched(connection, number, sizes, going.before),
            going.before,
        )
    return _deleted(going, "answers", "answers", found)


def _deleted(going: Going, kind: str, unit: str, found: Collection[Outgrown]) -> dict[str, object]:
    """Write down that files go, then let them go: what is cut short is found again by the next purge."""
    size = sum(file.size for file in found)
    if found and not going.dry_run:
        with going.home.database.writing() as connection:
            told = {"files": len(found), "bytes": size}
            note(connection, going.by, "purge", kind, before=going.before.isoformat(), **told)
        delete(found)
    names = sorted(file.path.name for file in found)
    return {"counted": len(found), "of": unit, "files": len(found), "bytes": size, "names": names}


def _told(told: Told, going: Going) -> dict[str, object]:
    if going.dry_run:
        with going.home.database.reading() as connection:
            rows = audit.old_told(connection, told, going.before)
    else:
        with going.home.database.writing() as connection:
            rows = audit.purge_told(connection, going.by, told, going.before)
    return {"counted": rows, "of": "rows", "files": 0, "bytes": 0}


PURGES: dict[str, Callable[[Going], dict[str, object]]] = {
    "archive": _archive,
    "reports": _reports,
    "answers": _answers,
    "audit": partial(_told, "audit"),
    "door": partial(_told, "door"),
}
