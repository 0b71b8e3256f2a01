"""Digests of chats, and counts of presses on the buttons below channel posts."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

surrogate_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "messages", sa.Column("presses", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("chats", sa.Column("digested_on", sa.Date(), nullable=True))
    op.create_table(
        "digest_entries",
        sa.Column("id", surrogate_id, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("reward_id", surrogate_id, nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(reward_id IS NULL) <> (level IS NULL)",
            name=op.f("ck_digest_entries_says_one_thing"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.user_id"],
            name=op.f("fk_digest_entries_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reward_id"],
            ["rewards.id"],
            name=op.f("fk_digest_entries_reward_id_rewards"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_entries")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_digest_entries_chat_id"), "digest_entries", ["chat_id"])


def downgrade() -> None:
    op.drop_table("digest_entries")
    op.drop_column("chats", "digested_on")
    op.drop_column("messages", "presses")
