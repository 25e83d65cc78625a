"""Sets, runs and declarations as a channel that has worked for a while leaves them.

Claims go through `Claims`; verdicts are written as `StoredUnitOfWork.settle` writes them.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, Table, insert, update

from flexibatch.adapters.store import tables
from flexibatch.adapters.store.claims import Claims
from flexibatch.adapters.store.engine import Database, stored
from flexibatch.domain.case import Claim, ReceivedFile
from flexibatch.domain.findings import Finding
from flexibatch.domain.vocabulary import Environment, FileKind, Subject
from tests.doubles.clock import CountedTickets
from tests.doubles.numbers import company_number, nsso_number, period_number

NOON = datetime(2026, 10, 5, 10, 0, tzinfo=UTC)
SENDER = "000640"
OTHER = "000641"
DIGEST = "d" * 64
STATES = {"received": "settled"}


def put(connection: Connection, table: Table, **values: object) -> None:
    connection.execute(insert(table).values(**values))


def go_name(number: int, sender: str = SENDER, environment: str = "R") -> str:
    return f"GO.FLEX.{sender}.20261005.{number:05d}.{environment}.1"


class Records:
    """Write what a test needs into a database, an hour apart."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.claims = Claims(database, CountedTickets())
        self.others = CountedTickets(1000)
        self.now, self.forms = NOON, 0
        with database.writing() as connection:
            for number, name in ((SENDER, "Bureau Peeters"), (OTHER, "Secrétariat Dupont")):
                put(
                    connection,
                    tables.sender,
                    number=number,
                    name=name,
                    language="nl",
                    signature="optional",
                    held=False,
                    added_at=stored(NOON),
                )

    # ------------------------------------------------------------------------------------------------- sets

    def begin(self, name: str, *, sender: str = SENDER, environment: Environment = Environment.REAL) -> str:
        """Begin a claim and leave it so."""
        self.now += timedelta(hours=1)
        claim = Claim(
            sender,
            environment,
            Subject(name.split(".")[1]),
            name,
            name.removeprefix("GO."),
            name,
            (name, name.replace("GO", "FI", 1) + ".1"),
            self.now,
            self.now.date(),
        )
        return self.claims.begin([claim], self.now)[0].ticket

    def claim(self, name: str, *, sender: str = SENDER, environment: Environment = Environment.REAL) -> str:
        """Claim a set of one part and its GO."""
        ticket = self.begin(name, sender=sender, environment=environment)
        data = name.replace("GO", "FI", 1) + ".1"
        kept = [
            ReceivedFile(name, FileKind.GO, None, 0, "0" * 64),
            ReceivedFile(data, FileKind.DATA, 1, 1234, DIGEST),
        ]
        self.claims.complete([(ticket, kept)])
        return ticket

    def change(self, ticket: str, **values: object) -> None:
        with self.database.writing() as connection:
            mine = update(tables.file_set).where(tables.file_set.c.ticket == ticket)
            connection.execute(mine.values(**values))

    def decide(
        self,
        ticket: str,
        verdict: str = "received",
        *,
        run: int = 1,
        refused: int = 0,
        published: bool = True,
    ) -> None:
        """Write the verdict of a run: two lines, `refused` of them refused, with its ACRF."""
        lines = 2 if verdict == "received" else 0
        self.now += timedelta(minutes=1)
        counts = {"lines": lines, "accepted": lines - refused, "unchanged": 0, "refused": refused}
        with self.database.writing() as connection:
            put(
                connection,
                tables.run,
                set_ticket=ticket,
                number=run,
                verdict=verdict,
                decided_at=stored(self.now),
                sha256=DIGEST if lines else None,
                schema="FLXWAGE_20263" if lines else None,
                catalogue="1" if lines else None,
                register_at=None,
                forms=1 if lines else 0,
                **counts,
                anomalies=refused or int(verdict == "refused"),
                published_at=stored(self.now) if published else None,
            )
            put(
                connection,
                tables.answer,
                set_ticket=ticket,
                run=run,
                subject="ACRF",
                sender=SENDER,
                environment="R",
                name=f"FO.ACRF.999999.{ticket}.{run}",
                sha256="a" * 64,
                size=700,
            )
        self.change(ticket, state=STATES.get(verdict, verdict), run=run)

    def settled(self, number: int, verdict: str = "received", *, refused: int = 0) -> str:
        """Claim a set and decide about it."""
        ticket = self.claim(go_name(number))
        self.decide(ticket, verdict, refused=refused)
        return ticket

    def tell(
        self, ticket: str, finding: Finding, code: str, *, run: int = 1, note: str | None = None
    ) -> None:
        """Write an anomaly of a run."""
        with self.database.writing() as connection:
            put(
                connection,
                tables.anomaly,
                **{"class": "B"},
                set_ticket=ticket,
                run=run,
                rule=finding.rule,
                code=code,
                tag=finding.tag,
                value=finding.value,
                what="Something is wrong.",
                remedy="Mend it.",
                note=note,
            )

    # ----------------------------------------------------------------------------------------- declarations

    def employer(self, n: int = 1) -> int:
        """Make the n-th employer."""
        with self.database.writing() as connection:
            put(connection, tables.employer, id=n, company_id=company_number(n))
            put(connection, tables.employer_number, nsso_number=nsso_number(n), employer_id=n)
        return n

    def declare(self, person: str, reference: str, sets: Sequence[str], *, employer: int = 1) -> str:
        """Write a declaration with one version a set, in this order; `-TICKET` is a cancellation."""
        ticket = self.others.new()
        key = {"environment": "R", "employer_id": employer, "person": person, "reference": reference}
        with self.database.writing() as connection:
            put(connection, tables.declaration, ticket=ticket, **key)
            for number, of_set in enumerate(sets, 1):
                self._version(connection, ticket, number, of_set, (person, reference))
        return ticket

    def _version(
        self, connection: Connection, ticket: str, number: int, of_set: str, key: tuple[str, str]
    ) -> None:
        self.forms += 1
        inss, reference = key
        cancelled, set_ticket = of_set.startswith("-"), of_set.removeprefix("-")
        made = connection.execute(
            insert(tables.form).values(ticket=self.others.new(), set_ticket=set_ticket, number=self.forms)
        ).inserted_primary_key
        place = {"form_id": made[0] if made else 0, "line": 1}
        counts = {"result": "1", "lines": 1, "accepted": 1, "unchanged": 0, "refused": 0}
        put(
            connection, tables.form_run, form_id=place["form_id"], run=1, reference=f"F{self.forms}", **counts
        )
        operation = "3" if cancelled else "0" if number == 1 else "1"
        days = {"start_date": date(2026, 9, 1), "end_date": date(2026, 9, 30)}
        content = {"own_reference": "P1", "calculated_on": date(2026, 10, 2), **days}
        put(
            connection,
            tables.version,
            **place,
            declaration=ticket,
            number=number,
            operation=operation,
            run=1,
            arrival=number,
            inss=inss,
            reference=reference,
            **({} if cancelled else content),
        )
        if cancelled:
            return
        quality = {**place, "quality": 1}
        put(connection, tables.feature, **quality, employer_class="010", worker_code="050", **days)
        for element, code in enumerate(("0001001000", "0002001000"), 1):
            row = {**quality, "element": element, "code": code, "eurocents": 10_000 * number}
            put(connection, tables.financial_element, **row, frequency=None)

    def period(self, person: str, *, employer: int = 1, n: int = 1) -> str:
        """Write a flexi-job period into the register."""
        period_id = period_number(n)
        with self.database.writing() as connection:
            put(
                connection,
                tables.period,
                period_id=period_id,
                employer_id=employer,
                inss=person,
                person=person,
                worker_type="FLX",
                start_date=date(2026, 9, 1),
                end_date=date(2026, 9, 30),
                cancelled=False,
                locked=False,
                late=False,
            )
        return period_id
