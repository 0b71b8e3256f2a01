"""Watch over a webhook: what Telegram says that it cannot deliver, and to whom it delivers."""

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import WebhookInfo

from bot.backoff import sleep_unless

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)

#: Seconds between two questions.
INTERVAL: Final = 60.0


class WebhookWatch:
    """Says in the log what stands in the way between Telegram and us, each thing once."""

    def __init__(self, bot: Bot, url: str, *, interval: float = INTERVAL) -> None:
        """`url` is where Telegram has been told to deliver."""
        self._bot = bot
        self._url = url
        self._interval = interval
        self._before: datetime | None = None
        self._said: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Ask again and again, until `stop` is set."""
        if info := await self._ask():
            self._before = info.last_error_date  # from before this start, as far as we know
        while not await sleep_unless(stop, self._interval):
            if info := await self._ask():
                self._tell(info)

    async def _ask(self) -> WebhookInfo | None:
        try:
            return await self._bot.get_webhook_info()
        except AiogramError as error:
            logger.debug("the webhook's state is not known: %s", error)
            return None

    def _tell(self, info: WebhookInfo) -> None:
        problem = None
        if info.url != self._url:
            problem = (
                "Telegram does not deliver to WEBHOOK_URL any more: somebody has "
                f"{'set another address' if info.url else 'removed the webhook'}; start one bot "
                "per token"
            )
        elif info.last_error_message and info.last_error_date != self._before:
            problem = f"Telegram cannot deliver to WEBHOOK_URL: {info.last_error_message}"
        self._before = info.last_error_date
        if problem and problem != self._said:
            logger.warning("%s (%d updates wait)", problem, info.pending_update_count)
        self._said = problem
