"""The line of a good start: who answers, by which way, where, and for whom."""

import pytest
from aiogram.types import User

from bot.settings import load_settings
from bot.telegram.startup import start_line

ME = User(id=1, is_bot=True, first_name="Besitos", username="besitos_bot")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            {},
            (
                "answering as @besitos_bot by polling, no port is open, for no admin: put your "
                "Telegram id into ADMIN_IDS to open /admin"
            ),
        ),
        (
            {"admin_ids": "1", "http_port": "8080", "http_host": "::"},
            "answering as @besitos_bot by polling, listening on [::]:8080, for 1 admin",
        ),
        (
            {"admin_ids": "1,2", "webhook_url": "https://u:secret@bot.example:8443/secret?secret"},
            (
                "answering as @besitos_bot by webhook at https://bot.example:8443, listening on "
                "127.0.0.1:8080, for 2 admins"
            ),
        ),
    ],
)
def test_start_line(given: dict[str, str], line: str) -> None:
    """It names no part of an address that may be a secret."""
    assert line == start_line(ME, load_settings(**given))
