"""Greeting, help and commands."""

from bot.telegram.texts import common
from tests.support.markup import read


def test_help_lists_every_command(spanish: None) -> None:
    """Help names each command of the menu with what it is for."""
    text, _ = read(common.help_text())

    assert [f"/{name} – {what}" for name, what in common.commands().items()] == text.splitlines()[
        2:
    ]
