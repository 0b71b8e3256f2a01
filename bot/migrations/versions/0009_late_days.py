"""The run of days before a streak's last gap, which a late day may fill, and the heartbeat."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_streaks", sa.Column("previous_length", sa.Integer(), nullable=True))
    op.add_column("user_streaks", sa.Column("previous_last_day", sa.Date(), nullable=True))
    op.create_table(
        "bot_heartbeat",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_bot_heartbeat_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bot_heartbeat")),
    )


def downgrade() -> None:
    op.drop_table("bot_heartbeat")
    op.drop_column("user_streaks", "previous_last_day")
    op.drop_column("user_streaks", "previous_length")
