"""Edits of a reward's conditions, and how many members fulfil some."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, true, update

from bot.database.constructs import as_day, as_number
from bot.gamification.admin.audit import Action, record
from bot.gamification.admin.rewards import ALL_OF, read_reward
from bot.gamification.admin.validation import InvalidValue, validated
from bot.gamification.context import EconomyContext
from bot.gamification.models import AccountRow, RewardConditionRow, RewardRow, StreakRow
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.conditions import Condition
from bot.gamification.rewards.definition import ConditionDefinition
from bot.gamification.streaks import ONE_DAY
from bot.gamification.types import ConditionType, StreakType

#: Nobody counts further than this.
MOST_COUNTED: Final = 10_000

_profile = AccountRow


def as_drafted(conditions: Sequence[Condition]) -> list[dict[str, Any]]:
    """Return conditions as a draft has them, and a manifest."""
    return [
        {
            "condition_type": one.type.value,
            "condition_value": one.value,
            "condition_group": one.group,
        }
        for one in conditions
    ]


async def edit_conditions(
    economy: EconomyContext, admin_id: int, reward_id: int, drafted: Sequence[Mapping[str, Any]]
) -> Reward:
    """Give a reward other conditions, at least one, and return it.

    Who has unlocked it keeps it. The caller invalidates `RulesCache` once this is committed.
    Raises `RewardNotFound` or `InvalidValue`; nothing has changed then.
    """
    wanted = [validated(ConditionDefinition, one).model_dump(mode="json") for one in drafted]
    if not wanted:
        raise InvalidValue("A reward needs at least one condition; add one.", "too_short", 1)
    await lock_reward(economy, reward_id)
    before = as_drafted((await read_reward(economy, reward_id)).conditions)
    if _in_order(before) != _in_order(wanted):
        await write_conditions(economy, reward_id, wanted)
        await record(
            economy,
            admin_id,
            Action.EDIT_REWARD,
            f"reward:{reward_id}",
            before={"conditions": before},
            after={"conditions": wanted},
        )
    return await read_reward(economy, reward_id)


async def lock_reward(economy: EconomyContext, reward_id: int) -> None:
    """Let no other admin change the reward before our commit."""
    locked = select(RewardRow.id).where(RewardRow.id == reward_id)
    await economy.connection.execute(locked.with_for_update(key_share=True))


async def write_conditions(
    economy: EconomyContext, reward_id: int, wanted: Sequence[Mapping[str, Any]]
) -> None:
    """Replace the conditions of a reward."""
    rows = RewardConditionRow
    await economy.connection.execute(delete(rows).where(rows.reward_id == reward_id))
    await economy.connection.execute(
        insert(rows), [{**one, "reward_id": reward_id} for one in wanted]
    )
    changed = update(RewardRow).where(RewardRow.id == reward_id).values(updated_at=economy.now)
    await economy.connection.execute(changed)


async def count_fulfilling(economy: EconomyContext, drafted: Sequence[Mapping[str, Any]]) -> int:
    """Return how many members fulfil such conditions today, at most `MOST_COUNTED`."""
    if not drafted:
        return 0
    groups: dict[int, list[ColumnElement[bool]]] = {}
    for one in drafted:
        clause = _clause(economy, ConditionType(one["condition_type"]), one["condition_value"])
        groups.setdefault(one["condition_group"], []).append(clause)
    needed = groups.pop(ALL_OF, [])
    fulfilled = and_(true(), *needed, *(or_(*clauses) for clauses in groups.values()))
    found = select(_profile.user_id).where(fulfilled).limit(MOST_COUNTED).subquery()
    return await economy.connection.scalar(select(func.count()).select_from(found)) or 0


def _clause(economy: EconomyContext, kind: ConditionType, value: int | None) -> ColumnElement[bool]:
    need = value or 1
    match kind:
        case ConditionType.FIRST_REACTION:
            return _has_streak(StreakType.REACTION)
        case ConditionType.FIRST_DAILY_GIFT:
            return _has_streak(StreakType.DAILY_GIFT)
        case ConditionType.STREAK_LENGTH:
            still_runs = as_day(StreakRow.last_day) >= economy.today - ONE_DAY
            return _has_streak(StreakType.DAILY_GIFT, StreakRow.current >= need, still_runs)
        case ConditionType.TOTAL_POINTS:
            return _profile.total_earned >= need
        case ConditionType.BESITOS_SPENT:
            return as_number(_profile.total_spent) - _profile.total_taken >= need
        case ConditionType.LEVEL_REACHED:
            return _profile.level >= need


def _has_streak(kind: StreakType, *also: ColumnElement[bool]) -> ColumnElement[bool]:
    mine = StreakRow.user_id == _profile.user_id
    return exists().where(mine, StreakRow.streak_type == kind, *also)


def _in_order(conditions: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return conditions to compare: their order means nothing."""
    return sorted([str(one[name]) for name in sorted(one)] for one in conditions)
