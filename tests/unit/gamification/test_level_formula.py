"""The level formula: what it gives, and everything it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gamification.level_formula import (
    MAX_LEVEL,
    MAX_TOTAL_EARNED,
    FormulaError,
    LevelFormula,
)

DEFAULT = LevelFormula("floor(sqrt(total_earned / 100)) + 1")


@pytest.mark.parametrize(
    ("total_earned", "level"),
    [(0, 1), (99, 1), (100, 2), (399, 2), (400, 3), (899, 3), (900, 4)],
)
def test_default_formula(total_earned: int, level: int) -> None:
    """The shipped formula gives the levels that the design promises."""
    assert level == DEFAULT.level(total_earned)


@pytest.mark.parametrize(
    ("text", "level_at_1000"),
    [
        ("total_earned // 100", 10),
        ("max(total_earned / 300, 2)", 3),
        ("min(ceil(log(total_earned + 1)), 5)", 5),
        ("-5 + (total_earned - total_earned % 100) / 100", 5),
        ("0", 1),
        ("total_earned * 1000000000", MAX_LEVEL),
    ],
)
def test_what_a_formula_may_use(text: str, level_at_1000: int) -> None:
    """Numbers, total_earned, operators and six functions work; the result is a whole level ≥ 1."""
    assert level_at_1000 == LevelFormula(text).level(1000)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "1 +",
        "total_earned ** 2",
        "9**9**9**9",
        "__import__('os').system('true')",
        "total_earned.__class__",
        "abs(total_earned)",
        "floor",
        "'a' * 100",
        "[1, 2]",
        "(lambda: 1)()",
        "total_earned if total_earned else 1",
        "True",
        "1j",
        "max(*[1, 2])",
        "floor(x=1)",
        "total_earned << 2",
        "level + 1",
        "1 < 2",
        "1; 2",
        "x := 3",
        "f'{total_earned}'",
        "1" * 201,
        "(" * 150 + "1" + ")" * 150,
        "-" * 25 + "1",
        "\x00",
        "\ud800",
        "\u200b1",
        "١",
        "²",
        "total_\u0435arned",
        "total_earned[0]",
        "total_earned()",
        "total_earned := 1",
        "(total_earned := 1)",
        "{}",
        "{1: 2}",
        "{1, 2}",
        "(1, 2)",
        "...",
        "None",
        "b''",
        "not 1",
        "~1",
        "1 and 2",
        "1 or 2",
        "1 @ 2",
        "1 | 2",
        "1 & 2",
        "1 ^ 2",
        "1 >> 2",
        "1 is 1",
        "1 in 1",
        "await x",
        "(yield)",
        "[x for x in y]",
        "(x for x in y)",
        "{x: 1 for x in y}",
        "max(**a)",
        "max(1, key=floor)",
        "floor()()",
        "floor.__self__",
        "floor(floor)",
        "floor(1)(2)",
        "(max if 1 else min)(1)",
        "eval('1')",
        "open('x')",
        "pow(9, 9)",
        "range(9)",
        "__debug__",
        "__builtins__",
        "import os",
        "lambda: 1",
        "x = 1",
        "1\n2",
        "$",
        "`1`",
        "1?",
        "\\",
        "max(" * 20 + "1" + ")" * 20,
    ],
)
def test_unsafe_formulas_are_refused(text: str) -> None:
    """Whatever is not plain arithmetic is refused before it is evaluated."""
    with pytest.raises(FormulaError):
        LevelFormula(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("100 - total_earned", "falls"),
        ("-total_earned", "falls"),
        ("total_earned % 7", "falls"),
        ("floor(sqrt(total_earned)) - total_earned // 100000", "falls"),
        ("100 / total_earned", "no value at 0"),
        ("log(total_earned)", "no value at 0"),
        ("sqrt(total_earned - 1)", "no value at 0"),
        ("total_earned // max(50 - total_earned, total_earned - 50)", "no value at 50"),
        ("min(total_earned)", "no value at 0"),
        ("total_earned * 1e308 * 1e308", "no value at"),
        ("1 / 0", "no value at 0"),
        ("1 // 0", "no value at 0"),
        ("1 % 0", "no value at 0"),
        ("1e999", "no value at 0"),
        ("-1e999", "no value at 0"),
        ("1e999 - 1e999", "no value at 0"),
        ("1e999 % 7", "no value at 0"),
        ("min(1e999 - 1e999, 1)", "no value at 0"),
        ("log(total_earned + 2, 1)", "no value at 0"),
        ("log(total_earned + 1, total_earned + 1)", "no value at 0"),
        ("floor(1, 2)", "no value at 0"),
        ("sqrt()", "no value at 0"),
        ("max()", "no value at 0"),
        ("total_earned / 1e-320", "no value at"),
    ],
)
def test_formulas_that_fail_members_are_refused(text: str, reason: str) -> None:
    """A formula must be defined from 0 on and may not take a level away."""
    with pytest.raises(FormulaError, match=reason):
        LevelFormula(text)


@given(st.integers(0, MAX_TOTAL_EARNED))
def test_levels_never_fall(total_earned: int) -> None:
    """Earning more never costs a level."""
    assert DEFAULT.level(total_earned) <= DEFAULT.level(total_earned + 1)


@given(st.integers(0, MAX_TOTAL_EARNED // 4))
def test_thresholds_are_exact(total_earned: int) -> None:
    """The next level begins at its threshold and not one besito earlier."""
    level, upcoming = DEFAULT.level(total_earned), DEFAULT.next_threshold(total_earned)

    assert upcoming is not None
    assert (level, level + 1) == (DEFAULT.level(upcoming - 1), DEFAULT.level(upcoming))
    assert upcoming == DEFAULT.threshold(level + 1)


def test_no_next_level_in_reach() -> None:
    """A formula that ends says so instead of searching for ever."""
    assert None is LevelFormula("min(total_earned, 5)").next_threshold(5)


def test_hole_that_no_trial_has_found() -> None:
    """Where a formula has no value after all, the level of a total below holds."""
    formula = LevelFormula("floor(total_earned / 100) + 0 / (total_earned - 537)")

    assert [5, 5, 5, 6] == [formula.level(total) for total in (536, 537, 538, 600)]
    assert 600 == formula.next_threshold(537)
