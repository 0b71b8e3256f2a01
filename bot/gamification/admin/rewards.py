"""Edit, retire and bring back rewards. They are never deleted: members hold them."""

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import func, select, update

from bot.errors import BesitosError
from bot.gamification.admin.audit import Action, record
from bot.gamification.admin.values import amount, badge, one_line, validated, whole_number
from bot.gamification.bootstrap.manifest import RewardDefault
from bot.gamification.models import BotConfig, ConditionType, Reward, RewardType
from bot.gamification.moment import Economy
from bot.gamification.rewards.catalogue import Reward as RewardView
from bot.gamification.rewards.catalogue import read_catalogue


class RewardNotFound(BesitosError):
    """There is no such reward."""


class NameTaken(BesitosError):
    """Another reward has the name already."""


class Field(StrEnum):
    """What can be edited by typing."""

    NAME = "name"
    DESCRIPTION = "description"
    VALUE = "reward_value"
    CLAIM_WINDOW = "claim_window_hours"


class Flag(StrEnum):
    """What can be switched."""

    ACTIVE = "is_active"
    REPEATABLE = "is_repeatable"
    SECRET = "is_secret"  # noqa: S105 - a column, no password


#: A reward that is good in every part, to try one part of another in.
_GOOD: Final[dict[str, Any]] = {
    "key": "admin",
    "name": "name",
    "claim_window_hours": 1,
    "conditions": [{"condition_type": ConditionType.FIRST_REACTION}],
    "reward_type": RewardType.BESITOS,
    "reward_value": {"amount": 1},
}


async def read_rewards(economy: Economy) -> list[RewardView]:
    """Return all rewards as the database has them now."""
    return list((await read_catalogue(economy.connection)).values())


async def read_reward(economy: Economy, reward_id: int) -> RewardView:
    """Return one reward as the database has it now. Raises `RewardNotFound`."""
    reward = (await read_catalogue(economy.connection)).get(reward_id)
    if reward is None:
        raise RewardNotFound("There is no such reward; it may have been deleted by hand.")
    return reward


def parse_field(kind: RewardType, field: Field, text: str) -> Any:
    """Read what an admin typed for a field of a reward of type `kind`. Raises `InvalidValue`."""
    match field:
        case Field.NAME:
            value: Any = one_line(text)
        case Field.DESCRIPTION:
            value = text.strip()
        case Field.CLAIM_WINDOW:
            value = whole_number(text)
        case Field.VALUE:
            value = {"amount": amount(text)} if kind is RewardType.BESITOS else badge(text)
            validated(RewardDefault, {**_GOOD, "reward_type": kind, field.value: value})
            return value
    validated(RewardDefault, {**_GOOD, field.value: value})
    return value


async def edit_reward(
    economy: Economy, admin_id: int, reward_id: int, field: Field | Flag, value: Any
) -> RewardView:
    """Set one field of a reward and return the reward.

    Whoever calls makes the rulebook forget what it knows, once this is committed. Raises
    `RewardNotFound` or `NameTaken`; nothing has changed then.
    """
    column = getattr(Reward, field.value)
    # Members who hold the reward refer to it: only its fields are locked, not its identity.
    locked = select(column).where(Reward.id == reward_id).with_for_update(key_share=True)
    row = (await economy.connection.execute(locked)).one_or_none()
    if row is not None and row[0] != value:
        if field is Field.NAME:
            await refuse_taken_name(economy, value)
        await economy.connection.execute(
            update(Reward)
            .where(Reward.id == reward_id)
            .values({field.value: value, "updated_at": economy.now})
        )
        await record(
            economy,
            admin_id,
            Action.EDIT_REWARD,
            f"reward:{reward_id}",
            before={field.value: row[0]},
            after={field.value: value},
        )
    return await read_reward(economy, reward_id)


async def refuse_taken_name(economy: Economy, name: str) -> None:
    """Raise `NameTaken` when a reward of that name exists: the seed tells rewards apart by it.

    Admins who name rewards at the same time come one after the other: the settings' row is the
    one thing there is that all of them can lock.
    """
    await economy.connection.execute(select(BotConfig.id).with_for_update(key_share=True))
    same = select(func.count()).select_from(Reward).where(Reward.name == name)
    if await economy.connection.scalar(same):
        raise NameTaken(f"There is a reward named {name!r} already; choose another name.")
