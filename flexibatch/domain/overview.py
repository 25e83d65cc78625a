"""What the index of a bureau's pages tells: its sets, what waits, and the refused lines that are open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flexibatch.domain.case import Counts, Sender
from flexibatch.domain.inbox_contents import InboxContent
from flexibatch.domain.vocabulary import Environment

SETS_TOLD = 50
"""Sets that are told, the last ones that were treated; the others are counted."""
REFUSALS_FROM, REFUSALS_TOLD = 200, 100
"""Received sets of an environment, the last ones, whose refused lines are followed, and lines that are told."""

UNFOLLOWED_TOLD = 20
"""Sets with refused lines that cannot be followed, the last ones."""


@dataclass(frozen=True, slots=True)
class SetSummary:
    """A set in one row; `lead` names the sentence that its page begins with."""

    ticket: str
    name: str
    environment: Environment
    arrived_at: datetime
    decided_at: datetime | None
    lead: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class OpenRefusal:
    """A line that was refused, and none was accepted since under the same identity."""

    ticket: str
    name: str
    environment: Environment
    employer: str | None
    inss: str
    reference: str
    own: str | None
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnfollowedRefusals:
    """How many refused lines of a set cannot be followed: they were refused with their Form, or have no reference."""

    ticket: str
    name: str
    lines: int


@dataclass(frozen=True, slots=True)
class OpenRefusals:
    """The refused lines that are open, the last ones first, as many as are told, and whether there are more."""

    lines: tuple[OpenRefusal, ...] = ()
    more: bool = False
    unfollowed: tuple[UnfollowedRefusals, ...] = ()
    more_unfollowed: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the index of a bureau's pages tells; `more` counts the sets that are not listed.

    `named` are the names of those sets, by ticket, whose page may still be there.
    """

    sender: Sender
    sets: tuple[SetSummary, ...]
    more: int
    refusals: OpenRefusals = OpenRefusals()
    named: Mapping[str, str] = field(default_factory=dict)
    inboxes: Mapping[Environment, InboxContent] = field(default_factory=dict)
