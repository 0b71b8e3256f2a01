"""Fresh start, second start, and every way back to a whole database."""

from bot.gamification.bootstrap.report import Counts, Outcome
from bot.gamification.bootstrap.service import BootstrapService
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.support.database import add_users, contents


async def test_fresh_start_seeds_everything(service: BootstrapService, engine: AsyncEngine) -> None:
    """An empty database gets schema, config, rewards and marker."""
    report = await service.run()

    found = await contents(engine)
    assert Outcome.SEEDED == report.outcome
    assert (None, 1, None, "0002") == (
        report.seed_before,
        report.seed_after,
        report.schema_before,
        report.schema_after,
    )
    assert (Counts(created=8), Counts(created=3)) == (report.config, report.rewards)
    assert 1 == len(found["bot_config"])
    assert ["primeros_pasos", "ahorrador_principiante", "racha_7_dias"] == [
        reward["key"] for reward in found["rewards"]
    ]


async def test_second_start_writes_nothing(service: BootstrapService, engine: AsyncEngine) -> None:
    """A whole database is only read."""
    await service.run()
    before = await contents(engine, times=True)

    report = await service.run()

    assert Outcome.UP_TO_DATE == report.outcome
    assert before == await contents(engine, times=True)


async def test_users_get_profiles(service: BootstrapService, engine: AsyncEngine) -> None:
    """Whoever has no profile gets one with nothing in it."""
    await service.run()
    await add_users(engine, 1, 2, 3)

    report = await service.run()

    assert (Outcome.HEALED, Counts(created=3)) == (report.outcome, report.profiles)
