"""Whatever members, admins and time do, the books balance: a model plays along and compares."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.gamification.daily_gift import GiftAlreadyTaken
from bot.gamification.ledger import InsufficientBesitos
from bot.gamification.rewards.lifecycle import NotClaimable
from bot.gamification.types import StreakType
from tests.support.economy import NOON, LiveEconomy, count_rows
from tests.support.seeded import SeededDatabases

MEMBERS = st.integers(1, 2)
REWARDS = st.integers(1, 3)
#: Hours that an update waited.
LATE = st.sampled_from([0, 0, 0, 13, 24, 36, 48])


class AnyHistory(RuleBasedStateMachine):
    """Moves on a SQLite file, and a naive model of what each of them should have brought."""

    loop: asyncio.AbstractEventLoop
    databases: SeededDatabases

    def __init__(self) -> None:
        """Open a fresh economy."""
        super().__init__()
        self.fresh = self.databases.fresh()
        self.live = LiveEconomy(self.loop.run_until_complete(self.fresh.__aenter__()))
        self.settings = Counter(per_reaction=5, gift=50, gift_bonus=10, limit=20, base=20)
        self.balance: Counter[int] = Counter()
        self.messages: set[tuple[int, int]] = set()
        self.reaction_days: dict[int, list[int]] = {1: [], 2: []}
        self.gift_days: dict[int, list[int]] = {1: [], 2: []}
        self.claimed: set[tuple[int, int]] = set()
        self.grants = 0

    def teardown(self) -> None:
        """Close it."""
        self.loop.run_until_complete(self.fresh.__aexit__(None, None, None))

    @property
    def day(self) -> int:
        """Days since the beginning."""
        return self.day_before(0)

    def day_before(self, hours: int) -> int:
        """Days from the beginning to so many hours ago."""
        return (self.ago(hours).date() - NOON.date()).days

    def ago(self, hours: int) -> datetime:
        """Return the time so many hours ago."""
        return self.live.clock.now - timedelta(hours=hours)

    @rule(member=MEMBERS, message=st.integers(1, 12), late=LATE)
    def react(self, member: int, message: int, late: int) -> None:
        """React, perhaps again, in an update that waited for some hours."""
        days, day = self.reaction_days[member], self.day_before(late)
        expected = (0, 0)
        if (member, message) not in self.messages and days.count(day) < self.settings["limit"]:
            self.messages.add((member, message))
            is_first = day not in days
            days.append(day)
            bonus = self.settings["base"] + 2 * (run_until(days, day) - 1)
            expected = (self.settings["per_reaction"], bonus if is_first else 0)
        self.balance[member] += sum(expected)

        result = self.loop.run_until_complete(
            self.live.react(message, member, acted_at=self.ago(late))
        )

        assert expected == (result.paid, result.bonus)

    @rule(member=MEMBERS, late=LATE)
    def take_gift(self, member: int, late: int) -> None:
        """Take the gift, perhaps again, in an update that waited for some hours."""
        days, day = self.gift_days[member], self.day_before(late)
        if day in days:
            with pytest.raises(GiftAlreadyTaken):
                self.loop.run_until_complete(self.live.take_gift(member, self.ago(late)))
            return
        days.append(day)
        bonus = self.settings["gift_bonus"] if run_until(days, day) > 1 else 0
        self.balance[member] += self.settings["gift"] + bonus

        result = self.loop.run_until_complete(self.live.take_gift(member, self.ago(late)))

        assert (self.settings["gift"], bonus) == (result.gift, result.bonus)

    @rule(member=MEMBERS, reward=REWARDS)
    def claim(self, member: int, reward: int) -> None:
        """Press a claim button, real or forged."""
        try:
            result = self.loop.run_until_complete(self.live.claim(reward, member))
        except NotClaimable:
            return
        assert (member, reward) not in self.claimed
        self.claimed.add((member, reward))
        self.balance[member] += result.paid

    @rule(member=MEMBERS, amount=st.integers(-120, 120).filter(bool))
    def grant(self, member: int, amount: int) -> None:
        """Grant or take as an admin."""
        self.grants += 1
        move = self.live.move(amount, f"admin:{self.grants}", member)
        if self.balance[member] + amount < 0:
            with pytest.raises(InsufficientBesitos):
                self.loop.run_until_complete(move)
            return
        self.balance[member] += amount
        self.loop.run_until_complete(move)

    @rule(hours=st.sampled_from([1, 13, 24, 24, 24, 48, 169]))
    def wait(self, hours: int) -> None:
        """Let time go by."""
        self.live.clock.now += timedelta(hours=hours)

    @rule(amount=st.integers(0, 60), name=st.sampled_from(["per_reaction", "gift", "limit"]))
    def edit_setting(self, name: str, amount: int) -> None:
        """Change a setting as an admin."""
        columns = {
            "per_reaction": "besitos_per_reaction",
            "gift": "besitos_daily_gift",
            "limit": "max_reactions_per_day",
        }
        self.settings[name] = amount % 8 if name == "limit" else amount
        self.loop.run_until_complete(self.live.set(**{columns[name]: self.settings[name]}))

    @precondition(lambda self: self.claimed)
    @rule()
    def act(self) -> None:
        """Do nothing in particular, which must not bring back what was claimed."""
        for member in (1, 2):
            self.loop.run_until_complete(self.live.act(member))

    @invariant()
    def books_balance(self) -> None:
        """Compare the ledger, the account and the model."""
        self.loop.run_until_complete(self._compare())

    async def _compare(self) -> None:
        await self.live.assert_books_balance()
        for member in (1, 2):
            account = await self.live.account(member)
            assert self.balance[member] == account.balance
            assert self.reaction_days[member].count(self.day) == account.reactions_that_day
            for kind, days in (
                (StreakType.REACTION, self.reaction_days[member]),
                (StreakType.DAILY_GIFT, self.gift_days[member]),
            ):
                streak = account.streaks.get(kind)
                today = self.live.clock.now.date()
                assert run_until(days, self.day) == (streak.length_on(today) if streak else 0)
        claims = await count_rows(self.live.engine, "transactions", "type = 'REWARD'")
        assert len({one for one in self.claimed if one[1] != 2}) == claims  # 2 is a badge


def run_until(days: list[int], today: int) -> int:
    """Count the days in a row that reach to today or yesterday."""
    end = today if today in days else today - 1
    length = 0
    while end - length in days:
        length += 1
    return length


def test_any_history(seeded_sqlite: SeededDatabases) -> None:
    """Forty steps of anything leave every member with what the model says."""
    with asyncio.Runner() as runner:
        AnyHistory.loop = runner.get_loop()
        AnyHistory.databases = seeded_sqlite
        machine = AnyHistory.TestCase
        machine.settings = settings(
            max_examples=12,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        machine().runTest()
