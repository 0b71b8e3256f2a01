"""Groups that have become supergroups, and the copies of a channel post found by the post.

A press below a post looks whether its copy was paid before it was known to be one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Most messages copy nothing, and a reaction that finds none of the few that do is done.
COPIES = "ix_messages_post_chat_id_post_message_id"
IS_COPY = sa.text("post_chat_id IS NOT NULL")


def upgrade() -> None:
    # No reference: the group may be known without the supergroup that it has become, which
    # comes into the table with the first news of the move.
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
