"""The economy at work on a bootstrapped database, with a clock that a test sets."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import for_writing
from bot.gamification.account import Account, User
from bot.gamification.context import EconomyContext, RulesCache
from bot.gamification.daily_gift import GiftResult, take_gift
from bot.gamification.ledger import LedgerEntry, Posted, StaleAccount, post
from bot.gamification.models import (
    AccountRow,
    BotConfigRow,
    LedgerEntryRow,
    RewardConditionRow,
    RewardRow,
)
from bot.gamification.reactions import ReactionResult, react
from bot.gamification.registration import create_account, find_account
from bot.gamification.rewards.lifecycle import ClaimResult, claim, unlock
from bot.gamification.rewards.listing import RewardLine, list_rewards
from bot.gamification.types import RewardType, TransactionType
from tests.support.database import run_sql
from tests.support.manifests import shipped_manifest

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANA, LUIS = 1001, 1002
GROUP = -100

T = TypeVar("T")


class Clock:
    """Stands still until told otherwise."""

    def __init__(self, now: datetime = NOON) -> None:
        """Start at `now`."""
        self.now = now

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def advance(self, *, days: int = 0, hours: int = 0, microseconds: int = 0) -> None:
        """Go forward."""
        self.now += timedelta(days=days, hours=hours, microseconds=microseconds)


class LiveEconomy:
    """Members' moves, each in its own transaction, and an admin's hand in the database."""

    def __init__(self, engine: AsyncEngine, clock: Clock | None = None) -> None:
        """Play on `engine`, which must be bootstrapped."""
        self.engine = engine
        self.clock = clock or Clock()
        self.rules = RulesCache(shipped_manifest().config, self.clock)

    @asynccontextmanager
    async def turn(
        self, user_id: int = ANA, acted_at: datetime | None = None
    ) -> AsyncIterator[tuple[EconomyContext, Account]]:
        """Open what the middleware opens for an update of this member, of `acted_at` or now."""
        async with for_writing(self.engine).begin() as connection:
            economy = await self.rules.economy(connection, acted_at)
            member = User(user_id, None, f"Member {user_id}", "es")
            account = await find_account(economy, member) or await create_account(economy, member)
            self.rules.problems.name(user_id, account.problems)
            yield economy, account

    async def react(
        self,
        message_id: int,
        user_id: int = ANA,
        chat_id: int = GROUP,
        acted_at: datetime | None = None,
    ) -> ReactionResult:
        """React to a message."""

        async def move() -> ReactionResult:
            async with self.turn(user_id, acted_at) as (economy, member):
                return await react(economy, member, chat_id, message_id)

        return await _twice(move)

    async def take_gift(self, user_id: int = ANA, acted_at: datetime | None = None) -> GiftResult:
        """Take the daily gift."""

        async def move() -> GiftResult:
            async with self.turn(user_id, acted_at) as (economy, member):
                return await take_gift(economy, member)

        return await _twice(move)

    async def claim(self, reward_id: int, user_id: int = ANA) -> ClaimResult:
        """Claim a reward."""
        async with self.turn(user_id) as (economy, member):
            return await claim(economy, member, reward_id)

    async def act(self, user_id: int = ANA) -> list[str]:
        """Do anything at all, and return the names of what that unlocked."""
        async with self.turn(user_id) as (economy, member):
            return [reward.name for reward in (await unlock(economy, member))[1]]

    async def account(self, user_id: int = ANA) -> Account:
        """Return the account."""
        async with self.turn(user_id) as (_, member):
            return member

    async def lines(self, user_id: int = ANA) -> list[RewardLine]:
        """Return what the member sees of the rewards."""
        async with self.turn(user_id) as (economy, member):
            return list(list_rewards(economy, member).lines)

    async def move(self, amount: int, reference: str, user_id: int = ANA) -> Posted:
        """Grant besitos, or take them when the amount is negative, as an admin does."""
        kind = TransactionType.ADMIN_GRANT if amount > 0 else TransactionType.ADMIN_TAKE
        async with self.turn(user_id) as (economy, member):
            return await post(economy, member, [LedgerEntry(amount, kind, reference)])

    async def spend(self, amount: int, reference: str, user_id: int = ANA) -> Posted:
        """Take besitos as the member's own spending would."""
        async with self.turn(user_id) as (economy, member):
            return await post(
                economy, member, [LedgerEntry(-amount, TransactionType.REWARD, reference)]
            )

    async def set(self, **settings: Any) -> None:
        """Change settings in the database, and have them in force at once."""
        await self.edit(update(BotConfigRow).values(**settings))

    async def edit(self, statement: Any) -> None:
        """Change rules in the database, and have them in force at once."""
        async with self.engine.begin() as connection:
            await connection.execute(statement)
        self.rules.invalidate()

    async def edit_by_sql(self, *statements: str) -> None:
        """Change anything by plain SQL, and have it in force at once."""
        await run_sql(self.engine, *statements)
        self.rules.invalidate()

    async def add_reward(self, name: str, *conditions: tuple[Any, ...], **fields: Any) -> int:
        """Define a reward of 7 besitos; a condition is its type, value and perhaps group."""
        (reward_id,) = await self.add_rewards([name], *conditions, **fields)
        return reward_id

    async def add_rewards(
        self, names: Sequence[str], *conditions: tuple[Any, ...], **fields: Any
    ) -> list[int]:
        """Define several that differ in nothing but their names; return their ids."""
        columns = {
            "reward_type": RewardType.BESITOS,
            "reward_value": {"amount": 7},
            "claim_window_hours": 48,
            "sort_order": 100,
        }
        rewards = [{"key": name, "name": name} | columns | fields for name in names]
        async with self.engine.begin() as connection:
            made = await connection.execute(insert(RewardRow).returning(RewardRow.id), rewards)
            ids = list(made.scalars())
            rows = [
                {
                    "reward_id": reward_id,
                    "condition_type": kind,
                    "condition_value": value,
                    "condition_group": group[0] if group else 0,
                }
                for reward_id in ids
                for kind, value, *group in conditions
            ]
            if rows:
                await connection.execute(insert(RewardConditionRow), rows)
        self.rules.invalidate()
        return ids

    async def reward_id(self, key: str) -> int:
        """Return the id of a seeded reward."""
        async with self.engine.connect() as connection:
            return int(
                await connection.scalar(select(RewardRow.id).where(RewardRow.key == key)) or 0
            )

    async def ledger(self, user_id: int = ANA) -> list[tuple[TransactionType, int]]:
        """Return the lines, oldest first."""
        statement = select(LedgerEntryRow.type, LedgerEntryRow.amount).where(
            LedgerEntryRow.user_id == user_id
        )
        async with self.engine.connect() as connection:
            found = await connection.execute(statement.order_by(LedgerEntryRow.id))
            return [(kind, amount) for kind, amount in found]

    async def assert_books_balance(self) -> None:
        """Every balance must be the sum of its ledger, and every level the formula's."""
        profile = AccountRow
        total = func.coalesce(func.sum(LedgerEntryRow.amount), 0)
        statement = (
            select(profile, total.label("ledger"))
            .outerjoin(LedgerEntryRow, LedgerEntryRow.user_id == profile.user_id)
            .group_by(*profile.__table__.columns)
        )
        async with for_writing(self.engine).begin() as connection:
            formula = (await self.rules.economy(connection)).config.formula
            for row in await connection.execute(statement):
                assert (row.ledger, row.total_earned - row.total_spent) == (row.balance,) * 2
                assert row.balance >= 0
                assert row.level == formula.level(row.total_earned)


async def _twice(move: Callable[[], Awaitable[T]]) -> T:
    """Make a move once more where what it had read was old, as the middleware does."""
    try:
        return await move()
    except StaleAccount:
        return await move()


async def count_rows(engine: AsyncEngine, table: str, where: str = "1 = 1") -> int:
    """Count rows by plain SQL."""
    async with engine.connect() as connection:
        found = await connection.scalar(text(f"SELECT count(*) FROM {table} WHERE {where}"))
        return int(found or 0)
