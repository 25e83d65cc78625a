"""Put the answers of a set down again: all its runs, the same names, the same bytes."""

from dataclasses import dataclass

from flexibatch.adapters.store.audit import note
from flexibatch.domain.case import Verdict
from flexibatch.domain.operators import By
from flexibatch.domain.vocabulary import Environment
from flexibatch.errors import Refusal, Remedy
from flexibatch.ports import Stream
from flexibatch.services.sets import SetDetails, show_set
from flexibatch.wiring.components import Components


@dataclass(frozen=True, slots=True)
class Republished:
    """Which answers of a set are out again, by the names of their files."""

    ticket: str
    answers: tuple[str, ...]


def republish(components: Components, by: By, word: str) -> Republished:
    """Put down the answers of the set that a ticket or name speaks of; return their names.

    Raise `Refusal` for a set whose answers were purged, and for one that has no verdict yet.
    """
    found = show_set(components.home, word)
    _refuse_without_answers(found, word)
    with components.home.database.writing() as connection:
        note(connection, by, "republish", found.ticket, runs=len(found.runs))
    with components.locks.publishing(Stream(found.sender, Environment(found.environment))):
        verdicts = [components.queue.settled(found.ticket, run.number).verdict for run in found.runs]
        for verdict in verdicts:
            components.outbox.publish(verdict)
    return Republished(found.ticket, tuple(name for verdict in verdicts for name in _names(verdict)))


def _refuse_without_answers(found: SetDetails, word: str) -> None:
    if found.purged_at is not None:
        raise Refusal(f"The answers of set {word} were purged", remedy=Remedy.SHOW_VERDICT, about=word)
    if not found.runs:
        raise Refusal(f"Set {word} has no verdict yet, so there is nothing to publish again.")


def _names(verdict: Verdict) -> list[str]:
    return [name for one in verdict.answers for name, _sha256 in one.files]
