"""Carry out a plan for the config and the rewards."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.upsert import insert
from bot.gamification.bootstrap.plan import Action, RowPlan, SeedPlan
from bot.gamification.models import BotConfig, Reward, RewardCondition


async def write_plan(connection: AsyncConnection, plan: SeedPlan, *, now: datetime) -> None:
    """Write every row that the plan inserts or updates; rows to keep are not touched."""
    if plan.config.writes:
        await _write_config(connection, plan.config, now)
    for row in plan.rewards:
        if row.writes:
            await _write_reward(connection, row, now)


async def _write_config(connection: AsyncConnection, row: RowPlan, now: datetime) -> None:
    values = _values(row)
    statement = insert(connection.dialect.name, BotConfig).values(id=1, updated_at=now, **values)
    if row.action is Action.INSERT:
        # A live replica's admin may have made the row since we looked: their values win.
        values = {
            name: func.coalesce(getattr(BotConfig, name), statement.excluded[name])
            for name in values
        }
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[BotConfig.id], set_={**values, "updated_at": now}
        )
    )


async def _write_reward(connection: AsyncConnection, row: RowPlan, now: datetime) -> None:
    values = _values(row)
    conditions = values.pop("conditions", None)
    reward_id = row.row_id
    if row.action is Action.INSERT:
        reward_id = await connection.scalar(
            insert(connection.dialect.name, Reward)
            .values(key=row.key, created_at=now, updated_at=now, **values)
            .on_conflict_do_nothing(index_elements=[Reward.key])
            .returning(Reward.id)
        )
    else:
        await connection.execute(
            update(Reward).where(Reward.id == reward_id).values(updated_at=now, **values)
        )
    if conditions and reward_id is not None:
        await _write_conditions(connection, reward_id, conditions)


async def _write_conditions(
    connection: AsyncConnection, reward_id: int, conditions: list[list[Any]]
) -> None:
    await connection.execute(delete(RewardCondition).where(RewardCondition.reward_id == reward_id))
    await connection.execute(
        plain_insert(RewardCondition),
        [
            {
                "reward_id": reward_id,
                "condition_type": kind,
                "condition_value": value,
                "condition_group": group,
            }
            for kind, value, group in conditions
        ],
    )


def _values(row: RowPlan) -> dict[str, Any]:
    return {name: after for name, (_, after) in row.changes.items()}
