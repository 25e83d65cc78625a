"""What one sweep did, in numbers."""

from dataclasses import asdict, dataclass

from flexibatch.domain.case import Verdict


@dataclass(slots=True)
class SweepResult:
    """Count what one sweep did.

    `waiting` are sets that could not be settled now, `unreached` inboxes that could not be looked into. One that was
    `cut_short` left sets to the next, which is due at once; one `without_room` took nothing in.
    """

    claimed: int = 0
    settled: int = 0
    refused: int = 0
    withdrawn: int = 0
    lines_refused: int = 0
    quarantined: int = 0
    waiting: int = 0
    unpublished: int = 0
    unreached: int = 0
    cut_short: bool = False
    without_room: bool = False

    @property
    def clean(self) -> bool:
        """Return whether nothing was refused and nothing failed."""
        trouble = self.quarantined or self.waiting or self.unpublished or self.unreached or self.without_room
        return not (self.refused or self.lines_refused or trouble)

    def counts(self) -> dict[str, int]:
        """Return all counts by name."""
        return {name: count for name, count in asdict(self).items() if not isinstance(count, bool)}

    def count(self, verdict: Verdict) -> None:
        """Count a settled set."""
        self.settled += 1
        self.refused += verdict.state == "refused"
        self.withdrawn += verdict.state == "withdrawn"
        self.lines_refused += verdict.counts.refused
