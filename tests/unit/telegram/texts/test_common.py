"""Greeting, help and commands."""

from bot.gamification.bootstrap.manifest import load_manifest
from bot.telegram.texts import common
from tests.support.markup import read


def test_help_lists_every_command(spanish: None) -> None:
    """Help names each command of the menu with what it is for."""
    text, _ = read(common.help_text(load_manifest().config))

    assert [f"/{name} – {what}" for name, what in common.commands().items()] == text.splitlines()[
        6:
    ]
    assert "5 besitos (hasta 20 mensajes al día)" in text
    assert "20 besitos más, y 2 por cada día seguido de antes (50 como mucho)" in text
    assert "50 besitos, y 10 besitos más" in text


def test_help_promises_nothing_that_is_off(spanish: None) -> None:
    """What is set to nothing is not spoken of."""
    config = load_manifest().config
    off = {"besitos_daily_streak_bonus": 0, "besitos_streak_bonus_per_day": 0}
    some = common.help_text(config.model_copy(update=off)).splitlines()
    nothing = {"max_reactions_per_day": 0, "besitos_daily_gift": 0}
    none = common.help_text(config.model_copy(update={**off, **nothing})).splitlines()

    assert [
        "• Por cada mensaje al que reacciones: 5 besitos (hasta 20 mensajes al día).",
        "• Con la primera reacción del día: 20 besitos más.",
        "• El regalo de cada día: 50 besitos.",
    ] == [line for line in some if line.startswith("•")]
    assert [] == [line for line in none if line.startswith("•")]
