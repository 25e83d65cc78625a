"""The triggers that keep the audit as it was written: which there must be, and which are gone."""

from sqlalchemy import Connection, text

KEPT = ("audit", "session_event", "audit_purge")
_CHANGES = {"sqlite": ("insert", "update", "delete"), "postgresql": ("update", "delete", "truncate")}
_DOOR = ("audit_purge_floor", "audit_purge_door")
_FOUND = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')",
}


def missing(connection: Connection) -> list[str]:
    """Name the guards that are not there, or are switched off."""
    engine = connection.dialect.name
    wanted = {f"{table}_{change}" for table in KEPT for change in _CHANGES[engine]}
    return sorted(wanted.union(_DOOR) - set(connection.scalars(text(_FOUND[engine]))))
