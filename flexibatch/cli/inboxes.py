"""What waits, what strays, and one name that lies in an inbox: shown by `list` and `show`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flexibatch.cli.fields import fields_of, rows_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.output import say, show_json
from flexibatch.cli.sections import Sections, show_rows
from flexibatch.domain.strays import StrayReason
from flexibatch.domain.vocabulary import Why

if TYPE_CHECKING:
    from flexibatch.cli import components as opening
    from flexibatch.services import strays as straying
    from flexibatch.services import unclaimed as naming
    from flexibatch.services import waiting as waits
    from flexibatch.services.unclaimed import Unclaimed
else:
    opening = LateModule("flexibatch.cli.components")
    straying, naming = LateModule("flexibatch.services.strays"), LateModule("flexibatch.services.unclaimed")
    waits = LateModule("flexibatch.services.waiting")

DONE, TROUBLE = 0, 3
ROWS_SHOWN = 1000
"""So many rows people are shown of what an inbox may hold 50,000 of; JSON has all."""
WAITING_COLUMNS = ("sender", "environment", "ticket", "name", "since", "why", "until", "behind", "reason")
STRAY_COLUMNS = ("sender", "folder", "name", "since", "why", "right_name")
FILE_COLUMNS = ("name", "kind", "changed_at", "wrong", "right_name")

WHY = {
    Why.HELD: "the sender is on hold",
    Why.ROOM: "the disk has too little room: nothing is taken in",
    Why.BURDENED: "so much of this sender is claimed and has no verdict that no more is claimed (max_claimed_bytes)",
    Why.ARRIVING: "it is not complete",
    Why.CLAIMING: "its claim was cut short: the next sweep completes it",
    Why.BACK_OFF: "trouble: it is tried again when its back-off is over",
    Why.BEHIND: "a set before it has no verdict yet",
    Why.SWEEP: "the next sweep",
    Why.PUBLISHING: "its answers are not all out: the next sweep puts them out",
    Why.QUARANTINE: "it is in quarantine: release or discard it",
}

STRAY = {
    StrayReason.FOLDER: "it is a folder, which is left alone",
    StrayReason.LINK: "it is a link, which is never followed",
    StrayReason.SPECIAL: "it is a device, a pipe or a socket, which is never opened",
    StrayReason.UPLOADING: "its upload was begun and not ended: it is going on, or was broken off",
    StrayReason.UNREADABLE_NAME: "its name is no text in UTF-8, or none that a file can have here",
    StrayReason.TEMPORARY: "its name is a temporary one: it is being uploaded, or was not renamed afterwards",
    StrayReason.LETTERS: "its name is in small letters",
    StrayReason.NAME: "its name does not begin as that of a set's file, or has too many or too few positions",
    StrayReason.REFUSED: "a sweep refuses it for its name",
}


def list_waiting(invocation: Invocation, sender: str | None, *, as_json: bool) -> int:
    """Show every set that waits; return the exit status."""
    components = opening.open_components(invocation)
    found = waits.waiting(components, invocation.clock.now(), sender)
    rows = rows_of(found.rows)
    if not as_json:
        rows = [row | {"why": WHY[Why(str(row["why"]))]} for row in _shown(rows)]
    zone = components.home.settings.timezone
    show_rows("Waiting", WAITING_COLUMNS, rows, zone=zone, as_json=as_json)
    return _said_unreached(found.unreached)


def list_strays(invocation: Invocation, sender: str | None, *, as_json: bool) -> int:
    """Show every file that is no part of a set; return the exit status."""
    components = opening.open_components(invocation)
    found = straying.strays(components, invocation.clock.now(), sender)
    rows = rows_of(found.rows)
    if not as_json:
        rows = [_in_words(row) for row in _shown(rows)]
    zone = components.home.settings.timezone
    show_rows("Strays", STRAY_COLUMNS, rows, zone=zone, as_json=as_json)
    return _said_unreached(found.unreached)


def show_unclaimed(invocation: Invocation, name: str, *, as_json: bool) -> int | None:
    """Show what lies in the inboxes under a name; return the exit status, None where nothing does."""
    components = opening.open_components(invocation)
    found = naming.unclaimed(components, invocation.clock.now(), name)
    _said_unreached(found.unreached)
    if not (found.sets or found.strays):
        return TROUBLE if found.unreached else None
    if as_json:
        show_json(fields_of(found))
    else:
        _show(Sections(components.home.settings.timezone), found)
    return DONE


def _show(told: Sections, found: "Unclaimed") -> None:
    for one in found.sets:
        head = fields_of(one.set_) | {"folder": one.folder, "why": WHY[one.set_.why]}
        told.fields(f"In an inbox: {one.set_.name}", {**head, "ticket": "none: it was not claimed yet"})
        told.rows("Files", FILE_COLUMNS, map(_right, rows_of(one.files)))
    for stray in found.strays:
        told.fields(f"In an inbox, no part of a set: {stray.name}", _in_words(fields_of(stray)))


def _in_words(row: dict[str, object]) -> dict[str, object]:
    words = STRAY[StrayReason(str(row["why"]))]
    return _right(row) | {"why": f"{words}: {row['reason']}" if row["reason"] else words}


def _right(row: dict[str, object]) -> dict[str, object]:
    """Return a row with the right name of a file, or an example, as people read it."""
    right = row["right_name"] or (f"for example {row['example']}" if row["example"] else None)
    return {name: value for name, value in row.items() if name != "example"} | {"right_name": right}


def _shown(rows: Sequence[dict[str, object]]) -> Sequence[dict[str, object]]:
    if len(rows) > ROWS_SHOWN:
        say(f"{ROWS_SHOWN} of {len(rows)} rows are shown; --sender narrows them, --json shows all.")
    return rows[:ROWS_SHOWN]


def _said_unreached(unreached: Sequence[str]) -> int:
    for one in unreached:
        say(f"Not looked into: {one}")
    return TROUBLE if unreached else DONE
