"""Updates by webhook: Telegram gets its 200 only after the transaction has committed."""

import asyncio
import hashlib
import hmac
import logging
from urllib.parse import urlsplit

from aiogram import Bot, Dispatcher
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web
from pydantic import SecretStr

from bot.telegram.backoff import PASSING, Backoff

logger = logging.getLogger(__name__)


class Webhook:
    """Takes updates at the path of `url`, from whoever knows the secret."""

    def __init__(
        self, dispatcher: Dispatcher, bot: Bot, url: str, secret: SecretStr | None = None
    ) -> None:
        """Without a `secret`, one is derived from the token, so that all replicas agree on it."""
        self._dispatcher = dispatcher
        self._bot = bot
        self._url = url
        self._secret = secret.get_secret_value() if secret else derived_secret(bot.token)

    def add_to(self, application: web.Application) -> None:
        """Add the route."""
        handler = SimpleRequestHandler(
            self._dispatcher, self._bot, handle_in_background=False, secret_token=self._secret
        )
        handler.register(application, path=urlsplit(self._url).path or "/")

    async def announce(self, stop: asyncio.Event) -> None:
        """Tell Telegram where to send updates; again and again while it does not answer.

        Raises `TelegramAPIError` when it answers no.
        """
        backoff = Backoff(stop)
        while not stop.is_set():
            try:
                await self._bot.set_webhook(
                    self._url,
                    secret_token=self._secret,
                    allowed_updates=self._dispatcher.resolve_used_update_types(),
                )
            except PASSING as error:
                logger.warning("the webhook could not be set yet: %s", error)
                await backoff.wait(error)
            else:
                return


def derived_secret(token: str) -> str:
    """Return a secret that nobody without the bot's token can guess."""
    return hmac.new(token.encode(), b"besitos webhook", hashlib.sha256).hexdigest()
