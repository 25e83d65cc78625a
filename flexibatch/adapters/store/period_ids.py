"""Give periods their ids, where a declaration makes one."""

from sqlalchemy import Connection, func, select

from flexibatch.adapters.store.tables import period
from flexibatch.errors import Unavailable

FIRST = 9_000_000_000
LAST = 9_999_999_999


class PeriodIds:
    """Give out the next free numbers from 9000000000 on: the same files into the same register give the same.

    Ids that were given out elsewhere and were imported lie below in practice; where they do not, counting
    goes on behind the highest.
    """

    def __init__(self, connection: Connection) -> None:
        """Keep the connection; the register is asked when the first id is."""
        self._connection, self._last = connection, 0

    def new(self) -> str:
        """Return the next id: ten digits, and as check those modulo 97, where 0 becomes 97."""
        if not self._last:
            highest = self._connection.scalar(
                select(func.max(period.c.period_id)).where(period.c.period_id >= str(FIRST))
            )
            self._last = int(highest[:10]) if highest else FIRST - 1
        if self._last >= LAST:
            raise Unavailable("The register has no period ids left to give out: renumber the highest ones.")
        self._last += 1
        return f"{self._last}{self._last % 97 or 97:02d}"
