"""What became of the sets of one day, counted by sender."""

from datetime import date

from sqlalchemy import Connection, and_, func, select

from flexibatch.adapters.store.rows import PlainRow, all_shown
from flexibatch.adapters.store.sets import is_last_run
from flexibatch.adapters.store.tables import file_set, run
from flexibatch.domain.vocabulary import SetState


def counts_of_day(connection: Connection, day: date) -> list[PlainRow]:
    """Return by sender how many sets of a day were received, accepted in part, and refused whole."""
    partly = and_(file_set.c.state == SetState.SETTLED, run.c.refused > 0)
    query = (
        select(
            file_set.c.sender,
            func.count().label("received"),
            func.count().filter(partly).label("partly"),
            func.count().filter(file_set.c.state == SetState.REFUSED).label("refused"),
        )
        .select_from(file_set)
        .outerjoin(run, is_last_run())
        .where(file_set.c.received_on == day)
        .group_by(file_set.c.sender)
    )
    return all_shown(connection.execute(query))
