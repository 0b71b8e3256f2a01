"""What Telegram says of a webhook reaches the log."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import GetWebhookInfo
from aiogram.types import WebhookInfo

from bot.telegram.webhook_watch import WebhookWatch

URL = "https://bot.example/hook"


def info(minute: int | None = None, message: str | None = None, url: str = URL) -> WebhookInfo:
    """Return what Telegram knows."""
    date = None if minute is None else datetime(2026, 1, 1, 12, minute, tzinfo=UTC)
    return WebhookInfo(
        url=url,
        has_custom_certificate=False,
        pending_update_count=3,
        last_error_date=date,
        last_error_message=message,
    )


class Telegram:
    """Gives its answers one after the other, and stops the watch after the last."""

    def __init__(self, *answers: WebhookInfo | Exception) -> None:
        self._answers = list(answers)
        self.stop = asyncio.Event()

    async def get_webhook_info(self) -> WebhookInfo:
        """Answer."""
        answer = self._answers.pop(0)
        if not self._answers:
            self.stop.set()
        if isinstance(answer, Exception):
            raise answer
        return answer


GONE = "Wrong response from the webhook: 404 Not Found"
AWAY = TelegramNetworkError(GetWebhookInfo(), "away")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([info(), info(), info()], []),
        ([info(1, GONE), info(1, GONE), info(1, GONE)], []),
        ([info(1, GONE), info(2, GONE), info(3, GONE), info()], [GONE]),
        ([info(), info(2, GONE), info(3, "other"), info()], [GONE, "other"]),
        ([info(), info(2, GONE), info(2, GONE), info(5, GONE), info()], [GONE, GONE]),
        ([AWAY, info(2, GONE), AWAY, info(3, GONE), info()], [GONE]),
        ([info(), info(url=""), info(url=""), info()], ["removed the webhook"]),
        ([info(), info(url="https://other.example/"), info()], ["set another address"]),
    ],
)
async def test_errors_are_said_once(
    caplog: pytest.LogCaptureFixture, answers: list[Any], said: list[str]
) -> None:
    """Each new one has a line; one of before the start, and one that goes on, has none."""
    telegram: Any = Telegram(*answers)

    await WebhookWatch(telegram, URL, interval=0.001).run(telegram.stop)

    assert len(said) == len(caplog.messages)
    assert all(one in line for one, line in zip(said, caplog.messages, strict=True))
    assert all("(3 updates wait)" in line for line in caplog.messages)
