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
    assert "50 besitos, y 10 besitos más" in text
