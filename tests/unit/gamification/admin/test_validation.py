"""Typed input of admins, read by the manifest's rules."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gamification.admin.rewards import Field, parse_condition, parse_field
from bot.gamification.admin.settings import parse_setting
from bot.gamification.admin.validation import (
    NOT_A_BADGE,
    InvalidValue,
    amount,
    badge,
    one_line,
    whole_number,
)
from bot.gamification.level_formula import FormulaError, LevelFormula
from bot.gamification.levels import preview
from bot.gamification.types import ConditionType, RewardType


@pytest.mark.parametrize(
    ("text", "number"), [("5", 5), (" 1 500 ", 1500), ("1\N{NO-BREAK SPACE}500", 1500), ("-3", -3)]
)
def test_whole_numbers(text: str, number: int) -> None:
    """Digits may be grouped by spaces, as we show them."""
    assert number == whole_number(text)


@pytest.mark.parametrize("text", ["", "x", "1.5", "1e3", "1_000", "٣", "²", "--1", "9" * 41])
def test_no_whole_numbers(text: str) -> None:
    """Everything else is refused, what Python would take for a number, too."""
    with pytest.raises(InvalidValue):
        whole_number(text)


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    """Whatever is typed, it is read or refused."""
    for read in (amount, badge, one_line):
        with contextlib.suppress(InvalidValue):
            assert read(text)


@pytest.mark.parametrize(
    ("kind", "field", "text", "value"),
    [
        (RewardType.BESITOS, Field.VALUE, "10", {"amount": 10}),
        (RewardType.BADGE, Field.VALUE, " 🏅  Oro ", {"badge_name": "Oro", "emoji": "🏅"}),
        (RewardType.BESITOS, Field.NAME, " dos \n nombres ", "dos nombres"),
        (RewardType.BESITOS, Field.DESCRIPTION, "  ", ""),
        (RewardType.BESITOS, Field.CLAIM_WINDOW, "24", 24),
    ],
)
def test_reward_fields(kind: RewardType, field: Field, text: str, value: Any) -> None:
    """Each field is read as what the manifest would hold."""
    assert value == parse_field(kind, field, text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [(" ", "blank_name"), ("\N{ZERO WIDTH SPACE}", "blank_name"), ("a\x07b", "control_character")],
)
def test_names_that_are_none(text: str, kind: str) -> None:
    """A name that nobody could see, or that holds a control character, is refused."""
    with pytest.raises(InvalidValue) as caught:
        parse_field(RewardType.BESITOS, Field.NAME, text)

    assert kind == caught.value.kind


@pytest.mark.parametrize("typed", ["a\x1b[2J b", "\x07 Oro", "a\x9bb c", "a\x7fb c"])
@pytest.mark.parametrize("field", [Field.NAME, Field.DESCRIPTION, Field.VALUE])
def test_no_escapes(field: Field, typed: str) -> None:
    """Nothing that an admin types for a reward commands a terminal that shows it."""
    with pytest.raises(InvalidValue) as caught:
        parse_field(RewardType.BADGE, field, typed)

    assert "control_character" == caught.value.kind


@pytest.mark.parametrize("formula", ["1 #\x1b[31m", "1 #\x07", "(1\x0c+ 1)", "(1 \r+ 1)"])
def test_formula_without_escapes(formula: str) -> None:
    """Not even in a formula's comment can an escape come in."""
    with pytest.raises(InvalidValue) as caught:
        parse_setting("level_formula", formula)

    assert "control_character" == caught.value.kind


def test_long_emoji() -> None:
    """A badge's emoji has at most 16 characters."""
    with pytest.raises(InvalidValue) as caught:
        parse_field(RewardType.BADGE, Field.VALUE, "🏅" * 17 + " Oro")

    assert ("string_too_long", 16) == (caught.value.kind, caught.value.bound)


@pytest.mark.parametrize("emoji", ["🏅", "1️⃣", "ℹ️", "🇪🇸", "👩‍🚀", "©️"])
def test_emoji(emoji: str) -> None:
    """A badge begins with a picture, of whatever characters it is made."""
    assert {"badge_name": "Oro", "emoji": emoji} == badge(f"{emoji} Oro")


@pytest.mark.parametrize("text", ["medalla de oro", "Ñu de oro", "1 oro", "<b>Gran</b> oro", "🏅"])
def test_words_are_no_emoji(text: str) -> None:
    """Whoever forgets the emoji, or its name, is asked again."""
    with pytest.raises(InvalidValue) as caught:
        badge(text)

    assert NOT_A_BADGE == caught.value.kind


def test_conditions() -> None:
    """A condition that counts needs a number from 1 on; one that does not has none."""
    assert {
        "condition_type": "STREAK_LENGTH",
        "condition_value": 7,
        "condition_group": 0,
    } == parse_condition(ConditionType.STREAK_LENGTH, "7")
    assert None is parse_condition(ConditionType.FIRST_REACTION)["condition_value"]
    for text in (None, "0", "-1"):
        with pytest.raises(InvalidValue):
            parse_condition(ConditionType.TOTAL_POINTS, text)


def test_formulas_reason() -> None:
    """A refused formula is refused in the words of the evaluator."""
    with pytest.raises(FormulaError, match=r"^The level formula .* may not use 'x'; use numbers"):
        parse_setting("level_formula", "x")


@pytest.mark.parametrize("text", ["1", "total_earned", "floor(sqrt(total_earned / 100)) + 1"])
def test_preview(text: str) -> None:
    """A preview begins at 0, goes up, and gives both formulas' levels."""
    old, new = LevelFormula("2"), LevelFormula(text)

    rows = preview(old, new)

    totals = [row.total_earned for row in rows]
    assert 0 == totals[0]
    assert sorted(set(totals)) == totals
    assert len(rows) <= 12
    assert [(2, new.level(total)) for total in totals] == [(row.before, row.after) for row in rows]
