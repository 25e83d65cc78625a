"""What becomes of a set in an inbox: when it is claimed if nothing more comes, and what it lacks until then."""

from dataclasses import dataclass

from flexibatch.domain.findings import Finding
from flexibatch.domain.groups import Group
from flexibatch.domain.sets import Found, Inbox, decide, lacking


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is claimed of a set: by the next sweep, or, where `until_ns` is told, by the first one from then on.

    `lacking` is what it is refused for then, unless that comes before.
    """

    found: Found
    until_ns: int | None
    lacking: tuple[Finding, ...]


def outlook(group: Group, *, received: bool, inbox: Inbox, now_ns: int) -> Outlook:
    """Return what becomes of a group: decided as a sweep decides, at every moment at which that may change."""
    group.bound()
    patience = inbox.patience
    waits = (
        *(patience.claim_delay, patience.settle_for, patience.go_grace),
        *(patience.stray_after, patience.incomplete_after),
    )
    changes = {changed_ns for _kind, _name, changed_ns in group.in_order}
    turns = sorted({now_ns, *(moment for at in changes for wait in waits if (moment := at + wait) > now_ns)})
    decided = ((moment, decide(group, received, inbox, moment)) for moment in turns)
    at, found = next((at, found) for at, found in decided if found is not None)
    unasked = found.silent or found.withdrawn
    return Outlook(found, at if at > now_ns else None, () if unasked else lacking(group, signed=inbox.signed))
