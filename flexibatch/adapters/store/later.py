"""The declarations as they would stand after runs that were only tried."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from flexibatch.adapters.store.unit_of_work import StoredUnitOfWork
from flexibatch.domain.operations import CurrentDeclaration
from flexibatch.domain.vocabulary import Environment
from flexibatch.ports import Stream

DeclarationKey = tuple[Environment, int, str, str]
"""Environment, employer, person and reference of a declaration."""


class LaterBooks(StoredUnitOfWork):
    """Books of a moment at which earlier runs have made their versions."""

    def __init__(
        self, connection: Connection, mine: Stream, made: Mapping[DeclarationKey, CurrentDeclaration]
    ) -> None:
        """Keep where to look, and what those runs would have made."""
        super().__init__(connection, mine, None)
        self._made = made

    def current_declarations(
        self, environment: Environment, employer_id: int, keys: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], CurrentDeclaration]:
        """Return the declarations in force by (person, reference), with what earlier runs would have made of them."""
        found = super().current_declarations(environment, employer_id, keys)
        made = {key: self._made.get((environment, employer_id, *key)) for key in keys}
        return {**found, **{key: one for key, one in made.items() if one is not None}}
