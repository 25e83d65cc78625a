"""Purge: what has been kept for as long as its setting says is deleted, kind by kind."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from flexibatch.adapters.folders import ARCHIVE, SENDERS
from flexibatch.adapters.spool.retention import Expired, delete, delete_bytes, fetched_answers, old_pages
from flexibatch.adapters.store import access, audit, set_actions
from flexibatch.adapters.store.audit import Told, note
from flexibatch.domain.operators import By
from flexibatch.domain.vocabulary import RetentionKind
from flexibatch.errors import Refusal, Remedy
from flexibatch.wiring.home import Home


class Unit(StrEnum):
    """Name what is counted of a kind."""

    SETS = "sets"
    PAGES = "pages"
    ANSWERS = "answers"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Purged:
    """What was, or would be, deleted of one kind: all that is older than `before`.

    `tickets` are those of the sets in the archive, `names` those of the files; None for a kind that has none.
    """

    kind: RetentionKind
    before: datetime
    counted: int
    unit: Unit
    files: int = 0
    size: int = 0
    tickets: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Going:
    """What one kind is about: the home, who acts, up to when, and whether it is only looked at."""

    home: Home
    by: By
    before: datetime
    dry_run: bool


def chosen(kinds: Sequence[RetentionKind], older_than: timedelta | None) -> Sequence[RetentionKind]:
    """Return the kinds that are meant: without any all five, with another age than the settings' the archive.

    Raise `Refusal` where another age is given for a kind of which nothing young may go.
    """
    if older_than is None:
        return kinds or tuple(RetentionKind)
    fixed = [kind for kind in kinds if kind in (RetentionKind.AUDIT, RetentionKind.DOOR)]
    if fixed:
        raise Refusal(
            f"How long the {fixed[0]} is kept is a setting, retention.{fixed[0]}", remedy=Remedy.TAKE_SETTING
        )
    return kinds or (RetentionKind.ARCHIVE,)


def require_retention(home: Home, kinds: Sequence[RetentionKind], older_than: timedelta | None) -> None:
    """Raise `Refusal` where an age is less than what a setting keeps one of the kinds for."""
    for kind in chosen(kinds, older_than):
        kept: timedelta = getattr(home.settings.retention, kind)
        if older_than is not None and older_than < kept:
            raise Refusal(
                f"retention.{kind} keeps this for {_spelled(kept)}, and {_spelled(older_than)} is less",
                remedy=Remedy.GO_BELOW,
            )


def _spelled(length: timedelta) -> str:
    days, rest = divmod(length, timedelta(days=1))
    return f"{length / timedelta(hours=1):g} hours" if rest else f"{days} days"


def purge(  # noqa: PLR0913 - what is meant, and how far
    home: Home,
    by: By,
    kinds: Sequence[RetentionKind],
    older_than: timedelta | None = None,
    *,
    dry_run: bool = False,
    below_retention: bool = False,
) -> list[Purged]:
    """Delete what is older than its setting, or than `older_than`; return what went of each kind, or would go.

    Raise `Refusal` where that is less than the setting, unless it is only looked at or goes `below_retention`.
    """
    wanted = dict.fromkeys(chosen(kinds, older_than))
    if not (dry_run or below_retention):
        require_retention(home, list(wanted), older_than)
    return [_PURGES[kind](_Going(home, by, by.at - _age(home, kind, older_than), dry_run)) for kind in wanted]


def _age(home: Home, kind: RetentionKind, older_than: timedelta | None) -> timedelta:
    kept: timedelta = getattr(home.settings.retention, kind)
    return kept if older_than is None else older_than


def _archive(going: _Going) -> Purged:
    tickets = _marked(going)
    deleted = delete_bytes(
        going.home.settings.spool / ARCHIVE,
        lambda asked: _purged_among(going.home, asked) | set(tickets).intersection(asked),
        dry_run=going.dry_run,
    )
    return Purged(
        RetentionKind.ARCHIVE,
        going.before,
        len(tickets),
        Unit.SETS,
        deleted.files,
        deleted.size,
        tickets=tuple(tickets),
    )


def _marked(going: _Going) -> list[str]:
    """Mark the sets that are old enough, or only look for them."""
    if going.dry_run:
        with going.home.database.reading() as connection:
            return set_actions.purgeable(connection, going.before)
    with going.home.database.writing() as connection:
        return set_actions.purge(connection, going.by, going.before)


def _purged_among(home: Home, asked: Collection[str]) -> frozenset[str]:
    with home.database.reading() as connection:
        return set_actions.purged_among(connection, asked)


def _reports(going: _Going) -> Purged:
    with going.home.database.reading() as connection:
        pages = old_pages(
            going.home.settings.spool / SENDERS,
            lambda tickets: set_actions.done_among(connection, tickets, going.before),
        )
    return _deleted(going, RetentionKind.REPORTS, Unit.PAGES, pages)


def _answers(going: _Going) -> Purged:
    with going.home.database.reading() as connection:
        found = fetched_answers(
            going.home.settings.spool / SENDERS,
            lambda number, sizes: access.fetched(connection, number, sizes, going.before),
            going.before,
        )
    return _deleted(going, RetentionKind.ANSWERS, Unit.ANSWERS, found)


def _deleted(going: _Going, kind: RetentionKind, unit: Unit, found: Collection[Expired]) -> Purged:
    """Write down that files go, then let them go: what is cut short is found again by the next purge."""
    size = sum(file.size for file in found)
    if found and not going.dry_run:
        with going.home.database.writing() as connection:
            told = {"files": len(found), "bytes": size}
            note(connection, going.by, "purge", kind, before=going.before.isoformat(), **told)
        delete(found)
    names = tuple(sorted(file.path.name for file in found))
    return Purged(kind, going.before, len(found), unit, len(found), size, names=names)


def _told(told: Told, going: _Going) -> Purged:
    if going.dry_run:
        with going.home.database.reading() as connection:
            rows = audit.old_told(connection, told, going.before)
    else:
        with going.home.database.writing() as connection:
            rows = audit.purge_told(connection, going.by, told, going.before)
    return Purged(RetentionKind(told), going.before, rows, Unit.ROWS)


_PURGES: dict[RetentionKind, Callable[[_Going], Purged]] = {
    RetentionKind.ARCHIVE: _archive,
    RetentionKind.REPORTS: _reports,
    RetentionKind.ANSWERS: _answers,
    RetentionKind.AUDIT: partial(_told, "audit"),
    RetentionKind.DOOR: partial(_told, "door"),
}
