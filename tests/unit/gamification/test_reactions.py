"""The activity bonus: what the first reaction of a day brings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.config import EconomyConfig
from bot.gamification.reactions import activity_bonus

DEFAULTS = load_manifest().config.model_dump()
CONFIG = EconomyConfig(**DEFAULTS)
AMOUNT = st.integers(0, 1000)


@pytest.mark.parametrize(
    ("days", "bonus"), [(1, 20), (2, 22), (3, 24), (25, 68), (26, 70), (27, 70), (1000, 70)]
)
def test_bonus_grows_up_to_its_limit(days: int, bonus: int) -> None:
    """20 besitos, and 2 more for each day in a row before today, at most 50 more."""
    assert bonus == activity_bonus(CONFIG, days)


@given(AMOUNT, AMOUNT, AMOUNT, st.integers(1, 5000))
def test_bonus_stays_between_base_and_limit(base: int, per_day: int, most: int, days: int) -> None:
    """Whatever the settings, the bonus is at least the base, and at most base and limit."""
    config = CONFIG.model_copy(
        update={
            "besitos_daily_base": base,
            "besitos_streak_bonus_per_day": per_day,
            "besitos_streak_bonus_max": most,
        }
    )

    bonus = activity_bonus(config, days)

    assert base <= bonus <= base + most
    assert bonus <= activity_bonus(config, days + 1)
