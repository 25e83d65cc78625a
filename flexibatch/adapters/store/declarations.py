"""The declarations as operators see them: in force or not, their versions, who sent them; beside Dimona."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from flexibatch.adapters.store.bulk import BATCH
from flexibatch.adapters.store.identities import current_persons
from flexibatch.adapters.store.register import known_persons, show
from flexibatch.adapters.store.rows import PlainRow, all_shown
from flexibatch.adapters.store.tables import (
    declaration,
    employer,
    employer_number,
    file_set,
    form,
    form_run,
    replacement,
    version,
)
from flexibatch.adapters.store.versions import CONTENT, TOTAL, versions_of
from flexibatch.domain.identifiers import is_inss, normal_company, normal_nsso, normal_reference
from flexibatch.domain.vocabulary import Environment, Operation
from flexibatch.errors import Refusal

# --------------------------------------------------------------------------------------------------- the list


@dataclass(frozen=True, slots=True)
class WantedDeclarations:
    """Say which declarations are asked for: all conditions must hold, None sets none.

    `sender` made any of their versions; `employer` is an NSSO or enterprise number of the employer, `inss`
    any number of the worker; `reference` is the UUID in either case, or the declarant's own reference or that of the
    Form, of any version. Those that are cancelled are left out unless asked for.
    """

    sender: str | None = None
    employer: str | None = None
    reference: str | None = None
    environment: Environment | None = None
    inss: str | None = None
    cancelled: bool = False

    def conditions(self, connection: Connection) -> list[ColumnElement[bool]]:
        """Return the conditions on `declaration` and its last `version`; raise `Refusal` for a wrong number."""
        world, employers = self.environment, declaration.c.employer_id
        conditions = [
            declaration.c.environment == world.value if world is not None else None,
            _sent_by(self.sender) if self.sender is not None else None,
            employers.in_(employers_of(connection, self.employer)) if self.employer is not None else None,
            _referred(self.reference) if self.reference is not None else None,
            declaration.c.person == person_of(connection, self.inss) if self.inss is not None else None,
            None if self.cancelled else version.c.operation != Operation.CANCELLATION,
        ]
        return [one for one in conditions if one is not None]


def list_declarations(
    connection: Connection, wanted: WantedDeclarations, *, limit: int | None = None
) -> list[PlainRow]:
    """Return declarations with their last version, in the order in which those arrived.

    `limit` keeps the latest. Amounts are eurocents.
    """
    query = (
        _declared()
        .where(*wanted.conditions(connection))
        .order_by(version.c.arrival.desc(), version.c.form_id.desc(), version.c.line.desc())
        .limit(limit)
    )
    return _with_employers(connection, all_shown(connection.execute(query))[::-1])


def _declared() -> Select[Any]:
    """Select declarations with their last version and who sent it."""
    other = version.alias("other")
    newest = select(func.max(other.c.number)).where(other.c.declaration == declaration.c.ticket)
    last = and_(
        version.c.declaration == declaration.c.ticket,
        version.c.number == newest.correlate(declaration).scalar_subquery(),
    )
    return (
        select(
            *(column for column in declaration.c if column is not declaration.c.reference),
            func.coalesce(version.c.reference, declaration.c.reference).label("reference"),
            version.c.number.label("version"),
            version.c.operation,
            (version.c.operation != Operation.CANCELLATION).label("in_force"),
            *CONTENT,
            TOTAL,
            file_set.c.sender,
            file_set.c.ticket.label("set_ticket"),
            file_set.c.arrived_at,
        )
        .select_from(declaration)
        .join(version, last)
        .join(form, form.c.id == version.c.form_id)
        .join(file_set, file_set.c.ticket == form.c.set_ticket)
    )


def _referred(text: str) -> ColumnElement[bool]:
    """Find a declaration by any reference that a version of it was sent with."""
    other, of_form = version.alias("referred"), form_run.alias("form_of")
    one_of_them = or_(other.c.reference == text, other.c.own_reference == text, of_form.c.reference == text)
    by_version = (
        select(other.c.number)
        .join(of_form, and_(of_form.c.form_id == other.c.form_id, of_form.c.run == other.c.run))
        .where(other.c.declaration == declaration.c.ticket, one_of_them)
        .correlate(declaration)
        .exists()
    )
    return or_(declaration.c.reference == normal_reference(text), by_version)


def _sent_by(sender_number: str) -> ColumnElement[bool]:
    other = version.alias("sent")
    return (
        select(other.c.number)
        .select_from(other)
        .join(form, form.c.id == other.c.form_id)
        .join(file_set, file_set.c.ticket == form.c.set_ticket)
        .where(other.c.declaration == declaration.c.ticket, file_set.c.sender == sender_number)
        .correlate(declaration)
        .exists()
    )


def employers_of(connection: Connection, number: str) -> list[int]:
    """Find the employers a number may mean: NSSO and enterprise numbers have the same shape."""
    if not number.isascii() or not number.isdigit():
        raise Refusal(
            f"{number!r} is no employer's number. Give an NSSO or enterprise number, such as 0400.100.749."
        )
    query = (
        select(employer.c.id)
        .outerjoin(employer_number, employer_number.c.employer_id == employer.c.id)
        .where(
            or_(
                employer.c.company_id == normal_company(number),
                employer_number.c.nsso_number == normal_nsso(number),
            )
        )
    )
    return list(connection.scalars(query.distinct()))


def person_of(connection: Connection, inss: str) -> str:
    """Return the current number of a person; raise `Refusal`, in which no number is told, for what is none."""
    if not is_inss(inss):
        raise Refusal("That is no worker's number (11 digits): check digits and length.")
    return current_persons(connection, [inss]).get(inss, inss)


def _with_employers(connection: Connection, rows: list[PlainRow]) -> list[PlainRow]:
    """Put the employer's numbers in the place of its id."""
    known = _employer_numbers(connection, sorted({row["employer_id"] for row in rows}))
    return [_named(row, known) for row in rows]


def _named(row: PlainRow, known: Mapping[int, PlainRow]) -> PlainRow:
    return {key: value for key, value in row.items() if key != "employer_id"} | known[row["employer_id"]]


def _employer_numbers(connection: Connection, ids: Sequence[int]) -> dict[int, PlainRow]:
    numbers: dict[int, PlainRow] = {}
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        companies = select(employer.c.id, employer.c.company_id).where(employer.c.id.in_(some))
        numbers.update(
            (row.id, {"company": row.company_id, "nsso": []}) for row in connection.execute(companies)
        )
        nsso = select(employer_number).where(employer_number.c.employer_id.in_(some))
        for row in connection.execute(nsso.order_by(employer_number.c.nsso_number)):
            numbers[row.employer_id]["nsso"].append(row.nsso_number)
    return numbers


# -------------------------------------------------------------------------------------------- one declaration


def show_declaration(connection: Connection, ticket: str) -> PlainRow:
    """Return a declaration with all its `versions`, first to last.

    Each tells who sent it (set, Form, line, run) and holds its `qualities` with their `elements`.
    Raise `Refusal` where no declaration has the ticket.
    """
    wanted = ticket.upper()
    rows = all_shown(connection.execute(_declared().where(declaration.c.ticket == wanted)))
    if not rows:
        raise _unknown(connection, wanted)
    told = _with_employers(connection, rows)[0]
    return told | {"versions": versions_of(connection, [wanted])[wanted]}


def _unknown(connection: Connection, ticket: str) -> Refusal:
    of_set = select(file_set.c.ticket).where(file_set.c.ticket == ticket)
    of_form = select(form.c.ticket).where(form.c.ticket == ticket)
    if connection.scalar(of_set.union_all(of_form)):
        return Refusal(f"{ticket} is the ticket of a set or a Form. `flexibatch show {ticket}` shows it.")
    return Refusal(
        f"No declaration has the ticket {ticket!r}. `flexibatch declarations list` finds it by employer, "
        "reference or worker; a refused line has no ticket."
    )


# ------------------------------------------------------------------------------------------------- one worker


def worker(connection: Connection, inss: str) -> PlainRow:
    """Return a worker's `declarations`, with `versions`, beside the `periods` of the register.

    Any of the worker's numbers finds them: `person` is the current one, `former` the replaced ones. Raise
    `Refusal` for what is no number, and for a worker whom neither the register nor a declaration knows.
    """
    found = beside_dimona(connection, person_of(connection, inss))
    if not (found["former"] or found["periods"] or found["declarations"]):
        raise Refusal("Neither the register nor any declaration knows that worker.")
    return found


def beside_dimona(connection: Connection, person: str) -> PlainRow:
    """Return what `worker` gives for a current number, with empty lists for a person whom nothing knows."""
    declared = list_declarations(connection, WantedDeclarations(inss=person, cancelled=True))
    versions = versions_of(connection, [one["ticket"] for one in declared])
    for one in declared:
        one["versions"] = versions[one["ticket"]]
    linked = connection.scalar(
        select(replacement.c.old_inss).where(replacement.c.current_inss == person).limit(1)
    )
    known = show(connection, person) if linked or known_persons(connection, [person]) else None
    return {
        "person": person,
        "former": list(known.former) if known else [],
        "declarations": declared,
        "periods": [asdict(period) for period in known.periods] if known else [],
    }
