"""The live economy: baselines of repeatable rewards, the leaderboard's index, the audit trail."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

surrogate_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column(
        "user_rewards", sa.Column("claims", sa.Integer(), server_default="0", nullable=False)
    )
    op.execute("UPDATE user_rewards SET claims = 1 WHERE status = 'CLAIMED'")
    op.add_column(
        "user_rewards",
        sa.Column("baseline_earned", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "user_rewards",
        sa.Column("baseline_spent", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "user_rewards",
        sa.Column("baseline_level", sa.Integer(), server_default="1", nullable=False),
    )
    op.create_index(
        op.f("ix_user_gamification_profiles_total_earned_user_id"),
        "user_gamification_profiles",
        ["total_earned", "user_id"],
    )
    op.create_table(
        "admin_actions",
        sa.Column("id", surrogate_id, nullable=False),
        sa.Column("admin_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("before", json, nullable=True),
        sa.Column("after", json, nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_actions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_admin_actions_created_at"), "admin_actions", ["created_at"])


def downgrade() -> None:
    op.drop_table("admin_actions")
    op.drop_index(
        op.f("ix_user_gamification_profiles_total_earned_user_id"), "user_gamification_profiles"
    )
    with op.batch_alter_table("user_rewards") as batch:
        batch.drop_column("baseline_level")
        batch.drop_column("baseline_spent")
        batch.drop_column("baseline_earned")
        batch.drop_column("claims")
