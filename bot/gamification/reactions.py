"""Paid reactions: paid once per message, up to a daily limit."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BigInteger, Date, Exists, bindparam, exists, func, literal, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import UpdateBase

from bot.database.compiled import CompiledStatement
from bot.database.constructs import insert
from bot.gamification.account import Account
from bot.gamification.config import ConfigDefinition, EconomyConfig
from bot.gamification.context import EconomyContext
from bot.gamification.ledger import LedgerEntry, StaleAccount, post
from bot.gamification.models import MessageRow, ReactionRow
from bot.gamification.profile import NO_NEWS, News, level_reached
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.lifecycle import unlock
from bot.gamification.streaks import ONE_DAY, continued, lost_streak, save_streak
from bot.gamification.types import StreakType, TransactionType


@dataclass(frozen=True, slots=True)
class ReactionResult:
    """What a reaction brought, in besitos; `bonus` comes with the first one of a day.

    `used_up` says that nothing was paid because the day has had its reactions, `paid_before` that
    this message has been paid to this member, `is_off` that no day has any.
    """

    account: Account
    paid: int = 0
    bonus: int = 0
    used_up: bool = False
    paid_before: bool = False
    is_off: bool = False
    news: News = NO_NEWS

    @property
    def is_new(self) -> bool:
        """Whether it is the member's first to this message, on a day with reactions left."""
        return not (self.used_up or self.paid_before or self.is_off)

    @property
    def unlocked(self) -> tuple[Reward, ...]:
        """The rewards that it unlocked."""
        return self.news.unlocked


async def react(
    economy: EconomyContext, account: Account, chat_id: int, message_id: int
) -> ReactionResult:
    """Pay for reacting to a message, unless it was paid or the day is used up.

    A channel post and its copy in the linked group are one message; the member's own messages
    and the bot's pay nothing, as far as the bot has seen who wrote them.
    """
    most = economy.config.max_reactions_per_day
    used_up = 0 < most <= account.reactions_that_day
    paid_before = account.reactions_that_day < most
    result = ReactionResult(account, used_up=used_up, paid_before=paid_before, is_off=not most)
    if original := await _record(economy, account.user_id, chat_id, message_id):
        result = await _pay(economy, account, f"{account.reference_id}:{original}")
    level = level_reached(account, result.account)
    after, unlocked = await unlock(economy, result.account)
    if after is result.account and level is None and not unlocked:
        return result  # as nearly always
    news = replace(result.news, unlocked=tuple(unlocked), level=level)
    return replace(result, account=after, news=news)


async def was_paid(economy: EconomyContext, user_id: int, chat_id: int, message_id: int) -> bool:
    """Return whether a member was paid for a message that is no copy, on whichever day."""
    row = ReactionRow
    at_it = exists().where(
        row.user_id == user_id, row.chat_id == chat_id, row.message_id == message_id
    )
    at_copy = _is_paid_at_copy(user_id, chat_id, message_id)
    return bool(await economy.connection.scalar(select(at_it | at_copy)))


def pays(config: ConfigDefinition) -> int:
    """Return what a reaction pays as long as the day has any left."""
    return config.besitos_per_reaction if config.max_reactions_per_day else 0


def activity_bonus(config: EconomyConfig, days: int) -> int:
    """Return what the first reaction of a day brings, the last of so many `days` in a row."""
    extra = config.besitos_streak_bonus_per_day * (days - 1)
    return config.besitos_daily_base + min(extra, config.besitos_streak_bonus_max)


async def _record(
    economy: EconomyContext, user_id: int, chat_id: int, message_id: int
) -> str | None:
    """Record the message, and return what is paid for as `chat:message`: of a copy the post.

    None if that was recorded before, is not to be paid, or the day is used up.
    """
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
    return f"{result.rows[0].chat_id}:{result.rows[0].message_id}" if result.rows else None


def _is_paid_at_copy(user_id: Any, chat_id: Any, message_id: Any) -> Exists:
    """Whether a member was paid at a copy of a post before it was known to be one.

    Telegram, and so a webhook, may bring the copy after a reaction to it.
    """
    copy, at_copy = aliased(MessageRow, name="copy"), aliased(ReactionRow, name="at_copy")
    return exists().where(
        copy.post_chat_id == chat_id,
        copy.post_message_id == message_id,
        at_copy.user_id == user_id,
        at_copy.chat_id == copy.chat_id,
        at_copy.message_id == copy.message_id,
    )


def _remember(dialect: str) -> UpdateBase:
    """Insert the message, or the post that it copies, unless it is known or may not be paid.

    How much of the day is used up is counted anew.
    """
    table, seen = ReactionRow.__table__, MessageRow.__table__
    given = {name: bindparam(name, type_=table.c[name].type) for name in table.columns.keys()}  # noqa: SIM118 - no dict
    paid = (
        select(func.count())
        .where(
            table.c.user_id == given["user_id"],
            table.c.day >= given["day"],
            table.c.day < bindparam("next_day", type_=Date),
        )
        .scalar_subquery()
    )
    original_row = seen.alias("original_row")
    copies_the_bot = exists().where(
        original_row.c.chat_id == seen.c.post_chat_id,
        original_row.c.message_id == seen.c.post_message_id,
        original_row.c.by_bot,
    )
    its_row = (seen.c.chat_id == given["chat_id"]) & (seen.c.message_id == given["message_id"])
    one = select(literal(1)).subquery("one")
    original = {
        "chat_id": func.coalesce(seen.c.post_chat_id, given["chat_id"]),
        "message_id": func.coalesce(seen.c.post_message_id, given["message_id"]),
    }
    new = (
        select(*(given | original).values())
        .select_from(one.outerjoin(seen, its_row))
        .where(
            paid < bindparam("most", type_=BigInteger),
            seen.c.by_bot.is_not(True),
            ~copies_the_bot,
            ~_is_paid_at_copy(given["user_id"], original["chat_id"], original["message_id"]),
            seen.c.author_id.is_distinct_from(given["user_id"]),
        )
    )
    return (
        insert(dialect, ReactionRow)
        .from_select(list(given), new)
        .on_conflict_do_nothing()
        .returning(table.c.chat_id, table.c.message_id)
    )


_REMEMBER = CompiledStatement(_remember)


async def _pay(economy: EconomyContext, account: Account, what: str) -> ReactionResult:
    day, streaks, lost = economy.day, account.streaks, None
    before = streaks.get(StreakType.REACTION)
    entries = [
        LedgerEntry(
            economy.config.besitos_per_reaction, TransactionType.REACTION, f"reaction:{what}"
        )
    ]
    if before is None or not before.includes(day):
        streak, lost = continued(before, day), lost_streak(before, day)
        streaks = {**streaks, StreakType.REACTION: streak}
        if not await save_streak(economy.connection, account.user_id, StreakType.REACTION, streak):
            raise StaleAccount(account.user_id)
        bonus = activity_bonus(economy.config, max(streak.length_on(day), 1))
        reference = f"activity:{account.reference_id}:{day}"
        entries.append(LedgerEntry(bonus, TransactionType.ACTIVITY_BONUS, reference))
    counted = replace(account, reactions_that_day=account.reactions_that_day + 1, streaks=streaks)
    posted = await post(economy, counted, entries)
    return ReactionResult(
        posted.account,
        paid=posted.amounts.get(TransactionType.REACTION, 0),
        bonus=posted.amounts.get(TransactionType.ACTIVITY_BONUS, 0),
        news=News(lost=lost),
    )
