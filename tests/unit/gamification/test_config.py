"""Definition of a valid setting."""

import ast
from pathlib import Path

import pytest

import bot
from bot.gamification.config import SETTINGS, TEXTS, ConfigDefinition, accepts_setting

BOT = Path(bot.__file__).parent

COUNTED = [name for name in SETTINGS if name not in TEXTS]


@pytest.mark.parametrize("name", COUNTED)
def test_numbers(name: str) -> None:
    """A counted setting is a whole number within its bounds, and nothing that looks like one."""
    most = 1_000_000 if name == "max_reactions_per_day" else 1_000_000_000

    good = [value for value in (0, 1, most) if accepts_setting(name, value)]
    bad = [-1, most + 1, 2.5, 5.0, True, "5", "cinco", b"5", None, [], {}, float("nan")]

    assert [0, 1, most] == good
    assert [] == [value for value in bad if accepts_setting(name, value)]


def test_formulas() -> None:
    """A formula is accepted by what it does, not only by its type."""
    good = ["1", "total_earned", "floor(sqrt(total_earned / 100)) + 1"]
    bad = ["", "x", "5 - total_earned", "1 / total_earned", "open(1)", "9" * 201, 1, None, b"1"]

    assert good == [value for value in good if accepts_setting("level_formula", value)]
    assert [] == [value for value in bad if accepts_setting("level_formula", value)]


def test_timezones() -> None:
    """A time zone is the exact name of one, the same on every host."""
    good = ["UTC", "Europe/Madrid", "America/Argentina/Buenos_Aires"]
    bad = ["", "europe/madrid", "Madrid", "Europe", "localtime", "+02:00", 1, None, b"UTC"]

    assert good == [value for value in good if accepts_setting("timezone", value)]
    assert [] == [value for value in bad if accepts_setting("timezone", value)]


@pytest.mark.parametrize("name", COUNTED)
def test_places_of_a_setting(name: str) -> None:
    """With its migration and its default, the declaration and five places at most name one."""
    named = {file.name for file in BOT.rglob("*.py") if name in _names(file, name)}

    assert "config.py" in named
    assert len(named) <= 4


@pytest.mark.parametrize("name", SETTINGS)
def test_texts_of_a_setting(name: str) -> None:
    """The declaration of a setting says what it is called and what it does."""
    field = ConfigDefinition.model_fields[name]

    assert field.title
    assert field.description


def _names(file: Path, name: str) -> set[str]:
    """Return what a module calls by its name: attributes, variables, arguments, whole texts."""
    text = file.read_text(encoding="utf-8")
    if name not in text or "versions" in file.parts:
        return set()
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(attr=one) | ast.Name(id=one) | ast.keyword(arg=str(one)):
                found.add(one)
            case ast.Constant(value=str(one)):
                found.add(one)
    return found
