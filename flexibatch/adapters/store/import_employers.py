"""The employers of the rows of an import: each is found or made once."""

from sqlalchemy import Connection

from flexibatch.adapters.store.identities import link_numbers
from flexibatch.domain.register import RegisterRow
from flexibatch.domain.register_fields import on_line

EMPLOYERS_LIMIT = 50_000


class Employers:
    """Find or make the employers of rows, remembering those that were asked before."""

    def __init__(self, connection: Connection) -> None:
        """Remember none yet."""
        self._connection = connection
        self._ids: dict[tuple[str | None, str | None], int] = {}

    def know(self, row: RegisterRow) -> None:
        """Find or make the employer of a row; raise `Refusal` where its numbers cannot be one employer's."""
        if (row.nsso, row.company) not in self._ids:
            with on_line(row.line):
                self.link(row.nsso, row.company)

    def forget_many(self) -> None:
        """Forget all where they are too many to be remembered."""
        if len(self._ids) > EMPLOYERS_LIMIT:
            self._ids.clear()

    def of(self, rows: list[RegisterRow]) -> list[int]:
        """Return the employer of every row, each of which is known."""
        return [self._ids[row.nsso, row.company] for row in rows]

    def link(self, nsso: str | None, company: str | None) -> None:
        """Link two numbers."""
        linked = link_numbers(self._connection, nsso, company)
        if linked.merged is not None:
            moved = {key: linked.employer_id for key, known in self._ids.items() if known == linked.merged}
            self._ids.update(moved)
        self._ids[nsso, company] = linked.employer_id
