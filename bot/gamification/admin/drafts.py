"""Create a reward: the draft grows answer by answer and is checked by a reward's own rules."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Integer, cast, func, insert, select

from bot.gamification.admin.audit import Action, record
from bot.gamification.admin.rewards import read_reward, refuse_taken_name
from bot.gamification.admin.validation import validated, whole_number
from bot.gamification.context import EconomyContext
from bot.gamification.models import ConditionType, RewardConditionRow, RewardRow
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.definition import UNCOUNTED, ConditionDefinition, RewardDefinition
from bot.gamification.types import LAST

#: Conditions of this group must all hold; of any other, one must.
ALL_OF: Final = 0
ANY_OF: Final = 1
#: The rules ask for a key. Only seeded rewards have one, so this one is never stored.
_NO_KEY: Final = "admin"


def parse_condition(kind: ConditionType, text: str | None = None) -> dict[str, Any]:
    """Return a condition as the manifest writes it. Raises `InvalidValue`."""
    value = None if kind in UNCOUNTED or text is None else whole_number(text)
    condition = {"condition_type": kind, "condition_value": value, "condition_group": ALL_OF}
    return validated(ConditionDefinition, condition).model_dump(mode="json")


async def create_reward(economy: EconomyContext, admin_id: int, draft: Mapping[str, Any]) -> Reward:
    """Insert a reward with its conditions, behind all others, and return it.

    `draft` has the manifest's fields without key and order. Whoever calls makes the rules
    forget what it knows, once this is committed. Raises `InvalidValue` or `NameTaken`.
    """
    wanted = validated(RewardDefinition, {**draft, "key": _NO_KEY})
    await refuse_taken_name(economy, wanted.name)
    fields = wanted.model_dump(exclude={"key", "conditions", "sort_order"})
    # SQL by hand may have put anything there; what is beyond the bounds is not counted on.
    orders = select(func.max(cast(RewardRow.sort_order, Integer)))
    last = await economy.connection.scalar(
        orders.where(RewardRow.sort_order.between(-LAST, LAST - 1))
    )
    reward_id = await economy.connection.scalar(
        insert(RewardRow)
        .values(
            **fields,
            sort_order=0 if last is None else last + 1,
            created_at=economy.now,
            updated_at=economy.now,
        )
        .returning(RewardRow.id)
    )
    assert reward_id is not None  # noqa: S101 - RETURNING gives the row that was inserted
    conditions = [condition.model_dump() for condition in wanted.conditions]
    await economy.connection.execute(
        insert(RewardConditionRow), [{**one, "reward_id": reward_id} for one in conditions]
    )
    after = wanted.model_dump(mode="json", exclude={"key", "sort_order"})
    await record(
        economy, admin_id, Action.CREATE_REWARD, f"reward:{reward_id}", before=None, after=after
    )
    return await read_reward(economy, reward_id)
