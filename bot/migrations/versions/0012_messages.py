"""Messages in chats, notices that wait for their member, and who reached a total first."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PROFILES = "user_gamification_profiles"
BY_USER = "ix_user_gamification_profiles_total_earned_user_id"
BY_ENTRY = "ix_user_gamification_profiles_ranking"


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("by_bot", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("post_chat_id", sa.BigInteger(), nullable=True),
        sa.Column("post_message_id", sa.BigInteger(), nullable=True),
        sa.Column("album_id", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(post_chat_id IS NULL) = (post_message_id IS NULL)",
            name=op.f("ck_messages_post_is_whole"),
        ),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name=op.f("pk_messages")),
        sa.UniqueConstraint("chat_id", "album_id", name=op.f("uq_messages_chat_id_album_id")),
    )
    op.create_index(op.f("ix_messages_seen_at"), "messages", ["seen_at"])
    _upgrade_outbox()
    _upgrade_ranking()


def _upgrade_outbox() -> None:
    op.add_column("outbox_messages", sa.Column("member_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "outbox_messages", sa.Column("unreachable_since", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(op.f("ix_outbox_messages_member_id"), "outbox_messages", ["member_id"])


def _upgrade_ranking() -> None:
    op.add_column(
        PROFILES,
        sa.Column("last_earned_id", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.execute(
        """
        UPDATE user_gamification_profiles SET last_earned_id = coalesce((
            SELECT max(id) FROM transactions
            WHERE transactions.user_id = user_gamification_profiles.user_id AND amount > 0
        ), 0)
        WHERE total_earned > 0
        """
    )
    op.drop_index(op.f(BY_USER), PROFILES)
    op.create_index(
        op.f(BY_ENTRY), PROFILES, [sa.text("total_earned DESC"), "last_earned_id", "user_id"]
    )


def downgrade() -> None:
    op.drop_index(op.f(BY_ENTRY), PROFILES)
    op.create_index(op.f(BY_USER), PROFILES, ["total_earned", "user_id"])
    op.drop_column(PROFILES, "last_earned_id")
    op.drop_index(op.f("ix_outbox_messages_member_id"), "outbox_messages")
    op.drop_column("outbox_messages", "unreachable_since")
    op.drop_column("outbox_messages", "member_id")
    op.drop_table("messages")
