"""Whom an employer can declare in a range of days, and a document that declares those who were forgotten."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import BinaryIO

from flexibatch.adapters.store.selection import known_employer, workers_with_periods
from flexibatch.domain.counting import LINES_LIMIT
from flexibatch.domain.employers import Numbers
from flexibatch.domain.flxwage.skeleton import (
    SkeletonForm,
    SkeletonLine,
    debtor_of,
    require_calculable,
    require_quality,
)
from flexibatch.domain.selection import SelectedWorker, selected_worker, selection_range
from flexibatch.domain.vocabulary import Environment
from flexibatch.errors import Refusal
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import Home


@dataclass(frozen=True, slots=True)
class WantedWorkers:
    """Say which workers are asked for: of an employer, by either number, from a day until a day.

    Declarations count that are in force in `environment`; `undeclared` keeps workers who have none.
    """

    employer: str
    first: date
    last: date
    environment: Environment = Environment.REAL
    undeclared: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """The employer's numbers, and its workers by current number, as they are read."""

    employer: Numbers
    workers: Iterator[SelectedWorker]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A document that lacks the amounts: its pieces, how many lines; `more` that other workers did not fit in."""

    schema: str
    lines: int
    more: bool
    pieces: Iterator[str]


@contextmanager
def selected_workers(home: Home, wanted: WantedWorkers) -> Iterator[Selection]:
    """Open a selection: workers are read as they are asked for, of the register as it stands when it is opened.

    Raise `Refusal` for a range that is none, a number that is no known employer's, and for a third payer.
    """
    asked = selection_range(wanted.first, wanted.last)
    with home.database.looking() as connection:
        employer = known_employer(connection, wanted.employer)
        if employer.employer_id is None or employer.third_payer:
            raise Refusal(
                f"{wanted.employer} is the number of a third payer, which has no Dimona: its workers are those of "
                "other employers, so ask for one of these."
            )
        found = workers_with_periods(connection, employer.employer_id, wanted.environment, asked)
        workers = (selected_worker(one.person, one.periods, asked, one.declared) for one in found)
        kept = (one for one in workers if one and not (wanted.undeclared and one.declared))
        yield Selection(_named(wanted.employer, employer.numbers), kept)


def _named(asked: str, known: Numbers) -> Numbers:
    """Return the numbers to name the employer by: an NSSO number only where it was asked by that one."""
    return known if known.nsso == asked.lstrip("0") else known._replace(nsso=None)


def write_csv(workers: Iterable[SelectedWorker], file: BinaryIO) -> int:
    """Write workers as CSV for a spreadsheet; return how many there were."""
    from flexibatch.adapters.reports.workers_csv import workers_csv  # noqa: PLC0415 - only a sheet waits for it

    head = 2
    return sum(1 for _ in map(file.write, workers_csv(workers))) - head


def skeleton(
    components: Components, wanted: WantedWorkers, employer_class: str, worker_code: str
) -> Skeleton:
    """Make a document of one original per worker who is not declared, as many as one document may hold.

    Raise `Refusal` where nobody is to be declared, and where no calculation of today could be accepted.
    """
    home, references = components.home, components.outside.references
    made_at = components.outside.clock.now().astimezone(home.settings.timezone)
    asked = selection_range(wanted.first, wanted.last)
    require_calculable(asked, made_at.date())
    require_quality(employer_class, worker_code, asked, components.categories)
    schema = _newest_version(components, made_at.date())
    with selected_workers(home, wanted) as selection:
        employer = debtor_of(selection.employer)
        found = list(islice(selection.workers, LINES_LIMIT + 1))
    if not found:
        raise Refusal(
            f"Nobody is to be declared: every worker with a flexi period from {wanted.first} until {wanted.last}, if "
            "there is one, has a declaration in force. No file was written."
        )
    lines = [
        SkeletonLine(one.inss, references.new(), one.first_day, one.last_day) for one in found[:LINES_LIMIT]
    ]
    form = SkeletonForm(schema, made_at, employer, asked, employer_class, worker_code)
    from flexibatch.adapters.xml.skeleton import skeleton_text  # noqa: PLC0415 - only a document waits for it

    return Skeleton(schema, len(lines), len(found) > LINES_LIMIT, skeleton_text(form, lines))


def _newest_version(components: Components, today: date) -> str:
    opened = list(components.schemas.versions.open_on(today))
    if not opened:
        raise Refusal(f"No version of the message is open on {today}: look at versions.toml.")
    return opened[-1].name
