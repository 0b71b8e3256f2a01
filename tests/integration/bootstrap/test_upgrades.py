"""From one manifest to the next: edits stay, everything else follows."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import SEED_MARKER, BotConfigRow, RewardRow
from bot.seeding.report import Counts, Outcome
from tests.support.database import contents, run_sql
from tests.support.manifests import next_version, with_reward, without_reward
from tests.support.populated import populate
from tests.support.seeded import SeededSqlite

pytestmark = pytest.mark.seeded


async def test_new_defaults_arrive_and_edits_stay(
    engine: AsyncEngine, service: BootstrapService, manifest: Manifest
) -> None:
    """Field by field: what nobody touched moves on, what an admin set stays and is reported."""
    await service.run()
    await populate(engine)
    newer = with_reward(
        next_version(manifest, besitos_daily_gift=60, besitos_per_reaction=6),
        "primeros_pasos",
        name="Primer Paso",
        description="Otro texto.",
    )

    report = await BootstrapService(engine, newer).run()

    found = await contents(engine)
    (config,) = found["bot_config"]
    reward = next(row for row in found["rewards"] if row["key"] == "primeros_pasos")
    assert (Outcome.UPGRADED, 2, 3) == (
        report.outcome,
        report.seeds[0].version_before,
        report.seeds[0].version_after,
    )
    assert (77, 6) == (config["besitos_daily_gift"], config["besitos_per_reaction"])
    assert ("Primer Paso", "Texto del admin 💰") == (reward["name"], reward["description"])
    assert Counts(updated=1, kept=1) == report.counts("config")
    assert {"besitos_daily_gift": (77, 60)} == report.rows[0].kept
    assert [90, 0, 0] == [row["balance"] for row in found["user_gamification_profiles"]]


async def test_rewards_come_and_go(
    engine: AsyncEngine, service: BootstrapService, manifest: Manifest
) -> None:
    """A new reward is inserted; one that left the manifest stays in the database."""
    await service.run()
    newer = with_reward(
        without_reward(next_version(manifest), "racha_7_dias"),
        "mecenas",
        name="Mecenas",
        reward_type="BESITOS",
        reward_value={"amount": 5},
        claim_window_hours=24,
        conditions=[{"condition_type": "BESITOS_SPENT", "condition_value": 500}],
    )

    report = await BootstrapService(engine, newer).run()

    keys = [row["key"] for row in (await contents(engine))["rewards"]]
    assert ["primeros_pasos", "ahorrador_principiante", "racha_7_dias", "mecenas"] == keys
    assert Counts(created=1) == report.counts("rewards")


async def test_reward_without_its_accent_is_adopted(
    engine: AsyncEngine, service: BootstrapService, manifest: Manifest
) -> None:
    """A row as an older system called it, without key and accent, is the default reward."""
    await service.run()
    await run_sql(engine, "UPDATE rewards SET key = NULL, name = 'Racha de 7 Dias' WHERE id = 3")
    await run_sql(engine, "DELETE FROM seed_marker")

    report = await BootstrapService(engine, manifest).run()

    rewards = (await contents(engine))["rewards"]
    assert ["Primeros Pasos", "Ahorrador Principiante", "Racha de 7 Dias"] == [
        one["name"] for one in rewards
    ]
    assert "racha_7_dias" == rewards[2]["key"]
    assert ["rewards.racha_7_dias.name"] == [*report.seeds[0].kept()]


async def test_reward_of_the_same_name_is_adopted(
    engine: AsyncEngine, service: BootstrapService, manifest: Manifest
) -> None:
    """A row that an older system left without a key becomes the default reward, edits and all."""
    await service.run()
    await run_sql(engine, "UPDATE rewards SET key = NULL, sort_order = 9 WHERE sort_order = 0")
    await run_sql(engine, "DELETE FROM seed_marker")

    await service.run()

    rewards = {row["key"]: row["sort_order"] for row in (await contents(engine))["rewards"]}
    assert {"primeros_pasos": 9, "ahorrador_principiante": 1, "racha_7_dias": 2} == rewards


async def test_same_version_with_other_values_is_merged(
    engine: AsyncEngine, service: BootstrapService, manifest: Manifest
) -> None:
    """An operator who edits the manifest without raising its version gets the change."""
    await service.run()
    edited = next_version(manifest, version=2, besitos_daily_gift=99)

    report = await BootstrapService(engine, edited).run()

    assert (Outcome.UPGRADED, 2, 2) == (
        report.outcome,
        report.seeds[0].version_before,
        report.seeds[0].version_after,
    )
    assert 99 == (await contents(engine))["bot_config"][0]["besitos_daily_gift"]


async def test_newer_seed_is_left_alone(
    engine: AsyncEngine, service: BootstrapService, manifest: Manifest
) -> None:
    """An older release changes nothing in what a newer one has seeded."""
    await BootstrapService(engine, next_version(manifest, besitos_daily_gift=60)).run()
    await run_sql(engine, "UPDATE bot_config SET besitos_per_reaction = NULL")
    before = await contents(engine, times=True)

    report = await service.run()

    assert (Outcome.NEWER, 3, False) == (
        report.outcome,
        report.seeds[0].version_after,
        report.changes_something,
    )
    assert before == await contents(engine, times=True)


async def test_newer_seed_still_gives_profiles(
    engine: AsyncEngine, service: BootstrapService, manifest: Manifest
) -> None:
    """Members are not the seed's: they get their profile from any release."""
    await BootstrapService(engine, next_version(manifest)).run()
    await run_sql(engine, "INSERT INTO users (user_id, first_name) VALUES (1, 'Ana')")

    report = await service.run()

    assert (Outcome.NEWER, Counts(created=1)) == (report.outcome, report.counts("profiles"))


numbers = st.integers(0, 3)
config_edits = st.dictionaries(
    st.sampled_from(["besitos_daily_gift", "besitos_per_reaction", "max_reactions_per_day"]),
    st.none() | numbers,
)
reward_edits = st.dictionaries(
    st.sampled_from(["sort_order", "claim_window_hours"]), st.integers(1, 3)
)


@pytest.mark.parametrize("with_marker", [True, False])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    edits=config_edits,
    reward_edits=reward_edits,
    defaults=config_edits,
    reward_defaults=reward_edits,
)
async def test_any_edit_survives_any_upgrade(  # noqa: PLR0917 - hypothesis and pytest
    seeded_sqlite: SeededSqlite,
    manifest: Manifest,
    with_marker: bool,  # noqa: FBT001 - a parameter of the test
    edits: dict[str, int | None],
    reward_edits: dict[str, int],
    defaults: dict[str, int | None],
    reward_defaults: dict[str, int],
) -> None:
    """One run converges, a second changes nothing, and no edit is lost."""
    async with seeded_sqlite.fresh() as engine:
        async with engine.begin() as connection:
            if edits:
                await connection.execute(update(BotConfigRow).values(edits))
            if reward_edits:
                await connection.execute(
                    update(RewardRow).where(RewardRow.key == "racha_7_dias").values(reward_edits)
                )
            if not with_marker:
                await connection.execute(delete(SEED_MARKER))
        given_values = {name: value for name, value in defaults.items() if value is not None}
        newer = with_reward(
            next_version(manifest, **given_values), "racha_7_dias", **reward_defaults
        )

        first = await BootstrapService(engine, newer).run()
        second = await BootstrapService(engine, newer).run()

        found = await contents(engine)
    (config,) = found["bot_config"]
    reward = next(row for row in found["rewards"] if row["key"] == "racha_7_dias")
    old, new = manifest.values, newer.values
    assert first.changes_something
    assert Outcome.UP_TO_DATE is second.outcome
    _check(config, edits, old["config"] if with_marker else None, old["config"], new["config"])
    _check(
        reward,
        reward_edits,
        old["rewards"]["racha_7_dias"] if with_marker else None,
        old["rewards"]["racha_7_dias"],
        {
            name: value
            for name, value in new["rewards"]["racha_7_dias"].items()
            if name != "conditions"
        },
    )


def _check(
    found: dict[str, Any],
    edits: dict[str, Any],
    base: dict[str, Any] | None,
    before: dict[str, Any],
    wanted: dict[str, Any],
) -> None:
    """Apply the rule of the design to each field, independently of the code under test."""
    for name, theirs in wanted.items():
        ours = edits.get(name, before[name])
        keeps = ours is not None and (base is None or ours != base[name])
        assert (ours if keeps else theirs) == found[name], name
