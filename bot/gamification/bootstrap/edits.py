"""Edits of seeded rewards, and their way back to the manifest's values."""

from collections.abc import Mapping
from typing import Any

from bot.gamification.admin.audit import Action, record
from bot.gamification.admin.rewards import read_reward, refuse_taken_name
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.context import EconomyContext
from bot.seeding.plan import RowPlan


async def reward_edits(
    economy: EconomyContext, service: BootstrapService, reward_id: int
) -> Mapping[str, tuple[Any, Any]]:
    """Return what of a seeded reward was edited: the edit and the default, by field."""
    row = await _row(economy, service, reward_id)
    return row.kept if row else {}


async def restore_reward(
    economy: EconomyContext, admin_id: int, service: BootstrapService, reward_id: int
) -> None:
    """Give every edit of a seeded reward back to the manifest; nothing for any other reward.

    The caller invalidates `RulesCache` once this is committed. Raises `NameTaken`.
    """
    row = await _row(economy, service, reward_id)
    if row is None or not row.kept:
        return
    await service.take([row.label], economy.connection)
    reward = await read_reward(economy, reward_id)
    if reward.is_active:
        await refuse_taken_name(economy, reward.name, but=reward_id)
    await record(
        economy,
        admin_id,
        Action.RESTORE_REWARD,
        f"reward:{reward_id}",
        before={name: edited for name, (edited, _) in row.kept.items()},
        after={name: default for name, (_, default) in row.kept.items()},
    )


async def _row(
    economy: EconomyContext, service: BootstrapService, reward_id: int
) -> RowPlan | None:
    report = await service.inspect(economy.connection)
    for row in report.rows:
        if row.section == "rewards" and row.stored and row.stored.values["id"] == reward_id:
            return row
    return None
