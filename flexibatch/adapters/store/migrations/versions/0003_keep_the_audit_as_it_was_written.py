"""Let nobody change what the audit tells, and let old rows go only where a row says who had them purged."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TOLD = ("audit", "session_event")
KEPT = (*TOLD, "audit_purge")

# A row goes only where a purge of its kind names a later moment, and no purge names one of the last year.
POSTGRESQL = (
    """
CREATE FUNCTION refuse_unpurged() RETURNS trigger AS $$
DECLARE
    found boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.audit_purge WHERE kind = $1 AND before > $2)', TG_TABLE_SCHEMA)
        INTO found USING TG_TABLE_NAME, OLD.at;
    IF NOT found THEN
        RAISE EXCEPTION 'what is in % stays', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END
$$ LANGUAGE plpgsql
""",
    """
CREATE FUNCTION refuse_young_purge() RETURNS trigger AS $$
BEGIN
    IF NEW.before > (now() AT TIME ZONE 'UTC') - interval '365 days' THEN
        RAISE EXCEPTION 'what is younger than a year stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$ LANGUAGE plpgsql
""",
    # The channel's role may delete nothing itself: the owner of this function does it for the row it wrote.
    """
CREATE FUNCTION purge_told() RETURNS trigger AS $$
BEGIN
    EXECUTE format('DELETE FROM %I.%I WHERE at < $1', TG_TABLE_SCHEMA, NEW.kind) USING NEW.before;
    RETURN NULL;
END
$$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
""",
    "REVOKE ALL ON FUNCTION purge_told() FROM PUBLIC",
    "DROP TRIGGER session_event_delete ON session_event",
    *(
        f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_unpurged()"
        for table in TOLD
    ),
    *(
        f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for table in ("audit", "audit_purge")
    ),
    "CREATE TRIGGER audit_purge_delete BEFORE DELETE ON audit_purge FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    *(
        f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()"
        for table in KEPT
    ),
    "CREATE TRIGGER audit_purge_floor BEFORE INSERT ON audit_purge FOR EACH ROW EXECUTE FUNCTION refuse_young_purge()",
    "CREATE TRIGGER audit_purge_door AFTER INSERT ON audit_purge FOR EACH ROW EXECUTE FUNCTION purge_told()",
)


_UNPURGED = "NOT EXISTS (SELECT 1 FROM audit_purge WHERE kind = '{kind}' AND before > OLD.at)"
_REPLACED = "WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"


def _refusing(table: str, change: str, when: str = "") -> str:
    """Give SQLite's trigger that refuses a change; REPLACE deletes a row and no trigger sees it, so it is asked too."""
    head = f"CREATE TRIGGER {table}_{change.lower()} BEFORE {change} ON {table} {when}"
    return f"{head} BEGIN SELECT RAISE(ABORT, 'what is in {table} stays'); END"


SQLITE = (
    "DROP TRIGGER session_event_delete",
    _refusing("audit", "DELETE", "WHEN " + _UNPURGED.format(kind="audit")),
    _refusing("session_event", "DELETE", "WHEN " + _UNPURGED.format(kind="session_event")),
    _refusing("audit_purge", "DELETE"),
    _refusing("audit", "UPDATE"),
    _refusing("audit_purge", "UPDATE"),
    *(_refusing(table, "INSERT", _REPLACED.format(table=table)) for table in KEPT),
    """
CREATE TRIGGER audit_purge_floor BEFORE INSERT ON audit_purge WHEN NEW.before > datetime('now', '-365 days')
BEGIN SELECT RAISE(ABORT, 'what is younger than a year stays'); END
""",
    """
CREATE TRIGGER audit_purge_door AFTER INSERT ON audit_purge BEGIN
    DELETE FROM audit WHERE NEW.kind = 'audit' AND at < NEW.before;
    DELETE FROM session_event WHERE NEW.kind = 'session_event' AND at < NEW.before;
END
""",
)


def upgrade() -> None:
    op.create_table(
        "audit_purge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=13), nullable=False),
        sa.Column("before", sa.DateTime(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind = 'audit' OR kind = 'session_event'", name=op.f("ck_audit_purge_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_purge")),
    )
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)
