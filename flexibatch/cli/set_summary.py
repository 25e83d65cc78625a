"""What is told of a set before all else: what was decided, and what an operator or the bureau can do."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flexibatch.domain.vocabulary import SetState

if TYPE_CHECKING:
    from flexibatch.services.sets import RunRow, SetDetails

MEANT = {
    SetState.CLAIMING: "its claim was cut short; the next sweep completes it",
    SetState.CLAIMED: "it waits for its verdict",
    SetState.REFUSED: "it was refused whole: nothing in it was taken over",
    SetState.SETTLED: "it was read to the end; every line has its outcome",
    SetState.WITHDRAWN: "its bureau took it back before the claim",
    SetState.QUARANTINE: "it met a bug, or took too much, again and again",
    SetState.RECORDED: "it is kept, and not answered",
}


def summary_of(details: "SetDetails", run: "RunRow | None") -> dict[str, object]:
    """Return what was decided about a set, in words."""
    told: dict[str, object] = {"state": f"{details.state}: {MEANT[SetState(details.state)]}"}
    if run is not None:
        told["verdict"] = f"{run.verdict}, by run {run.number} of {len(details.runs)}"
    if run is not None and run.lines:
        parts = {"accepted": run.accepted, "unchanged": run.unchanged, "refused": run.refused}
        became = ", ".join(f"{number} {word}" for word, number in parts.items() if number)
        told["lines"] = f"{run.lines}: {became}"
    if details.reason:
        told["reason"] = details.reason
    return told


def what_to_do(details: "SetDetails", run: "RunRow | None") -> Iterator[str]:
    """Yield what an operator can do about a set, a sentence a line."""
    ticket, state = details.ticket, SetState(details.state)
    if state is SetState.QUARANTINE:
        yield f"To do: `flexibatch quarantine release {ticket}` when its cause is mended, or `quarantine discard`."
    elif state in {SetState.CLAIMING, SetState.CLAIMED}:
        yield f"To do: nothing; `flexibatch list --waiting --sender {details.sender}` tells what it waits for."
    elif run is not None and run.published_at is None:
        yield "To do: `flexibatch sweep` puts its answers out."
    elif state is SetState.SETTLED and run is not None and run.refused:
        yield (
            f"To do: the bureau sends corrected lines; `flexibatch rerun {ticket} --dry-run` shows what the register "
            f"and mandates of today would change, `flexibatch show {ticket} --lines` every line."
        )
    elif state is SetState.REFUSED:
        yield "To do: the bureau mends what the codes say, and sends a new set under a new sequence number."
