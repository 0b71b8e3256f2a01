"""Effects of a number before it is set or booked, and amounts far outside the usual."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from bot.database.constructs import as_stored
from bot.gamification.admin.audit import Action
from bot.gamification.admin.settings import Setting
from bot.gamification.config import EconomyConfig
from bot.gamification.context import EconomyContext
from bot.gamification.models import AdminActionRow
from bot.gamification.stored import read_json
from bot.gamification.types import RewardType

#: So many times the usual is far outside of it.
FAR: Final = 10
#: Adjustments that tell what is usual.
_LATEST: Final = 100


@dataclass(frozen=True, slots=True)
class SettingEffect:
    """What a member can earn a day at most, in besitos, with the present value and the new one.

    `times` is how many times the usual the new value is, None where that is not far outside.
    """

    name: str
    present: int
    value: int
    before: int
    after: int
    times: int | None


def most_a_day(config: EconomyConfig) -> int:
    """Return what a member can earn on one day by gift, reactions and streaks, in besitos."""
    gift = config.besitos_daily_gift + config.besitos_daily_streak_bonus
    if not config.max_reactions_per_day:
        return gift
    streak = config.besitos_streak_bonus_max if config.besitos_streak_bonus_per_day else 0
    reactions = config.max_reactions_per_day * config.besitos_per_reaction
    return gift + config.besitos_daily_base + streak + reactions


def effect_of(config: EconomyConfig, setting: Setting, value: int) -> SettingEffect:
    """Return what `value` does, for a setting that is a number."""
    present, default = int(setting.value), int(setting.default)
    now = config.model_copy(update={setting.name: present})
    then = config.model_copy(update={setting.name: value})
    return SettingEffect(
        setting.name,
        present,
        value,
        most_a_day(now),
        most_a_day(then),
        _times(value, max(present, default)),
    )


async def reward_times_the_usual(
    economy: EconomyContext, kind: RewardType, value: Mapping[str, Any]
) -> int | None:
    """Return the same of what a reward would give: other rewards tell what is usual, too."""
    if kind is not RewardType.BESITOS:
        return None
    others = (one for one in economy.catalogue.values() if one.type is RewardType.BESITOS)
    most = max((int(one.value["amount"]) for one in others), default=0)
    return await times_the_usual(economy, int(value["amount"]), most)


async def times_the_usual(economy: EconomyContext, amount: int, usual: int = 0) -> int | None:
    """Return how many times the usual an adjustment is, None where that is not far outside.

    Usual is what a member can earn a day, what admins have granted or taken lately, and `usual`.
    """
    actions = (Action.GRANT, Action.TAKE)
    statement = (
        select(as_stored(AdminActionRow.after))
        .where(AdminActionRow.action.in_(actions))
        .order_by(AdminActionRow.id.desc())
        .limit(_LATEST)
    )
    lines = [read_json(one) for one in await economy.connection.scalars(statement)]
    amounts = [one.get("amount") for one in lines if isinstance(one, dict)]
    known = [abs(one) for one in amounts if type(one) is int]
    return _times(abs(amount), max([usual, most_a_day(economy.config), *known]))


def _times(value: int, usual: int) -> int | None:
    times = value // max(usual, 1)
    return times if times >= FAR else None
