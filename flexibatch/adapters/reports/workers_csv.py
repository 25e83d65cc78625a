"""The workers of a selection as CSV for a spreadsheet, in the form of the other sheets: see `page_csv`."""

from collections.abc import Iterable, Iterator

from flexibatch.adapters.reports.page_csv import BYTE_ORDER_MARK, csv_row, dotted_inss
from flexibatch.domain.selection import SelectedWorker


def workers_csv(workers: Iterable[SelectedWorker]) -> Iterator[bytes]:
    """Yield the CSV, a piece a worker; the columns have the names of the fields."""
    yield BYTE_ORDER_MARK
    yield csv_row(SelectedWorker._fields).encode()
    for worker in workers:
        yield csv_row(_values(worker)).encode()


def _values(worker: SelectedWorker) -> list[str]:
    return [
        dotted_inss(worker.inss),
        str(worker.periods),
        worker.first_day.isoformat(),
        worker.last_day.isoformat(),
        str(worker.days),
        "yes" if worker.late else "no",
        worker.conditions or "",
        str(worker.declared),
    ]
