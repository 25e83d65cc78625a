"""Write the verdict of a run: counts, provenance, answers, and the state of its set."""

from dataclasses import asdict

from sqlalchemy import Connection, bindparam, insert, select, update

from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.forms import write_anomalies
from flexibatch.adapters.store.tables import acknowledgement, answer, file_set, run
from flexibatch.domain.case import LocatedAnomaly, Verdict
from flexibatch.domain.vocabulary import SetState, Subject

SETTLED_AS = {
    "received": SetState.SETTLED,
    "refused": SetState.REFUSED,
    "withdrawn": SetState.WITHDRAWN,
    "recorded": SetState.RECORDED,
}
_SETTLED = (
    update(file_set)
    .where(file_set.c.ticket == bindparam("set_ticket"))
    .values(attempts=0, troubles=0, not_before=None, reason=None)
)
"""Made once: to make a statement costs more than to run it."""


def write_verdict(connection: Connection, verdict: Verdict) -> None:
    """Write the verdict of the run: counts, provenance, answers, state."""
    case, counts, provenance = verdict.case, verdict.counts, verdict.provenance
    register_at = provenance.register if provenance else None
    row = {
        "set_ticket": case.ticket,
        "number": case.run,
        "verdict": verdict.state,
        "decided_at": stored(verdict.decided_at),
        "sha256": provenance.sha256 if provenance else None,
        "schema": provenance.schema if provenance else None,
        "catalogue": provenance.catalogue if provenance else None,
        "register_at": stored(register_at) if register_at else None,
        **asdict(counts),
    }
    connection.execute(insert(run), row)
    write_anomalies(connection, case, [LocatedAnomaly(fault) for fault in verdict.faults])
    _write_answers(connection, verdict)
    if case.subject is Subject.ACKNOWLEDGEMENT:
        _record(connection, verdict)
    passed = case.passed or verdict.state == "received"
    settled = {"set_ticket": case.ticket, "state": SETTLED_AS[verdict.state], "passed": passed}
    connection.execute(_SETTLED, settled)


def _write_answers(connection: Connection, verdict: Verdict) -> None:
    case = verdict.case
    rows = [
        {
            "set_ticket": case.ticket,
            "run": case.run,
            "subject": one.subject.value,
            "sender": case.sender.number,
            "environment": case.environment.value,
            "name": one.name,
            "sha256": one.sha256,
            "size": one.size,
            "signature": one.signature,
        }
        for one in verdict.answers
    ]
    if rows:
        connection.execute(insert(answer), rows)


def _record(connection: Connection, verdict: Verdict) -> None:
    """Record a bureau's acknowledgement with the answer it names."""
    case = verdict.case
    named = connection.execute(
        select(answer.c.name, answer.c.set_ticket).where(
            answer.c.sender == case.sender.number,
            answer.c.environment == case.environment.value,
            answer.c.name == verdict.acknowledges,
        )
    ).first()
    connection.execute(
        insert(acknowledgement).values(
            set_ticket=case.ticket,
            answer_name=verdict.acknowledges,
            answer_ticket=named.set_ticket if named else None,
            recorded_at=stored(verdict.decided_at),
        )
    )
