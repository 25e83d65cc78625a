"""What became of a set, in one word: from where it stands and the counts of its last run."""

from flexibatch.domain.vocabulary import SetOutcome

RECEIVED = frozenset({"received", "settled"})
"""The verdict of a run that was read to the end, and the state of its set."""


def set_outcome(state: str, *, standing: int, refused: int) -> SetOutcome | None:
    """Return what became of a set with so many lines that stand and that were refused; None where it is not decided.

    `state` is the set's, or the verdict of its run. A set of which every line was refused is refused.

    >>> set_outcome("received", standing=16, refused=5), set_outcome("settled", standing=0, refused=5)
    (<SetOutcome.PARTLY: 'partly'>, <SetOutcome.REFUSED: 'refused'>)
    >>> set_outcome("claimed", standing=0, refused=0), set_outcome("received", standing=0, refused=0)
    (None, <SetOutcome.ACCEPTED: 'accepted'>)
    """
    if state not in RECEIVED:
        return SetOutcome(state) if state in set(SetOutcome) else None
    if not refused:
        return SetOutcome.ACCEPTED
    return SetOutcome.PARTLY if standing else SetOutcome.REFUSED
