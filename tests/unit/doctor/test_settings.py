"""Settings that contradict each other are found, each with what to do."""

import pytest

from bot.doctor.settings import look
from bot.settings import load_settings

GOOD = {"admin_ids": "1"}
HOOK = "https://bot.example.org/hook"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"admin_ids": ""}, "put your Telegram id there"),
        ({"webhook_secret": "a-secret-of-the-operator"}, "no effect without WEBHOOK_URL"),
        ({"webhook_path": "/hook"}, "WEBHOOK_PATH has no effect without WEBHOOK_URL"),
        ({"http_host": "0.0.0.0"}, "HTTP_HOST has no effect without HTTP_PORT"),
        ({"webhook_url": "http://bot.example.org/"}, "https:// only"),
        ({"webhook_url": "https://bot.example.org:9443/"}, "use 443, 80, 88 or 8443"),
        ({"webhook_url": "https://127.0.0.1/"}, "give the one that Telegram reaches"),
        ({"port": "5000", "http_port": "8080"}, "take HTTP_PORT out"),
        ({"port": "5000", "http_host": "127.0.0.1"}, "take HTTP_HOST out"),
        ({"telegram_api_url": "http://api.example.org"}, "sees the bot's token"),
    ],
)
def test_contradictions(given: dict[str, str], says: str) -> None:
    """What does not go together is one sentence."""
    (check,) = look(load_settings(**(GOOD | given)))

    assert (False, True) == (check.well, says in check.sentence)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"port": "5000"},
        {"webhook_url": HOOK, "webhook_secret": "a-secret-of-the-operator", "http_port": "8080"},
        {"webhook_url": "http://127.0.0.1:80/", "telegram_api_url": "http://127.0.0.1:8081"},
    ],
)
def test_nothing_to_say(given: dict[str, str]) -> None:
    """Good settings are good, a local Telegram's own ways included."""
    assert [True] == [check.well for check in look(load_settings(**(GOOD | given)))]


def test_port_of_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only root opens ports below 1024."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    (check,) = look(load_settings(**GOOD, http_port="80"))

    assert "set HTTP_PORT to 1024 or more" in check.sentence
