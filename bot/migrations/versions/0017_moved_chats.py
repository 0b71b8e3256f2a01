"""Groups that have become supergroups, and the copies of a channel post found by the post."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COPIES = "ix_messages_post_chat_id_post_message_id"
IS_COPY = sa.text("post_chat_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("chats", sa.Column("moved_to", sa.BigInteger()))
    op.create_index(
        op.f(COPIES),
        "messages",
        ["post_chat_id", "post_message_id"],
        postgresql_where=IS_COPY,
        sqlite_where=IS_COPY,
    )


def downgrade() -> None:
    op.drop_index(op.f(COPIES), "messages")
    op.drop_column("chats", "moved_to")
