"""Long polling that confirms an update only after its transaction has committed.

aiogram's own, with `handle_as_tasks=False`, awaits each update as well. A loop of our own is for
what it does otherwise: it confirms an update that has failed, whatever the reason; it fetches one
that aiogram cannot parse for ever; SIGTERM cancels the update at work; and the last offset is not
confirmed when it stops.
"""

import asyncio
import logging
from typing import Any, Final

from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramUnauthorizedError,
)
from aiogram.types import Update
from pydantic import ValidationError

from bot.shutdown import unless_stopped
from bot.telegram.client import Backoff
from bot.telegram.errors import error_locations, process_update

logger = logging.getLogger(__name__)

#: Seconds that Telegram holds a request open while there is nothing to say.
LONG_POLL: Final = 25


class Polling:
    """Fetches updates and feeds them to the dispatcher, one after the other."""

    def __init__(self, dispatcher: Dispatcher, bot: Bot, stop: asyncio.Event) -> None:
        """Poll until `stop` is set; the update at work then is finished first."""
        self._dispatcher = dispatcher
        self._bot = bot
        self._stop = stop
        self._allowed_updates = dispatcher.resolve_used_update_types()
        self._offset: int | None = None
        self._webhook_deleted = False
        self._backoff = Backoff(stop)
        self._retries = Backoff(stop)

    async def run(self) -> None:
        """Poll until told to stop.

        Raises `TelegramUnauthorizedError` when the token is not (or no longer) valid.
        """
        while not self._stop.is_set():
            for update in await unless_stopped(self._fetch(), self._stop) or []:
                if not await self._process(update):
                    break
                self._offset = update.update_id + 1
        await self._confirm()

    async def _fetch(self) -> list[Update]:
        try:
            if not self._webhook_deleted:
                # Telegram refuses getUpdates while a webhook is set, and nobody else deletes it.
                self._webhook_deleted = await self._bot.delete_webhook()
            updates = await self._bot.get_updates(
                offset=self._offset,
                timeout=LONG_POLL,
                allowed_updates=self._allowed_updates,
                request_timeout=LONG_POLL + 15,
            )
        except TelegramUnauthorizedError:
            raise
        except ClientDecodeError as error:
            if isinstance(error.data, dict):
                return self._readable(error.data.get("result", []))
            logger.warning("updates could not be fetched: that is not Telegram's answer")
            await self._backoff.wait()
            return []
        except AiogramError as error:
            logger.warning("updates could not be fetched: %s", error)
            await self._backoff.wait(error)
            return []
        self._backoff.reset()
        return updates

    def _readable(self, raw_updates: list[dict[str, Any]]) -> list[Update]:
        """Return the updates before the first that aiogram cannot read; skip that one, if first.

        Telegram may send what this aiogram does not know yet. All updates come in one answer, and
        the same answer would come again for ever.
        """
        updates = []
        for raw in raw_updates:
            try:
                updates.append(Update.model_validate(raw, context={"bot": self._bot}))
            except ValidationError as error:
                if not updates:
                    logger.error(  # noqa: TRY400 - a trace through pydantic says nothing
                        "update %d is skipped, since aiogram cannot read it (%s); "
                        "a newer aiogram may",
                        raw["update_id"],
                        error_locations(error),
                    )
                    self._offset = raw["update_id"] + 1
                break
        return updates

    async def _process(self, update: Update) -> bool:
        """Process one update; return whether it is done with, so that the next may follow."""
        if self._stop.is_set():
            return False
        done = await process_update(self._dispatcher, self._bot, update)
        if done:
            self._retries.reset()
        else:
            await self._retries.wait()
        return done

    async def _confirm(self) -> None:
        """Tell Telegram what is done, so that the next start does not get it again."""
        if self._offset is None:
            return
        try:
            await self._bot.get_updates(offset=self._offset, limit=1, timeout=0)
        except AiogramError as error:
            # Harmless: what comes again is recognized and not paid again.
            logger.warning("the last updates could not be confirmed: %s", error)
