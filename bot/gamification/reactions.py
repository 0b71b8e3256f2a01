"""Paid reactions: paid once per message, up to a daily limit."""

from dataclasses import dataclass, replace

from sqlalchemy import BigInteger, Date, bindparam, func, select

from bot.database.compiled import CompiledStatement
from bot.database.constructs import Insert, insert
from bot.gamification.account import Account
from bot.gamification.config import EconomyConfig
from bot.gamification.context import EconomyContext
from bot.gamification.ledger import LedgerEntry, StaleAccount, post
from bot.gamification.models import ReactionRow
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.lifecycle import unlock
from bot.gamification.streaks import ONE_DAY, continued, save_streak
from bot.gamification.types import StreakType, TransactionType


@dataclass(frozen=True, slots=True)
class ReactionResult:
    """What a reaction brought, in besitos; `bonus` comes with the first one of a day.

    `used_up` says that nothing was paid because the day has had its reactions, `paid_before` that
    this message has been paid to this member.
    """

    account: Account
    paid: int = 0
    bonus: int = 0
    used_up: bool = False
    paid_before: bool = False
    unlocked: tuple[Reward, ...] = ()


async def react(
    economy: EconomyContext, account: Account, chat_id: int, message_id: int
) -> ReactionResult:
    """Pay for reacting to a message, unless it was paid or the day is used up."""
    used_up = account.reactions_that_day >= economy.config.max_reactions_per_day
    result = ReactionResult(account, used_up=used_up, paid_before=not used_up)
    if await _record(economy, account.user_id, chat_id, message_id):
        result = await _pay(economy, account, f"{account.user_id}:{chat_id}:{message_id}")
    after, unlocked = await unlock(economy, result.account)
    return replace(result, account=after, unlocked=tuple(unlocked))


def activity_bonus(config: EconomyConfig, days: int) -> int:
    """Return what the first reaction of a day brings, the last of so many `days` in a row."""
    extra = config.besitos_streak_bonus_per_day * (days - 1)
    return config.besitos_daily_base + min(extra, config.besitos_streak_bonus_max)


async def _record(economy: EconomyContext, user_id: int, chat_id: int, message_id: int) -> bool:
    """Record the message; return False if it was recorded before or the day is used up."""
    result = await _REMEMBER.execute(
        economy.connection,
        {
            "user_id": user_id,
            "chat_id": chat_id,
            "message_id": message_id,
            "day": economy.day,
            "next_day": economy.day + ONE_DAY,
            "created_at": economy.now,
            "most": economy.config.max_reactions_per_day,
        },
    )
    return result.rowcount > 0


def _remember(dialect: str) -> Insert:
    """Insert unless the message is known or the day is used up, which is counted anew."""
    table = ReactionRow.__table__
    paid = (
        select(func.count())
        .where(
            table.c.user_id == bindparam("user_id", type_=BigInteger),
            table.c.day >= bindparam("day", type_=Date),
            table.c.day < bindparam("next_day", type_=Date),
        )
        .scalar_subquery()
    )
    columns = ("user_id", "chat_id", "message_id", "day", "created_at")
    values = [bindparam(name, type_=table.c[name].type) for name in columns]
    new = select(*values).where(paid < bindparam("most", type_=BigInteger))
    return insert(dialect, ReactionRow).from_select(columns, new).on_conflict_do_nothing()


_REMEMBER = CompiledStatement(_remember)


async def _pay(economy: EconomyContext, account: Account, what: str) -> ReactionResult:
    day, before = economy.day, account.streaks.get(StreakType.REACTION)
    streak = continued(before, day)
    entries = [
        LedgerEntry(
            economy.config.besitos_per_reaction, TransactionType.REACTION, f"reaction:{what}"
        )
    ]
    if before is None or not before.includes(day):
        if not await save_streak(economy.connection, account.user_id, StreakType.REACTION, streak):
            raise StaleAccount(account.user_id)
        bonus = activity_bonus(economy.config, max(streak.length_on(day), 1))
        reference = f"activity:{account.user_id}:{day}"
        entries.append(LedgerEntry(bonus, TransactionType.ACTIVITY_BONUS, reference))
    counted = replace(
        account,
        reactions_that_day=account.reactions_that_day + 1,
        streaks={**account.streaks, StreakType.REACTION: streak},
    )
    posted = await post(economy, counted, entries)
    return ReactionResult(
        posted.account,
        paid=posted.amounts.get(TransactionType.REACTION, 0),
        bonus=posted.amounts.get(TransactionType.ACTIVITY_BONUS, 0),
    )
