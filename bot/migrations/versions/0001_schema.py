"""All tables of the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A migration keeps its own picture of the types: the bot's may change, this revision may not.
# Only AUTOINCREMENT came later (see 0006): a new database need not make its tables twice for it.
surrogate_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def one_of(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "bot_config",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level_formula", sa.Text(), nullable=True),
        sa.Column("besitos_per_reaction", sa.Integer(), nullable=True),
        sa.Column("besitos_daily_gift", sa.Integer(), nullable=True),
        sa.Column("besitos_daily_streak_bonus", sa.Integer(), nullable=True),
        sa.Column("max_reactions_per_day", sa.Integer(), nullable=True),
        sa.Column("besitos_daily_base", sa.Integer(), nullable=True),
        sa.Column("besitos_streak_bonus_per_day", sa.Integer(), nullable=True),
        sa.Column("besitos_streak_bonus_max", sa.Integer(), nullable=True),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.CheckConstraint("besitos_daily_base >= 0", name=op.f("ck_bot_config_daily_base")),
        sa.CheckConstraint("besitos_daily_gift >= 0", name=op.f("ck_bot_config_daily_gift")),
        sa.CheckConstraint(
            "besitos_daily_streak_bonus >= 0", name=op.f("ck_bot_config_daily_streak_bonus")
        ),
        sa.CheckConstraint("besitos_per_reaction >= 0", name=op.f("ck_bot_config_per_reaction")),
        sa.CheckConstraint(
            "besitos_streak_bonus_max >= 0", name=op.f("ck_bot_config_streak_bonus_max")
        ),
        sa.CheckConstraint(
            "besitos_streak_bonus_per_day >= 0", name=op.f("ck_bot_config_streak_bonus_per_day")
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_bot_config_single_row")),
        sa.CheckConstraint("max_reactions_per_day >= 0", name=op.f("ck_bot_config_max_reactions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bot_config")),
    )
    op.create_table(
        "rewards",
        sa.Column("id", surrogate_id, nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("reward_type", one_of("BESITOS", "BADGE", name="rewardtype"), nullable=False),
        sa.Column("reward_value", json, nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("is_repeatable", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_secret", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("claim_window_hours", sa.Integer(), nullable=False),
        sa.Column("sort_order", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.CheckConstraint("claim_window_hours > 0", name=op.f("ck_rewards_claim_window_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards")),
        sa.UniqueConstraint("key", name=op.f("uq_rewards_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "seed_marker",
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("applied_values", json, nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_seed_marker_version_positive")),
        sa.PrimaryKeyConstraint("seed", name=op.f("pk_seed_marker")),
    )
    op.create_table(
        "users",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("language_code", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_users")),
    )
    op.create_table(
        "reward_conditions",
        sa.Column("id", surrogate_id, nullable=False),
        sa.Column("reward_id", surrogate_id, nullable=False),
        sa.Column(
            "condition_type",
            one_of(
                "FIRST_REACTION",
                "FIRST_DAILY_GIFT",
                "STREAK_LENGTH",
                "TOTAL_POINTS",
                "LEVEL_REACHED",
                "BESITOS_SPENT",
                name="conditiontype",
            ),
            nullable=False,
        ),
        sa.Column("condition_value", sa.BigInteger(), nullable=True),
        sa.Column("condition_group", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "(condition_type IN ('FIRST_REACTION', 'FIRST_DAILY_GIFT'))"
            " = (condition_value IS NULL)",
            name=op.f("ck_reward_conditions_value_where_counted"),
        ),
        sa.CheckConstraint(
            "condition_group >= 0", name=op.f("ck_reward_conditions_group_not_negative")
        ),
        sa.CheckConstraint(
            "condition_value >= 1", name=op.f("ck_reward_conditions_value_positive")
        ),
        sa.ForeignKeyConstraint(
            ["reward_id"],
            ["rewards.id"],
            name=op.f("fk_reward_conditions_reward_id_rewards"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_conditions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_reward_conditions_reward_id"), "reward_conditions", ["reward_id"])

    op.create_table(
        "transactions",
        sa.Column("id", surrogate_id, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column(
            "type",
            one_of(
                "REACTION",
                "ACTIVITY_BONUS",
                "DAILY_GIFT",
                "REWARD",
                "ADMIN_GRANT",
                "ADMIN_TAKE",
                name="transactiontype",
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_transactions_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.user_id"],
            name=op.f("fk_transactions_user_id_users"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transactions")),
        sa.UniqueConstraint("reference", name=op.f("uq_transactions_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_transactions_created_at"), "transactions", ["created_at"])
    op.create_index(op.f("ix_transactions_user_id_id"), "transactions", ["user_id", "id"])

    op.create_table(
        "user_gamification_profiles",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("balance", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_earned", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_spent", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("level", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.CheckConstraint(
            "balance = total_earned - total_spent",
            name=op.f("ck_user_gamification_profiles_balance_is_difference"),
        ),
        sa.CheckConstraint(
            "balance >= 0", name=op.f("ck_user_gamification_profiles_balance_not_negative")
        ),
        sa.CheckConstraint(
            "level >= 1", name=op.f("ck_user_gamification_profiles_level_at_least_one")
        ),
        sa.CheckConstraint(
            "total_earned >= 0 AND total_spent >= 0",
            name=op.f("ck_user_gamification_profiles_totals_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.user_id"],
            name=op.f("fk_user_gamification_profiles_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_gamification_profiles")),
    )
    op.create_table(
        "user_reactions",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.user_id"],
            name=op.f("fk_user_reactions_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "chat_id", "message_id", name=op.f("pk_user_reactions")),
    )
    op.create_index(op.f("ix_user_reactions_user_id_day"), "user_reactions", ["user_id", "day"])

    op.create_table(
        "user_rewards",
        sa.Column("id", surrogate_id, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("reward_id", surrogate_id, nullable=False),
        sa.Column(
            "status",
            one_of("UNLOCKED", "CLAIMED", "EXPIRED", name="userrewardstatus"),
            nullable=False,
        ),
        sa.Column("unlocked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'CLAIMED') = (claimed_at IS NOT NULL)",
            name=op.f("ck_user_rewards_claimed_at_when_claimed"),
        ),
        sa.ForeignKeyConstraint(
            ["reward_id"],
            ["rewards.id"],
            name=op.f("fk_user_rewards_reward_id_rewards"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.user_id"],
            name=op.f("fk_user_rewards_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_rewards")),
        sa.UniqueConstraint("user_id", "reward_id", name=op.f("uq_user_rewards_user_id_reward_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_user_rewards_reward_id"), "user_rewards", ["reward_id"])

    op.create_table(
        "user_streaks",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "streak_type", one_of("DAILY_GIFT", "REACTION", name="streaktype"), nullable=False
        ),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("longest", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "current >= 1 AND longest >= current", name=op.f("ck_user_streaks_longest_is_longest")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.user_id"],
            name=op.f("fk_user_streaks_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "streak_type", name=op.f("pk_user_streaks")),
    )


def downgrade() -> None:
    op.drop_table("user_streaks")
    op.drop_table("user_rewards")
    op.drop_table("user_reactions")
    op.drop_table("user_gamification_profiles")
    op.drop_table("transactions")
    op.drop_table("reward_conditions")
    op.drop_table("users")
    op.drop_table("seed_marker")
    op.drop_table("rewards")
    op.drop_table("bot_config")
