"""Tables of the bot, for SQLAlchemy Core only: no Session ever meets these classes.

What the database can hold to, the database holds to. Defaults are the server's, so that a row
inserted by hand is as whole as one of ours.
"""

from bot.database.base import Base
from bot.database.outbox import OutboxMessageRow
from bot.gamification.models.administration import (
    AdminActionRow,
    AdminDialogRow,
    FailedUpdateRow,
    HeartbeatRow,
)
from bot.gamification.models.chats import ChatRow, DepartureRow, DigestEntryRow, MessageRow
from bot.gamification.models.config import BotConfigRow, LevelSettlementRow, TimezoneChangeRow
from bot.gamification.models.members import (
    AccountRow,
    DatabaseSecretRow,
    ForgottenMemberRow,
    LedgerEntryRow,
    MemberNameRow,
    ReactionRow,
    StreakRow,
    UserRow,
)
from bot.gamification.models.rewards import RewardConditionRow, RewardRow, UserRewardRow
from bot.seeding.tables import marker_table, runs_table

SEED_MARKER = marker_table(Base.metadata)
SEED_RUNS = runs_table(Base.metadata)

__all__ = [
    "SEED_MARKER",
    "SEED_RUNS",
    "AccountRow",
    "AdminActionRow",
    "AdminDialogRow",
    "BotConfigRow",
    "ChatRow",
    "DatabaseSecretRow",
    "DepartureRow",
    "DigestEntryRow",
    "FailedUpdateRow",
    "ForgottenMemberRow",
    "HeartbeatRow",
    "LedgerEntryRow",
    "LevelSettlementRow",
    "MemberNameRow",
    "MessageRow",
    "OutboxMessageRow",
    "ReactionRow",
    "RewardConditionRow",
    "RewardRow",
    "StreakRow",
    "TimezoneChangeRow",
    "UserRewardRow",
    "UserRow",
]
