"""Keep of each refused line whose it is: who was forgotten shows only where refusals are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_line",
        sa.Column("form_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=True),
        sa.Column("person", sa.String(length=11), nullable=True),
        sa.Column("inss", sa.String(length=11), nullable=True),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("own_reference", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_refused_line_employer_id")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_refused_line_form_id")),
        sa.PrimaryKeyConstraint("form_id", "line", "run", name=op.f("pk_refused_line")),
    )
    op.create_index(
        op.f("ix_refused_line_person_employer_id"), "refused_line", ["person", "employer_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_refused_line_person_employer_id"), table_name="refused_line")
    op.drop_table("refused_line")
