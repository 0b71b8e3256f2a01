"""Conditions of rewards: each type, groups, and being met anew."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gamification.rewards.conditions import (
    Baseline,
    Condition,
    Facts,
    Progress,
    are_met,
    overall,
    progress,
)
from bot.gamification.streaks import Streak
from bot.gamification.types import ConditionType, StreakType

TODAY = date(2026, 3, 10)
YESTERDAY = TODAY - timedelta(days=1)
NEWCOMER = Facts(days=(TODAY,), total_earned=0, total_spent=0, level=1, streaks={})
VETERAN = Facts(
    days=(TODAY,),
    total_earned=150,
    total_spent=40,
    level=3,
    streaks={
        StreakType.REACTION: Streak(2, 2, TODAY),
        StreakType.DAILY_GIFT: Streak(6, 9, YESTERDAY),
    },
)


@pytest.mark.parametrize(
    ("kind", "value", "newcomer", "veteran"),
    [
        (ConditionType.FIRST_REACTION, None, (0, 1), (1, 1)),
        (ConditionType.FIRST_DAILY_GIFT, None, (0, 1), (1, 1)),
        (ConditionType.STREAK_LENGTH, 7, (0, 7), (6, 7)),
        (ConditionType.STREAK_LENGTH, 6, (0, 6), (6, 6)),
        (ConditionType.TOTAL_POINTS, 151, (0, 151), (150, 151)),
        (ConditionType.TOTAL_POINTS, 150, (0, 150), (150, 150)),
        (ConditionType.LEVEL_REACHED, 4, (1, 4), (3, 4)),
        (ConditionType.LEVEL_REACHED, 1, (1, 1), (1, 1)),
        (ConditionType.BESITOS_SPENT, 41, (0, 41), (40, 41)),
        (ConditionType.BESITOS_SPENT, 40, (0, 40), (40, 40)),
    ],
)
def test_each_type(
    kind: ConditionType, value: int | None, newcomer: tuple[int, int], veteran: tuple[int, int]
) -> None:
    """Each type counts its own thing, and shows no more than is needed."""
    condition = Condition(kind, value, 0)

    assert Progress(*newcomer) == progress(condition, NEWCOMER)
    assert Progress(*veteran) == progress(condition, VETERAN)


@pytest.mark.parametrize(("age", "expected"), [(0, 6), (1, 6), (2, 0)])
def test_streak_that_ended_counts_nothing(age: int, expected: int) -> None:
    """STREAK_LENGTH is about the streak that runs, not about the longest."""
    ended = {StreakType.DAILY_GIFT: Streak(6, 9, TODAY - timedelta(days=age))}
    facts = Facts(days=(TODAY,), total_earned=0, total_spent=0, level=1, streaks=ended)

    assert expected == progress(Condition(ConditionType.STREAK_LENGTH, 7, 0), facts).have


def test_no_conditions_never_hold() -> None:
    """A reward that nobody gave conditions does not unlock for everybody."""
    assert not are_met([], VETERAN)


def condition(*, holds: bool, group: int) -> Condition:
    return Condition(ConditionType.TOTAL_POINTS, 1 if holds else 1000, group)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ({0: [True, True]}, True),
        ({0: [True, False]}, False),
        ({1: [True, False]}, True),
        ({1: [False, False]}, False),
        ({0: [True], 1: [False, True], 2: [True]}, True),
        ({0: [True], 1: [False, True], 2: [False]}, False),
        ({0: [False], 1: [True]}, False),
    ],
)
def test_groups(groups: dict[int, list[bool]], *, expected: bool) -> None:
    """All of group 0 must hold, and one of each further group."""
    conditions = [
        condition(holds=holds, group=group) for group, all_ in groups.items() for holds in all_
    ]

    assert expected == are_met(conditions, VETERAN)


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1))
def test_groups_in_any_order(drawn: list[tuple[int, bool]]) -> None:
    """Any mixture of groups is the conjunction of group 0 and of a disjunction per other group."""
    conditions = [condition(holds=holds, group=group) for group, holds in drawn]
    needed = all(holds for group, holds in drawn if group == 0)
    others = {group for group, _ in drawn if group > 0}
    chosen = all((group, True) in drawn for group in others)

    assert (needed and chosen) == are_met(conditions, VETERAN)


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(1, 10**6),
    st.sampled_from([ConditionType.TOTAL_POINTS, ConditionType.BESITOS_SPENT]),
)
def test_amounts_count_from_the_baseline(
    before: int, more: int, need: int, kind: ConditionType
) -> None:
    """A repeatable reward is met anew by what came after it was unlocked, and by nothing else."""
    facts = Facts((TODAY,), before + more, before + more, level=1, streaks={})
    since = Baseline(YESTERDAY, total_earned=before, total_spent=before, level=1)

    found = progress(Condition(kind, need, 0), facts, since)

    assert (min(more, need), more >= need) == (found.have, found.done)


@pytest.mark.parametrize(
    ("unlocked_days_ago", "expected"), [(0, 0), (1, 0), (2, 1), (5, 4), (7, 6), (60, 6)]
)
def test_streak_counts_from_the_baseline(unlocked_days_ago: int, expected: int) -> None:
    """A streak is met anew by the days after the one on which the reward was unlocked."""
    since = Baseline(TODAY - timedelta(days=unlocked_days_ago), 0, 0, 1)

    assert expected == progress(Condition(ConditionType.STREAK_LENGTH, 7, 0), VETERAN, since).have


@pytest.mark.parametrize("kind", [ConditionType.FIRST_REACTION, ConditionType.FIRST_DAILY_GIFT])
def test_first_times_come_once(kind: ConditionType) -> None:
    """There is no second first time."""
    assert not are_met([Condition(kind, None, 0)], VETERAN, Baseline(YESTERDAY, 0, 0, 1))


@pytest.mark.parametrize(("level_then", "expected"), [(1, True), (2, True), (3, False)])
def test_level_is_reached_anew(level_then: int, *, expected: bool) -> None:
    """A level that the member stood on already when it was unlocked is not reached again."""
    since = Baseline(YESTERDAY, 0, 0, level_then)

    assert expected == are_met([Condition(ConditionType.LEVEL_REACHED, 3, 0)], VETERAN, since)


def test_overall_shows_what_is_farthest() -> None:
    """Of several conditions a member sees the one that still takes longest."""
    conditions = [
        Condition(ConditionType.TOTAL_POINTS, 300, 0),
        Condition(ConditionType.LEVEL_REACHED, 30, 0),
        Condition(ConditionType.FIRST_REACTION, None, 0),
    ]

    assert Progress(3, 30) == overall(conditions, VETERAN)
    assert Progress(0, 1) == overall([], VETERAN)


def test_overall_takes_the_nearest_of_alternatives() -> None:
    """Where one of a group is enough, its nearest condition shows how far the member is."""
    conditions = [
        Condition(ConditionType.TOTAL_POINTS, 100, 0),
        Condition(ConditionType.STREAK_LENGTH, 7, 1),
        Condition(ConditionType.BESITOS_SPENT, 4000, 1),
    ]

    assert Progress(6, 7) == overall(conditions, VETERAN)
