"""What operators are told beside an anomaly is looked up by the Form, on every engine."""

from sqlalchemy import event, select

from flexibatch.adapters.store import tables
from flexibatch.adapters.store.engine import Database
from flexibatch.adapters.store.forms import write_anomalies
from flexibatch.adapters.store.set_queue import stored_case
from flexibatch.domain.case import LocatedAnomaly
from flexibatch.domain.findings import Anomaly, Finding
from flexibatch.domain.vocabulary import AnomalyClass
from tests.doubles.numbers import worker_number
from tests.doubles.records import Records, go_name


def _statements(records: Records, lines: int) -> int:
    """Write that so many workers are not covered; count the statements this takes."""
    ticket = records.claim(go_name(lines))
    told = Anomaly(Finding("dimona-none"), "00024-152", AnomalyClass.BLOCKING, "what", "remedy")
    found = [LocatedAnomaly(told, inss=worker_number(number), line=number) for number in range(lines)]
    seen: list[str] = []
    with records.database.writing() as connection:
        case = stored_case(connection, ticket)
        event.listen(connection, "before_cursor_execute", lambda *said: seen.append(said[2]))
        write_anomalies(connection, case, found)
    return len(seen)


def test_the_notes_of_many_workers_take_the_statements_of_one(database: Database) -> None:
    """A Form in which nobody is covered costs no query a line."""
    records = Records(database)
    assert _statements(records, 1) == _statements(records, 200)
    with database.reading() as connection:
        notes = set(connection.scalars(select(tables.anomaly.c.note)))
    assert {"unknown to the register"} == notes
