"""The level formula that every stored level follows, and how far a change of it has come."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "level_settlement",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("formula", sa.Text(), nullable=False),
        sa.Column("after_user_id", sa.BigInteger(), nullable=True),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("admin_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_level_settlement_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_settlement")),
    )


def downgrade() -> None:
    op.drop_table("level_settlement")
