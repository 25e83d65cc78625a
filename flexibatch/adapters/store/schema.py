"""The tables with all that making and comparing them asks for: `metadata` of this module is complete.

An index over some rows of a table only is told to each database in its own dialect, and both load for it; commands
that read and write the tables do not wait for that.
"""

from sqlalchemy import Index, text

from flexibatch.adapters.store.tables import file_set, metadata

__all__ = ["metadata"]

_CLAIMING = text("state = 'claiming'")

Index(
    "uq_file_set_claiming",
    file_set.c.sender,
    file_set.c.environment,
    file_set.c.leader,
    unique=True,
    sqlite_where=_CLAIMING,
    postgresql_where=_CLAIMING,
)
