"""Strays: what lies in an inbox and is no part of a set, why, and how a right name looks.

Source: docs/spec/channel.md, "File names", "Sets".
"""

from collections.abc import Sequence
from enum import StrEnum

from flexibatch.domain.findings import Finding
from flexibatch.domain.groups import BAD_NAME, DirectoryEntry, EntryKind
from flexibatch.domain.names import (
    INBOUND,
    InboxContext,
    is_temporary,
    kind_of,
    name_fault,
    parse_name,
    part_rules,
    set_rules,
)
from flexibatch.domain.vocabulary import FileKind, Subject


class StrayReason(StrEnum):
    """Name why something that lies in an inbox is no part of a set."""

    FOLDER = "folder"
    LINK = "link"
    SPECIAL = "special"
    UPLOADING = "uploading"
    UNREADABLE_NAME = "unreadable-name"
    TEMPORARY = "temporary"
    LETTERS = "letters"
    NAME = "name"
    REFUSED = "refused"
    """Its name begins as one of a set and breaks a rule: a sweep refuses it, with an answer."""

    @property
    def passing(self) -> bool:
        """Return whether it is what an upload in hand looks like."""
        return self in {StrayReason.UPLOADING, StrayReason.TEMPORARY}


def stray_reason(entry: DirectoryEntry) -> StrayReason:
    """Return why an entry belongs to no set.

    >>> [stray_reason(DirectoryEntry(name, 0)).value for name in ("go.flex.1", "wages.xlsx", "FI.FLEX.1.filepart")]
    ['letters', 'name', 'temporary']
    >>> stray_reason(DirectoryEntry("FI.FLEX", 0, EntryKind.LINK)).value
    'link'
    """
    if entry.kind is not EntryKind.FILE:
        return StrayReason(entry.kind.value)
    if is_temporary(entry.name):
        return StrayReason.TEMPORARY
    small = kind_of(entry.name) is None and kind_of(entry.name.upper()) is not None
    return StrayReason.LETTERS if small else StrayReason.NAME


def name_findings(text: str, place: InboxContext) -> tuple[Finding, ...]:
    """Return for what a sweep refuses a name; nothing for a right one, or for that of what is left alone."""
    parsed = parse_name(text)
    if parsed is not None:
        return tuple(
            name_fault(rule, parsed, place) for rule in (*set_rules(parsed, place), *part_rules(parsed))
        )
    kind = None if is_temporary(text) else kind_of(text)
    return (Finding(BAD_NAME[kind], tag=kind.value, value=text),) if kind in BAD_NAME and kind else ()


def right_name(text: str, place: InboxContext) -> str | None:
    """Return the right name that a name was meant to be: in capitals, without what was added; None where it is unknown.

    What a bureau puts under a name that is only guessed may be refused, or replace another file.
    """
    positions = [_first_word(one) for one in _positions(text)]
    nearest = ".".join(positions[: INBOUND[_kind(positions)]])
    return nearest if parse_name(nearest) is not None and not name_findings(nearest, place) else None


def _first_word(position: str) -> str:
    """Return a position without the mark of a second copy: `1 (1)` is 1."""
    return position.partition(" ")[0]


def _positions(text: str) -> list[str]:
    return text.lstrip(".").rstrip("~").upper().split(".")


def _kind(positions: Sequence[str]) -> FileKind:
    return next((one for one in INBOUND if one.value == positions[0]), FileKind.DATA)


def example_name(text: str, place: InboxContext) -> str:
    """Return an example of a right name, of the kind that a name begins as, of today and of an inbox."""
    kind = _kind(_positions(text.replace(" ", ".")))
    parts = "1.1" if INBOUND[kind] == INBOUND[FileKind.DATA] else "1"
    sender, day = place.sender, f"{place.today:%Y%m%d}"
    return f"{kind}.{Subject.DECLARATION}.{sender}.{day}.00001.{place.environment}.{parts}"
