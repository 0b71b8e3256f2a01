"""Pages of the rewards, as an admin goes through them in a test."""

from sqlalchemy import select

from bot.gamification.models import RewardConditionRow, RewardRow
from tests.integration.admin.panel import Panel

BADGE = ["Insignia", "Generosa", None, "💎 Gran corazón", "72"]


async def open_reward(panel: Panel, name: str) -> None:
    await panel.say("/admin")
    await panel.press("Recompensas")
    await panel.press(name)


async def edit(panel: Panel, button: str, text: str) -> str:
    await panel.press(button)
    return await panel.say(text)


async def draft(panel: Panel, kind: str, *answers: str | None) -> None:
    await panel.say("/admin")
    await panel.press("Recompensas")
    await panel.press("Nueva recompensa")
    await panel.press(kind)
    for answer in answers:
        await (panel.press("Sin descripción") if answer is None else panel.say(answer))


async def rewards_of(panel: Panel, who: int) -> str:
    return await panel.say("/rewards", who=who)


async def finished(panel: Panel, name: str) -> dict[str, str]:
    """Draft a reward up to its summary, and return the buttons there."""
    await draft(panel, "Besitos", name, "Descripción", "5", "24")
    await panel.press("Primera reacción")
    return panel.buttons


async def conditions_of(panel: Panel, name: str) -> list[tuple[str, int | None, int]]:
    columns = (
        RewardConditionRow.condition_type,
        RewardConditionRow.condition_value,
        RewardConditionRow.condition_group,
    )
    statement = select(*columns).join(RewardRow).where(RewardRow.name == name)
    async with panel.engine.connect() as connection:
        found = await connection.execute(statement.order_by(RewardConditionRow.id))
        return [tuple(row) for row in found]


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")
