"""The community's time zone, and the moments at which it changed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bot_config", sa.Column("timezone", sa.Text(), nullable=True))
    op.create_table(
        "timezone_changes",
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("since", name=op.f("pk_timezone_changes")),
    )


def downgrade() -> None:
    op.drop_table("timezone_changes")
    op.drop_column("bot_config", "timezone")
