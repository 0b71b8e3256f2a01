"""Creation and edits of rewards, by a reward's own rules.

They are retired, and never deleted: members hold them.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Integer, cast, false, func, insert, select, update

from bot.database.constructs import as_stored
from bot.errors import BesitosError
from bot.gamification.admin.audit import Action, record
from bot.gamification.admin.validation import (
    amount,
    badge,
    one_line,
    validated,
    validated_field,
    whole_number,
    without_escapes,
)
from bot.gamification.context import EconomyContext
from bot.gamification.models import BotConfigRow, RewardConditionRow, RewardRow
from bot.gamification.rewards.catalogue import Reward, read_catalogue
from bot.gamification.rewards.definition import UNCOUNTED, ConditionDefinition, RewardDefinition
from bot.gamification.stored import read_text
from bot.gamification.types import LAST, ConditionType, RewardType, same_name_key

#: Conditions of this group must all hold; of any other, one must.
ALL_OF: Final = 0
ANY_OF: Final = 1
#: The rules ask for a key. Only seeded rewards have one, so this one is never stored.
_NO_KEY: Final = "admin"


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


async def read_rewards(economy: EconomyContext) -> list[Reward]:
    """Return all rewards as the database has them now."""
    return list((await read_catalogue(economy.connection)).values())


async def read_reward(economy: EconomyContext, reward_id: int) -> Reward:
    """Return one reward as the database has it now. Raises `RewardNotFound`."""
    reward = (await read_catalogue(economy.connection)).get(reward_id)
    if reward is None:
        raise RewardNotFound("There is no such reward; it may have been deleted by hand.")
    return reward


def parse_field(kind: RewardType, field: Field, text: str) -> Any:
    """Read what an admin typed for a field of a reward of type `kind`. Raises `InvalidValue`."""
    match field:
        case Field.NAME:
            return one_line(text)
        case Field.DESCRIPTION:
            return validated_field(RewardDefinition, field.value, without_escapes(text))
        case Field.CLAIM_WINDOW:
            return validated_field(RewardDefinition, field.value, whole_number(text))
        case Field.VALUE:
            return {"amount": amount(text)} if kind is RewardType.BESITOS else badge(text)


def parse_condition(kind: ConditionType, text: str | None = None) -> dict[str, Any]:
    """Return a condition as the manifest writes it. Raises `InvalidValue`."""
    value = None if kind in UNCOUNTED or text is None else whole_number(text)
    condition = {"condition_type": kind, "condition_value": value, "condition_group": ALL_OF}
    return validated(ConditionDefinition, condition).model_dump(mode="json")


async def create_reward(economy: EconomyContext, admin_id: int, draft: Mapping[str, Any]) -> Reward:
    """Insert a reward with its conditions, behind all others, and return it.

    `draft` has the manifest's fields without key and order. The caller invalidates
    `RulesCache` once this is committed. Raises `InvalidValue` or `NameTaken`.
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


async def edit_reward(
    economy: EconomyContext, admin_id: int, reward_id: int, field: Field | Flag, value: Any
) -> Reward:
    """Set one field of a reward and return the reward.

    The caller invalidates `RulesCache` once this is committed. Raises
    `RewardNotFound` or `NameTaken`; nothing has changed then.
    """
    column = getattr(RewardRow, field.value)
    # Members who hold the reward refer to it: only its fields are locked, not its identity.
    locked = select(column).where(RewardRow.id == reward_id).with_for_update(key_share=True)
    row = (await economy.connection.execute(locked)).one_or_none()
    if row is not None and row[0] != value:
        await write_fields(economy, reward_id, {field.value: value})
        await record(
            economy,
            admin_id,
            Action.EDIT_REWARD,
            f"reward:{reward_id}",
            before={field.value: row[0]},
            after={field.value: value},
        )
    return await read_reward(economy, reward_id)


async def write_fields(economy: EconomyContext, reward_id: int, fields: Mapping[str, Any]) -> None:
    """Set fields of a reward. Raises `NameTaken`; nothing has changed then."""
    if Field.NAME in fields:
        await refuse_taken_name(economy, fields[Field.NAME], but=reward_id)
    elif fields.get(Flag.ACTIVE):
        # A retired reward's name is free, and may be another's by now.
        named = select(as_stored(RewardRow.name)).where(RewardRow.id == reward_id)
        name = read_text(await economy.connection.scalar(named))
        await refuse_taken_name(economy, name or "", but=reward_id)
    await economy.connection.execute(
        update(RewardRow)
        .where(RewardRow.id == reward_id)
        .values({**fields, "updated_at": economy.now})
    )


async def refuse_taken_name(economy: EconomyContext, name: str, *, but: int | None = None) -> None:
    """Raise `NameTaken` when an active reward has that name, as people see it, but the one `but`.

    So it is when the two read alike in one language only. The name of a retired one is free.

    Admins who name rewards at the same time come one after the other: the settings' row is the
    one thing there is that all of them can lock.
    """
    await economy.connection.execute(
        select(BotConfigRow.__table__.c.id).with_for_update(key_share=True)
    )
    others = select(as_stored(RewardRow.name)).where(
        RewardRow.id.is_distinct_from(but), RewardRow.is_active.is_not(false())
    )
    read = _readings(economy, name)
    names = [read_text(one) or "" for one in await economy.connection.scalars(others)]
    if any(not read.isdisjoint(_readings(economy, one)) for one in names):
        raise NameTaken(f"There is a reward named {name!r} already; choose another name.")


def _readings(economy: EconomyContext, name: str) -> set[tuple[str, str]]:
    """Return what people of each language read who see a reward of that name."""
    shown = {language: texts.get(name, name) for language, texts in economy.shipped.items()}
    return {(language, same_name_key(one)) for language, one in {"": name, **shown}.items()}
