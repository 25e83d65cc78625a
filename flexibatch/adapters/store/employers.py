"""Employers as operators see them: their numbers, and which of these are third payers'.

Source: docs/spec/message.md, "Third payers".
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from flexibatch.adapters.store import identities
from flexibatch.adapters.store.audit import By, note
from flexibatch.adapters.store.bulk import BATCH
from flexibatch.adapters.store.rows import PlainRow, all_shown
from flexibatch.adapters.store.tables import declaration, employer, employer_number, mandate, period
from flexibatch.errors import Refusal


def mark_third_payer(connection: Connection, by: By, nsso: str, *, third_payer: bool) -> bool:
    """Say whether an NSSO number (in its normal form) is a third payer's; tell whether that is news.

    A number that is not known yet is registered with it; raise `Refusal` where a mark is taken from such a one.
    """
    mine = employer_number.c.nsso_number == nsso
    known = connection.scalar(select(employer_number.c.third_payer).where(mine))
    if known is third_payer:
        return False
    if known is None:
        if not third_payer:
            raise Refusal(
                f"NSSO number {nsso} is not known: `flexibatch employer list` shows those that are."
            )
        identities.link_employer(connection, nsso, None)
    connection.execute(update(employer_number).where(mine).values(third_payer=third_payer))
    note(connection, by, "employer set", nsso, third_payer=third_payer)
    return True


def list_employers(
    connection: Connection, *, third_payers: bool = False, limit: int | None = None
) -> list[PlainRow]:
    """Return employers as they were first heard of, each with its `company` and `nsso` numbers.

    `third_payer` lists those of its NSSO numbers that are marked; `third_payers` keeps employers that have one,
    `limit` the latest.
    """
    query: Select[Any] = select(employer.c.id, employer.c.company_id.label("company")).order_by(
        employer.c.id.desc()
    )
    if third_payers:
        marked = select(employer_number.c.employer_id).where(employer_number.c.third_payer)
        query = query.where(employer.c.id.in_(marked))
    rows = all_shown(connection.execute(query.limit(limit)))[::-1]
    return _with_numbers(connection, rows)


def show_employer(connection: Connection, nsso: str | None, company: str | None) -> PlainRow:
    """Return the employer of one or two numbers, with how many periods, mandates and declarations it has.

    Raise `Refusal` where no employer has the numbers, or two have them.
    """
    employer_match = identities.find_employer(connection, nsso, company)
    if employer_match.conflict:
        raise Refusal("The two numbers belong to different employers: give one of them.")
    if employer_match.employer_id is None:
        raise Refusal(
            "No employer has this number: one is known from a Dimona import, a mandate or `employer set` on."
        )
    mine = select(employer.c.id, employer.c.company_id.label("company")).where(
        employer.c.id == employer_match.employer_id
    )
    [found] = _with_numbers(connection, all_shown(connection.execute(mine)))
    counted = (("periods", period), ("mandates", mandate), ("declarations", declaration))
    counts = {
        name: connection.scalar(
            select(func.count()).select_from(table).where(table.c.employer_id == employer_match.employer_id)
        )
        for name, table in counted
    }
    return found | counts


def _with_numbers(connection: Connection, rows: list[PlainRow]) -> list[PlainRow]:
    """Put each employer's NSSO numbers in the place of its id."""
    numbers: dict[int, list[str]] = defaultdict(list)
    marked: dict[int, list[str]] = defaultdict(list)
    for nsso, employer_id, third_payer in _numbers(connection, [row["id"] for row in rows]):
        numbers[employer_id].append(nsso)
        if third_payer:
            marked[employer_id].append(nsso)
    return [
        {"company": row["company"], "nsso": numbers[row["id"]], "third_payer": marked[row["id"]]}
        for row in rows
    ]


def _numbers(connection: Connection, ids: Collection[int]) -> list[Any]:
    asked = sorted(ids)
    found: list[Any] = []
    for start in range(0, len(asked), BATCH):
        some = employer_number.c.employer_id.in_(asked[start : start + BATCH])
        columns = (
            employer_number.c.nsso_number,
            employer_number.c.employer_id,
            employer_number.c.third_payer,
        )
        found += connection.execute(select(*columns).where(some).order_by(employer_number.c.nsso_number))
    return found
