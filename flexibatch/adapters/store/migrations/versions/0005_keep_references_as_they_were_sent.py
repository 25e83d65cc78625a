"""Keep both references of a version as they were sent, how each Form was accepted, and who is a third payer."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Identities stay as they are: only from now on is a UUID compared in small letters.
FILL = """
UPDATE version SET reference = (SELECT declaration.reference FROM declaration WHERE declaration.ticket = version.declaration)
"""


def upgrade() -> None:
    op.alter_column("version", "payslip_reference", new_column_name="own_reference")
    op.add_column("version", sa.Column("reference", sa.String(length=64), nullable=True))
    op.execute(FILL)
    op.add_column("anomaly", sa.Column("own_reference", sa.String(length=64), nullable=True))
    op.add_column("form_run", sa.Column("reference_type", sa.String(length=1), nullable=True))
    op.add_column("form_run", sa.Column("acceptance", sa.String(length=4), nullable=True))
    op.add_column("sender", sa.Column("acceptance", sa.String(length=4), nullable=True))
    op.add_column(
        "employer_number", sa.Column("third_payer", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("employer_number", "third_payer")
    op.drop_column("sender", "acceptance")
    op.drop_column("form_run", "acceptance")
    op.drop_column("form_run", "reference_type")
    op.drop_column("anomaly", "own_reference")
    op.drop_column("version", "reference")
    op.alter_column("version", "own_reference", new_column_name="payslip_reference")
