"""Keep the joint committee of a quality."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feature", sa.Column("joint_commission", sa.String(length=3), nullable=True))


def downgrade() -> None:
    op.drop_column("feature", "joint_commission")
