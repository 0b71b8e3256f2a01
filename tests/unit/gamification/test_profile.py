"""The profile's way to the next level."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.gamification.account import Account
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.config import EconomyConfig
from bot.gamification.context import EconomyContext
from bot.gamification.profile import AccountView, account_view

DEFAULTS = load_manifest().config.model_dump()
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def profile(total_earned: int, formula: str = DEFAULTS["level_formula"]) -> AccountView:
    config = EconomyConfig(**{**DEFAULTS, "level_formula": formula})
    economy = EconomyContext(cast("Any", None), config, {}, NOW, NOW.date())
    return account_view(economy, Account(1, total_earned, total_earned, 0, 1, 0, {}, {}))


@pytest.mark.parametrize(
    ("total", "level", "since", "next_at", "progress"),
    [
        (0, 1, 0, 100, 0.0),
        (99, 1, 0, 100, 0.99),
        (100, 2, 100, 400, 0.0),
        (250, 2, 100, 400, 0.5),
        (400, 3, 400, 900, 0.0),
        (899, 3, 400, 900, 0.998),
    ],
)
def test_way_to_the_next_level(
    total: int, level: int, since: int, next_at: int, progress: float
) -> None:
    """Level, its threshold and the next one's are the formula's, to the besito."""
    found = profile(total)

    assert (level, since, next_at) == (found.level, found.level_since, found.next_level_at)
    assert progress == pytest.approx(found.progress)


def test_highest_level() -> None:
    """Where there is no next level the way is done."""
    found = profile(5, "min(total_earned, 5)")

    assert (5, None, 1.0) == (found.level, found.next_level_at, found.progress)


@settings(max_examples=30)
@given(st.integers(0, 10**9))
def test_progress_is_a_share(total_earned: int) -> None:
    """Nobody is less than 0 or has all of the way to a level that they are not on."""
    assert 0 <= profile(total_earned).progress < 1
