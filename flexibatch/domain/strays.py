"""Strays: what lies in an inbox and is no part of a set, why, and how a right name looks.

Source: docs/spec/channel.md, "File names", "Sets".
"""

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


def right_name(text: str, place: InboxContext) -> str:
    """Return the right name nearest to one: in capitals, without what was added; else an example of its kind."""
    positions = text.lstrip(".").rstrip("~").upper().split(".")
    kind = next((one for one in INBOUND if one.value == positions[0]), FileKind.DATA)
    nearest = ".".join(positions[: INBOUND[kind]])
    if parse_name(nearest) is not None and not name_findings(nearest, place):
        return nearest
    parts = "1.1" if INBOUND[kind] == INBOUND[FileKind.DATA] else "1"
    sender, day = place.sender, f"{place.today:%Y%m%d}"
    return f"{kind}.{Subject.DECLARATION}.{sender}.{day}.00001.{place.environment}.{parts}"
