"""The leaderboard's index without the members who left, so that a rank reads the index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

PROFILES = "user_gamification_profiles"
RANKING = "ix_user_gamification_profiles_ranking"
COLUMNS = (sa.text("total_earned DESC"), "last_earned_id", "user_id")
STILL_THERE = sa.text("left_at IS NULL")


def upgrade() -> None:
    op.drop_index(op.f(RANKING), PROFILES)
    op.create_index(
        op.f(RANKING),
        PROFILES,
        [*COLUMNS],
        postgresql_where=STILL_THERE,
        sqlite_where=STILL_THERE,
    )


def downgrade() -> None:
    op.drop_index(op.f(RANKING), PROFILES)
    op.create_index(op.f(RANKING), PROFILES, [*COLUMNS])
