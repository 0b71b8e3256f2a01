"""Exports: applied to an empty database they give the same settings and rewards."""

from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.errors import DatabaseError
from bot.gamification.bootstrap.export import write_manifest
from bot.gamification.bootstrap.manifest import Manifest, ManifestError, load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import BotConfigRow, RewardConditionRow, RewardRow
from bot.gamification.rewards.definition import accepts_reward_value
from bot.gamification.types import canonical_name, same_name_key
from bot.seeding import Outcome
from tests.support.database import contents, run_sql
from tests.support.populated import populate
from tests.support.seeded import SeededSqlite, opened

pytestmark = pytest.mark.seeded

#: Names and texts as the panel stores them.
names = (
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
    .map(canonical_name)
    .filter(lambda name: accepts_reward_value("name", name))
)
texts = st.text(st.characters(exclude_categories=["C"]), max_size=30).map(
    lambda text: normalize("NFC", text)
)
config_edits = st.dictionaries(
    st.sampled_from(["besitos_daily_gift", "max_reactions_per_day", "besitos_daily_base"]),
    st.none() | st.integers(0, 1000),
)
condition = st.one_of(
    st.tuples(
        st.sampled_from(["FIRST_REACTION", "FIRST_DAILY_GIFT"]), st.none(), st.integers(0, 2)
    ),
    st.tuples(
        st.sampled_from(["TOTAL_POINTS", "LEVEL_REACHED", "BESITOS_SPENT", "STREAK_LENGTH"]),
        st.integers(1, 500),
        st.integers(0, 2),
    ),
)
value = st.one_of(
    st.tuples(st.just("BESITOS"), st.fixed_dictionaries({"amount": st.integers(1, 999)})),
    st.tuples(
        st.just("BADGE"),
        st.fixed_dictionaries({"badge_name": names, "emoji": st.sampled_from("💰👑🏅")}),
    ),
)
reward = st.fixed_dictionaries(
    {
        "description": st.none() | texts,
        "value": value,
        "is_active": st.booleans(),
        "is_repeatable": st.booleans(),
        "is_secret": st.booleans(),
        "claim_window_hours": st.integers(1, 1000),
        "sort_order": st.integers(0, 50),
        "conditions": st.lists(condition, min_size=1, max_size=4),
    }
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    edits=config_edits,
    edited=st.dictionaries(st.sampled_from(["primeros_pasos", "racha_7_dias"]), reward),
    made=st.lists(
        st.tuples(names, reward), max_size=4, unique_by=lambda named: same_name_key(named[0])
    ).map(dict),
)
async def test_round_trip(  # noqa: PLR0917 - what hypothesis and pytest give
    tmp_path: Path,
    seeded_sqlite: SeededSqlite,
    manifest: Manifest,
    edits: dict[str, int | None],
    edited: dict[str, dict[str, Any]],
    made: dict[str, dict[str, Any]],
) -> None:
    """Whatever admins did, it is the same elsewhere, and exported again it is the same file."""
    async with seeded_sqlite.fresh() as engine, opened("sqlite:///:memory:") as other:
        await _edit(engine, edits, edited, made)
        await BootstrapService(engine, manifest).run()

        text = await _export(engine, manifest)
        file = tmp_path / "seed.toml"
        file.write_text(text, encoding="utf-8")
        await BootstrapService(other, load_manifest(file)).run()

        assert _comparable(await contents(engine)) == _comparable(await contents(other))
        assert text == await _export(other, manifest)


async def test_exported_manifest_changes_nothing_at_home(
    engine: AsyncEngine, service: BootstrapService, manifest: Manifest, tmp_path: Path
) -> None:
    """A bot that is given its own export has nothing to do but to record it."""
    await service.run()
    await populate(engine)
    before = await contents(engine)
    file = tmp_path / "seed.toml"
    file.write_text(await _export(engine, manifest), encoding="utf-8")

    report = await BootstrapService(engine, load_manifest(file)).run()

    after = await contents(engine)
    assert Outcome.UPGRADED is report.outcome
    assert before["bot_config"] == after["bot_config"]
    assert before["rewards"] == after["rewards"]


async def test_comments_say_what_differs(
    engine: AsyncEngine, service: BootstrapService, manifest: Manifest
) -> None:
    """A value that is not the default has the default beside it; the rest has no comment."""
    await service.run()
    await populate(engine)

    text = await _export(engine, manifest)

    assert "besitos_daily_gift = 77 # default: 50" in text
    assert "besitos_per_reaction = 5\n" in text
    assert "is_active = false # default: true" in text


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("UPDATE rewards SET claim_window_hours = 2000000 WHERE key = 'racha_7_dias'", "claim"),
        (
            """INSERT INTO rewards (name, reward_type, reward_value, claim_window_hours)
               VALUES ('Sin condiciones', 'BESITOS', '{"amount": 1}', 1)""",
            "reward 'sin_condiciones'",
        ),
    ],
)
async def test_what_cannot_be_expressed_is_named(
    engine: AsyncEngine, service: BootstrapService, manifest: Manifest, damage: str, says: str
) -> None:
    """Nothing is left out: the row that no manifest may hold is in the error."""
    await service.run()
    await run_sql(engine, damage)

    with pytest.raises((ManifestError, DatabaseError), match=says):
        await _export(engine, manifest)


async def _export(engine: AsyncEngine, manifest: Manifest) -> str:
    return write_manifest(await BootstrapService(engine, manifest).export(), manifest)


async def _edit(
    engine: AsyncEngine,
    edits: dict[str, int | None],
    edited: dict[str, dict[str, Any]],
    made: dict[str, dict[str, Any]],
) -> None:
    async with engine.begin() as connection:
        if edits:
            await connection.execute(update(BotConfigRow).values(edits))
        for key, fields in edited.items():
            changed = update(RewardRow).where(RewardRow.key == key).values(_columns(fields))
            reward_id = await connection.scalar(changed.returning(RewardRow.id))
            await connection.execute(
                delete(RewardConditionRow).where(RewardConditionRow.reward_id == reward_id)
            )
            await connection.execute(insert(RewardConditionRow), _conditions(reward_id, fields))
        for name, fields in made.items():
            row = {"name": name, **_columns(fields)}
            reward_id = await connection.scalar(
                insert(RewardRow).values(row).returning(RewardRow.id)
            )
            await connection.execute(insert(RewardConditionRow), _conditions(reward_id, fields))


def _columns(fields: dict[str, Any]) -> dict[str, Any]:
    kind, given = fields["value"]
    columns = {name: one for name, one in fields.items() if name not in {"value", "conditions"}}
    return {**columns, "reward_type": kind, "reward_value": given}


def _conditions(reward_id: Any, fields: dict[str, Any]) -> list[dict[str, Any]]:
    names_of = ("condition_type", "condition_value", "condition_group")
    return [
        {"reward_id": reward_id, **dict(zip(names_of, one, strict=True))}
        for one in fields["conditions"]
    ]


def _comparable(found: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Leave out the keys, which an admin's own reward gets with the export, and all numbers."""
    order = {reward["id"]: place for place, reward in enumerate(found["rewards"])}
    return {
        "config": found["bot_config"],
        "rewards": [
            {name: one for name, one in row.items() if name not in {"id", "key"}}
            for row in found["rewards"]
        ],
        "conditions": sorted(
            (
                order[row["reward_id"]],
                row["condition_type"],
                row["condition_value"] or 0,
                row["condition_group"],
            )
            for row in found["reward_conditions"]
        ),
    }
