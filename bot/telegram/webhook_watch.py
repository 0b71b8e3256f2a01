"""Watch over the webhook: whether Telegram still has our address, and can deliver there."""

import asyncio
import logging
from typing import Final

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import WebhookInfo

from bot.monitoring.arrivals import Arrivals

logger = logging.getLogger(__name__)

#: Seconds between two looks, and for one.
INTERVAL: Final = 25.0
_TIMEOUT: Final = 10


class WebhookWatch:
    """Asks Telegram now and then, and says once what keeps updates away.

    An error is new when it came after the look before, no update has come since then, and one
    still waits. What was wrong before the start is not told again.
    """

    def __init__(self, bot: Bot, arrivals: Arrivals) -> None:
        """Tell `arrivals` of what is found."""
        self._bot = bot
        self._arrivals = arrivals
        self._url: str | None = None
        self._known: object = None
        self._came = 0
        self._fault: str | None = None

    async def run(self) -> None:
        """Look at once and then every so often, until cancelled."""
        while True:
            try:
                await self.look()
            except AiogramError as error:
                logger.warning("Telegram does not say how the webhook does: %s", error)
            await asyncio.sleep(INTERVAL)

    async def look(self) -> None:
        """Ask once. Raises `AiogramError`."""
        info = await self._bot.get_webhook_info(request_timeout=_TIMEOUT)
        fault = self._find_fault(info)
        if fault is not None and fault != self._fault:
            logger.warning("no update arrives: %s", fault)
        elif fault is None and self._fault is not None:
            logger.info("updates arrive again")
        self._fault = fault
        self._arrivals.told(pending=info.pending_update_count, fault=fault)

    def _find_fault(self, info: WebhookInfo) -> str | None:
        if self._url is None:  # in Telegram's own spelling
            self._url, self._known = info.url, info.last_error_date
        if not info.url or info.url != self._url:
            return "the webhook was removed or set to another address; start this bot again"
        came, self._came = self._came, self._arrivals.count
        if came != self._arrivals.count or info.pending_update_count == 0:
            self._known = info.last_error_date
        if info.last_error_date == self._known:
            return None
        return f"Telegram cannot deliver to WEBHOOK_URL ({info.last_error_message})"
