"""The gamification seed: where `alembic downgrade 0001` takes it out again.

Going up changes no table: once a database is at head it is seeded by the bootstrap, whose code
may grow. Going down does what `python main.py seed revert` does, in SQL that will not change.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

config = sa.table(
    "bot_config",
    sa.column("level_formula"),
    sa.column("besitos_per_reaction"),
    sa.column("besitos_daily_gift"),
    sa.column("besitos_daily_streak_bonus"),
    sa.column("max_reactions_per_day"),
    sa.column("besitos_daily_base"),
    sa.column("besitos_streak_bonus_per_day"),
    sa.column("besitos_streak_bonus_max"),
)
marker = sa.table("seed_marker", sa.column("seed"))


def upgrade() -> None:
    """Change nothing: the bootstrap seeds."""


def downgrade() -> None:
    """Give the economy back its manifest defaults; profiles and rewards stay."""
    op.execute(config.update().values(dict.fromkeys(config.columns.keys())))
    op.execute(marker.delete().where(marker.c.seed == "gamification"))
