"""Account of a user: everything that an update may need, in one statement under a row lock."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import BigInteger, Date, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from bot.database.compiled import CompiledStatement
from bot.database.constructs import as_number, raw
from bot.gamification.context import EconomyContext
from bot.gamification.models import AccountRow, ReactionRow, StreakRow, UserRewardRow, UserRow
from bot.gamification.rewards.conditions import Facts
from bot.gamification.rewards.user_reward import USER_REWARD_COLUMNS, UserReward, read_user_reward
from bot.gamification.stored import Problem, read_text
from bot.gamification.streaks import (
    COLUMNS,
    ONE_DAY,
    Streak,
    read_streak,
    stored_columns,
    streak_problems,
)
from bot.gamification.types import StreakType


@dataclass(frozen=True, slots=True)
class User:
    """A person as Telegram shows them in an update."""

    user_id: int
    username: str | None
    first_name: str
    language_code: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """A member's account as it stands in this transaction; amounts are besitos.

    `total_taken` is the part of `total_spent` that admins took.
    `reactions_that_day` are those paid for on the day of the update.
    `problems` are what SQL by hand has put into the member's rows and nobody can read.
    """

    user_id: int
    balance: int
    total_earned: int
    total_spent: int
    level: int
    reactions_that_day: int
    streaks: Mapping[StreakType, Streak]
    rewards: Mapping[int, UserReward]
    total_taken: int = 0
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    ledger_id: int | None = None
    locale: str | None = None
    has_left: bool = False

    @property
    def reference_id(self) -> int:
        """What stands for the member in the ledger's references, also after being forgotten."""
        return self.user_id if self.ledger_id is None else self.ledger_id

    @property
    def spent(self) -> int:
        """What the member has spent: what an admin takes is no spending."""
        return self.total_spent - self.total_taken

    def facts(self, *days: date) -> Facts:
        """Return what reward conditions are about; a streak counts on each of `days`."""
        return Facts(
            days=days,
            total_earned=self.total_earned,
            total_spent=self.spent,
            level=self.level,
            streaks=self.streaks,
        )


async def load_account(economy: EconomyContext, user_id: int) -> tuple[User, Account] | None:
    """Return a user with their account and the day's reactions, or None if not registered.

    On PostgreSQL the account's row stays locked until the transaction ends, so that two updates
    of one member come one after the other; on SQLite the whole transaction is alone.
    """
    connection, day, calendar = economy.connection, economy.day, economy.calendar
    parameters = {"user_id": user_id, "day": day, "next_day": day + ONE_DAY}
    rows = (await _MEMBER.execute(connection, parameters)).rows
    if not rows and await _wait_for_lock(connection, user_id):
        rows = (await _MEMBER.execute(connection, parameters)).rows
    if not rows:
        return None
    first, problems = rows[0], list[Problem]()
    account = await _account(connection, first, problems)
    streaks = dict(_streaks(first, problems))
    if calendar.short_days:
        streaks = {kind: one.over(calendar.short_days, day) for kind, one in streaks.items()}
    rewards = {
        row.reward_id: read_user_reward(row, calendar) for row in rows if row.reward_id is not None
    }
    problems += [one for held in rewards.values() for one in held.problems]
    return _user(first), Account(
        user_id=first.user_id,
        balance=account.balance,
        total_earned=account.total_earned,
        total_spent=account.total_spent,
        level=account.level,
        reactions_that_day=first.reactions_that_day,
        streaks=streaks,
        rewards=rewards,
        total_taken=account.total_taken,
        problems=tuple(problems),
        ledger_id=first.ledger_id,
        locale=read_text(first.locale),
        has_left=first.left_at is not None,
    )


def _user(row: Any) -> User:
    names = (row.username, row.first_name, row.language_code)
    username, first_name, language_code = map(read_text, names)
    return User(row.user_id, username, first_name or "", language_code)


_ACCOUNT: Final = ("balance", "total_earned", "total_spent", "total_taken", "level")
_account_of = attrgetter(*_ACCOUNT)
_profile = AccountRow
_gift = aliased(StreakRow)
_reaction = aliased(StreakRow)
_user_id = bindparam("user_id", type_=BigInteger)
_reactions_that_day = (
    select(func.count())
    .select_from(ReactionRow)
    .where(
        ReactionRow.user_id == _user_id,
        # Not `=`: a day that SQL by hand wrote with a time is that day all the same.
        ReactionRow.day >= bindparam("day", type_=Date),
        ReactionRow.day < bindparam("next_day", type_=Date),
    )
    .scalar_subquery()
)


def _of(streak: Any, kind: StreakType) -> Any:
    return (streak.user_id == UserRow.user_id) & (streak.streak_type == kind)


def _columns(streak: Any, name: str) -> list[Any]:
    return [
        value.label(f"{name}_{column}")
        for column, value in zip(COLUMNS, stored_columns(streak), strict=True)
    ]


_MEMBER = CompiledStatement(
    lambda _: (
        select(
            UserRow.user_id,
            UserRow.username,
            UserRow.first_name,
            UserRow.language_code,
            UserRow.ledger_id,
            UserRow.locale,
            raw(_profile.left_at).label("left_at"),
            *(getattr(_profile, name) for name in _ACCOUNT),
            _reactions_that_day.label("reactions_that_day"),
            *_columns(_gift, "gift"),
            *_columns(_reaction, "reaction"),
            *USER_REWARD_COLUMNS,
        )
        .join(_profile, _profile.user_id == UserRow.user_id)
        .outerjoin(_gift, _of(_gift, StreakType.DAILY_GIFT))
        .outerjoin(_reaction, _of(_reaction, StreakType.REACTION))
        .outerjoin(UserRewardRow, UserRewardRow.user_id == UserRow.user_id)
        .where(UserRow.user_id == _user_id)
        # A statement that waits for a row sees that row anew, but all others as they were before it
        # waited. So this one does not wait: see _wait_for_lock. In the moment between its snapshot
        # and its lock the same may happen all the same, rarely: whatever is written checks what
        # was read, and refuses.
        .with_for_update(of=_profile, skip_locked=True)
    )
)
_LOCK = CompiledStatement(
    lambda _: select(_profile.user_id).where(_profile.user_id == _user_id).with_for_update()
)


async def _wait_for_lock(connection: AsyncConnection, user_id: int) -> bool:
    """Wait for another turn of the member, if that is why they were not found."""
    if connection.dialect.name == "sqlite":
        return False
    return bool((await _LOCK.execute(connection, {"user_id": user_id})).rows)


_NUMBERS = select(*(as_number(getattr(_profile, name)).label(name) for name in _ACCOUNT)).where(
    _profile.user_id == _user_id
)


async def _account(connection: AsyncConnection, row: Any, problems: list[Problem]) -> Any:
    """Return a row with the account; where it is no whole number, what SQLite counts with instead.

    Whatever is posted next is added to that by SQLite, and so it becomes a number again.
    """
    stored = zip(_ACCOUNT, _account_of(row), strict=True)
    wrong = [(name, value) for name, value in stored if type(value) is not int]
    if not wrong:
        return row
    table = _profile.__tablename__
    problems += [Problem.of(table, row.user_id, name, value) for name, value in wrong]
    return (await connection.execute(_NUMBERS, {"user_id": row.user_id})).one()


def _stored(name: str) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*(f"{name}_{column}" for column in COLUMNS))


_STREAKS: Final = {
    StreakType.DAILY_GIFT: _stored("gift"),
    StreakType.REACTION: _stored("reaction"),
}


def _streaks(row: Any, problems: list[Problem]) -> Iterator[tuple[StreakType, Streak]]:
    for kind, stored_of in _STREAKS.items():
        stored = stored_of(row)
        if stored[0] is not None:
            streak = read_streak(*stored)
            problems += streak_problems(f"{row.user_id} {kind}", stored, streak)
            yield kind, streak
