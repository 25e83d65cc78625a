"""Who is who: one employer however it is named, one person whatever number it had.

Only an import or a mandate links numbers; a declaration never does.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, insert, or_, select, update

from flexibatch.adapters.store.bulk import Among
from flexibatch.adapters.store.tables import (
    declaration,
    employer,
    employer_number,
    form_run,
    mandate,
    period,
    refused_line,
    replacement,
)
from flexibatch.domain.employers import Numbers
from flexibatch.domain.identifiers import UUID_LENGTH, normal_company, normal_nsso
from flexibatch.errors import Refusal
from flexibatch.ports import EmployerMatch

_HERE, _THERE = declaration.alias("here"), declaration.alias("there")
_OF_EMPLOYER = (period, mandate, declaration, form_run, refused_line, employer_number)
_OF_PERSON = (period, declaration, refused_line)
_BY_NSSO = select(employer_number.c.employer_id, employer_number.c.third_payer).where(
    employer_number.c.nsso_number == bindparam("nsso")
)
_NUMBERS = (
    select(employer.c.company_id, employer_number.c.nsso_number)
    .outerjoin(employer_number, employer_number.c.employer_id == employer.c.id)
    .where(employer.c.id == bindparam("employer_id"))
    .limit(2)
)
_BY_COMPANY = select(employer.c.id).where(employer.c.company_id == bindparam("company"))


@dataclass(frozen=True, slots=True)
class Linked:
    """Which employer two numbers belong to from now on, and which one went up in it."""

    employer_id: int
    merged: int | None = None


# ------------------------------------------------------------------------------------------------ employers


def find_employer(connection: Connection, nsso: str | None, company: str | None) -> EmployerMatch:
    """Find the employer of an NSSO and an enterprise number, either of them possibly unknown (None, "", "0").

    Two known numbers of different employers are a conflict; a number that was never seen says nothing.
    """
    nsso, company = _numbers(nsso, company)
    row = connection.execute(_BY_NSSO, {"nsso": nsso}).first() if nsso is not None else None
    by_company = _by_company(connection, company)
    if row is None:
        return EmployerMatch(by_company, _known_numbers(connection, by_company))
    if by_company not in {None, row.employer_id}:
        return EmployerMatch(None, rivals=(row.employer_id, by_company or 0), third_payer=row.third_payer)
    known = _known_numbers(connection, row.employer_id)
    return EmployerMatch(row.employer_id, known._replace(nsso=nsso), third_payer=row.third_payer)


def _known_numbers(connection: Connection, employer_id: int | None) -> Numbers:
    """Return the numbers of an employer; of several NSSO numbers none is the one."""
    if employer_id is None:
        return Numbers()
    rows = connection.execute(_NUMBERS, {"employer_id": employer_id}).all()
    return Numbers(rows[0].nsso_number if len(rows) == 1 else None, rows[0].company_id)


def link_employer(connection: Connection, nsso: str | None, company: str | None) -> int:
    """Find or make the employer of one or two numbers, and remember that two of them are one employer.

    Raise `Refusal` when the NSSO number is another enterprise's, or when two declarations would become one.
    """
    return link_numbers(connection, nsso, company).employer_id


def link_numbers(connection: Connection, nsso: str | None, company: str | None) -> Linked:
    """Do what `link_employer` does, and tell besides whether two employers became one."""
    nsso, company = _numbers(nsso, company)
    by_nsso, by_company = _by_nsso(connection, nsso), _by_company(connection, company)
    if by_nsso is None:
        return Linked(_add(connection, by_company, nsso, company))
    if company is None or by_nsso == by_company:
        return Linked(by_nsso)
    _refuse_second_enterprise(connection, by_nsso, nsso, company)
    if by_company is None:
        connection.execute(update(employer).where(employer.c.id == by_nsso).values(company_id=company))
        return Linked(by_nsso)
    _merge(connection, by_nsso, by_company)
    return Linked(by_company, by_nsso)


def _numbers(nsso: str | None, company: str | None) -> tuple[str | None, str | None]:
    known = nsso if nsso and nsso.strip("0") else None
    return normal_nsso(known) if known else None, normal_company(company) if company else None


def _by_nsso(connection: Connection, nsso: str | None) -> int | None:
    if nsso is None:
        return None
    found: int | None = connection.scalar(_BY_NSSO, {"nsso": nsso})
    return found


def _by_company(connection: Connection, company: str | None) -> int | None:
    if company is None:
        return None
    return connection.scalar(_BY_COMPANY, {"company": company})


def _add(connection: Connection, known: int | None, nsso: str | None, company: str | None) -> int:
    """Make the employer unless its enterprise number is known, and give it its NSSO number."""
    if known is None:
        if nsso is None and company is None:
            raise Refusal("Neither an NSSO number nor an enterprise number was given. Give at least one.")
        made = connection.execute(insert(employer).values(company_id=company)).inserted_primary_key
        known = int(made[0]) if made else 0
    if nsso is not None:
        connection.execute(insert(employer_number).values(nsso_number=nsso, employer_id=known))
    return known


def _refuse_second_enterprise(
    connection: Connection, employer_id: int, nsso: str | None, company: str
) -> None:
    own = connection.scalar(select(employer.c.company_id).where(employer.c.id == employer_id))
    if own is not None:
        raise Refusal(
            f"NSSO number {nsso} belongs to enterprise {own} already, so it cannot belong to {company}. "
            "Correct one of the two numbers."
        )


def _merge(connection: Connection, gone: int, kept: int) -> None:
    _refuse_same_reference(
        connection,
        and_(_HERE.c.employer_id == gone, _THERE.c.employer_id == kept, _HERE.c.person == _THERE.c.person),
        "the two employers",
    )
    for table in _OF_EMPLOYER:
        connection.execute(update(table).where(table.c.employer_id == gone).values(employer_id=kept))
    connection.execute(delete(employer).where(employer.c.id == gone))


def _refuse_same_reference(connection: Connection, paired: ColumnElement[bool], parties: str) -> None:
    """Refuse a link when declarations on both sides share a reference; `paired` joins _HERE and _THERE."""
    # A UUID has 36 characters and is one whatever its case; of references that old releases took, none is too many.
    uuids = and_(
        func.lower(_HERE.c.reference) == func.lower(_THERE.c.reference),
        func.length(_HERE.c.reference) == UUID_LENGTH,
    )
    alike = or_(_HERE.c.reference == _THERE.c.reference, uuids)
    same = and_(_HERE.c.environment == _THERE.c.environment, alike)
    found = connection.execute(
        select(_HERE.c.ticket, _THERE.c.ticket).select_from(_HERE.join(_THERE, and_(same, paired))).limit(1)
    ).first()
    if found is not None:
        raise Refusal(
            f"Linking {parties} would make one of the declarations {found[0]} and {found[1]}, which have the "
            "same reference. Leave the two unlinked and ask the bureau which of the declarations stands."
        )


# -------------------------------------------------------------------------------------------------- persons


def link_persons(connection: Connection, old: str, new: str, on: date | None) -> bool:
    """Remember that a worker's number was replaced, and return whether that is news; what was known moves along.

    Chains are flattened. Raise `Refusal` for a circle, for a number that another one replaced already, and
    when two declarations would become one. Numbers are never told in it.
    """
    current = current_persons(connection, [old, new])
    target = current.get(new, new)
    if old in current:
        if current[old] != target:
            raise Refusal("The old number was replaced by another one already. Correct the pair.")
        return False
    if target == old:
        raise Refusal("The new number was itself replaced by the old one, or is the same. Correct the pair.")
    paired = and_(
        _HERE.c.person == old, _THERE.c.person == target, _HERE.c.employer_id == _THERE.c.employer_id
    )
    _refuse_same_reference(connection, paired, "the two numbers of this worker")
    chained = replacement.c.current_inss == old
    connection.execute(update(replacement).where(chained).values(current_inss=target))
    row = {"old_inss": old, "new_inss": new, "current_inss": target, "replaced_on": on}
    connection.execute(insert(replacement).values(**row))
    for table in _OF_PERSON:
        connection.execute(update(table).where(table.c.person == old).values(person=target))
    return True


_REPLACED = Among(select(replacement.c.old_inss, replacement.c.current_inss), replacement.c.old_inss)


def current_persons(connection: Connection, inss: Collection[str]) -> dict[str, str]:
    """Return the current number of every replaced one; those that are not replaced are left out."""
    return {row[0]: row[1] for row in _REPLACED.rows(connection, inss)}
