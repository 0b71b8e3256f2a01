"""What a member's profile shows."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.level_formula import LevelFormula
from bot.gamification.models import UserGamificationProfile


@dataclass(frozen=True, slots=True)
class Profile:
    """A member's account in besitos, and how far it is to the next level.

    `next_level_at` is the total that the next level takes; None when there is none in reach.
    """

    balance: int
    total_earned: int
    level: int
    level_since: int
    next_level_at: int | None

    @property
    def progress(self) -> float:
        """How much of the way from this level to the next is done, from 0 to 1."""
        if self.next_level_at is None:
            return 1.0
        return (self.total_earned - self.level_since) / (self.next_level_at - self.level_since)


async def read_profile(connection: AsyncConnection, user_id: int, formula: LevelFormula) -> Profile:
    """Return the profile of a registered member."""
    columns = (UserGamificationProfile.balance, UserGamificationProfile.total_earned)
    statement = select(*columns).where(UserGamificationProfile.user_id == user_id)
    balance, total_earned = (await connection.execute(statement)).one()
    level = formula.level(total_earned)
    return Profile(
        balance=balance,
        total_earned=total_earned,
        level=level,
        level_since=formula.threshold(level),
        next_level_at=formula.next_threshold(total_earned),
    )
