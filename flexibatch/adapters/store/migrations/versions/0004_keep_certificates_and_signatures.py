"""Keep the certificates that bureaus sign with, and the digests of the institution's signatures on its answers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sender_certificate",
        sa.Column("sender", sa.String(length=6), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("serial", sa.String(length=50), nullable=False),
        sa.Column("valid_from", sa.DateTime(), nullable=False),
        sa.Column("valid_until", sa.DateTime(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_sender_certificate_order")),
        sa.ForeignKeyConstraint(["sender"], ["sender.number"], name=op.f("fk_sender_certificate_sender")),
        sa.PrimaryKeyConstraint("sender", "fingerprint", name=op.f("pk_sender_certificate")),
    )
    op.add_column("answer", sa.Column("signature", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("answer", "signature")
    op.drop_table("sender_certificate")
