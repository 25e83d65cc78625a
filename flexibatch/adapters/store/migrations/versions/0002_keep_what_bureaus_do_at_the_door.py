"""Keep what bureaus do at the front door, and whom SHA-1 signatures are taken from."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHANGES = ("UPDATE", "DELETE")
POSTGRESQL_GUARD = """
CREATE FUNCTION refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'what is in % stays', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$ LANGUAGE plpgsql
"""


def upgrade() -> None:
    op.add_column(
        "sender", sa.Column("allow_ssh_rsa", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "session_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("session", sa.String(length=8), nullable=False),
        sa.Column("sender", sa.String(length=6), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_event")),
    )
    op.create_index(op.f("ix_session_event_sender"), "session_event", ["sender"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL_GUARD)
    for change in CHANGES:
        op.execute(_guard(change))


def _guard(change: str) -> str:
    head = f"CREATE TRIGGER session_event_{change.lower()} BEFORE {change} ON session_event"
    if op.get_bind().dialect.name == "postgresql":
        return f"{head} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    return f"{head} BEGIN SELECT RAISE(ABORT, 'what is in session_event stays'); END"


def downgrade() -> None:
    op.drop_table("session_event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
    op.drop_column("sender", "allow_ssh_rsa")
