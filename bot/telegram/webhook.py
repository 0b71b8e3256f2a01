"""Webhook: Telegram gets its 200 only after the transaction has committed."""

import asyncio
import hashlib
import hmac
import logging
from typing import Final

from aiogram import Bot, Dispatcher
from aiogram.types import Update
from aiohttp import hdrs, web
from pydantic import SecretStr, ValidationError

from bot.errors import error_locations
from bot.monitoring.connections import PATIENCE
from bot.telegram.client import TRANSIENT_ERRORS, Backoff
from bot.telegram.errors import process_update
from bot.throttle import Throttle
from bot.web_address import decoded_path

logger = logging.getLogger(__name__)

_SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
#: Telegram's own limit for `max_connections`.
_MOST_AT_ONCE: Final = 100
#: Wrong secrets a minute that are told so; the others are told that they are too many.
_MOST_REFUSALS: Final = 30


class Webhook:
    """Takes updates at the path of `url`, from whoever knows the secret."""

    def __init__(  # noqa: PLR0913 - half of them have defaults
        self,
        dispatcher: Dispatcher,
        bot: Bot,
        url: str,
        secret: SecretStr | None = None,
        *,
        path: str | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """Without a `secret`, one is derived from the token, so that all replicas agree on it.

        `path` is where the updates arrive, if a proxy in between changes that of `url`.
        `patience` are the seconds in which an update must have come whole.
        """
        self._dispatcher = dispatcher
        self._bot = bot
        self._url = url
        self._secret = secret.get_secret_value() if secret else derived_secret(bot.token)
        #: While it is, as during the bootstrap, updates are to come again.
        self.closed = False
        self._path = decoded_path(path or url)
        self._patience = patience
        self._refused = Throttle()

    def add_to(self, application: web.Application) -> None:
        """Add the route: the decoded path to the letter, for aiohttp reads patterns into braces."""
        resource = web.PlainResource(self._path)
        resource.add_route(hdrs.METH_POST, self._take)
        application.router.register_resource(resource)

    async def _take(self, request: web.Request) -> web.Response:
        # Not aiogram's own handler: after 55 seconds it answers 200 and goes on by itself.
        if refusal := self._refusal(request):
            return refusal
        try:
            async with asyncio.timeout(self._patience):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        except web.RequestPayloadError:
            return web.Response(status=400)
        try:
            update = Update.model_validate_json(body, context={"bot": self._bot})
        except ValidationError as error:
            # Telegram would send it for ever, and what this aiogram cannot read it never will.
            logger.error(  # noqa: TRY400 - a trace through pydantic says nothing
                "an update is skipped, since aiogram cannot read it: %s", error_locations(error)
            )
            self._dispatcher["metrics"].updates.labels("given_up").inc()
            return web.Response()
        return web.Response(status=200 if await self._process(update) else 503)

    def _refusal(self, request: web.Request) -> web.Response | None:
        given = request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(errors="replace"), self._secret.encode()):
            return self._refuse()
        if self.closed:
            return web.Response(status=503)
        if request.headers.get(hdrs.CONTENT_ENCODING, "identity") != "identity":
            return web.Response(status=415)
        return None

    async def _process(self, update: Update) -> bool:
        arrivals = self._dispatcher["arrivals"]
        arrivals.seen([update.update_id])
        try:
            return await process_update(self._dispatcher, self._bot, update)
        finally:
            # What is not done waits at Telegram, which may bring it to another replica.
            arrivals.done(update.update_id)

    def _refuse(self) -> web.Response:
        # The right secret is taken however many wrong ones come, or they could keep Telegram out.
        if count := self._refused.due():
            logger.warning("requests without the webhook's secret were refused: %d", count)
        too_many = self._refused.pending > _MOST_REFUSALS
        return web.Response(status=429 if too_many else 401)

    async def announce(self, stop: asyncio.Event, at_once: int | None = None) -> None:
        """Tell Telegram where to send updates; again and again until it has set it.

        It shall send so many `at_once`, by default as many as it likes.
        Raises `TelegramAPIError` when it answers no.
        """
        backoff = Backoff(stop)
        while not stop.is_set():
            try:
                if await self._bot.set_webhook(
                    self._url,
                    secret_token=self._secret,
                    max_connections=at_once and min(at_once, _MOST_AT_ONCE),
                    allowed_updates=self._dispatcher.resolve_used_update_types(),
                ):
                    return
                logger.warning("the webhook could not be set yet: Telegram answers with false")
                await backoff.wait()
            except TRANSIENT_ERRORS as error:
                logger.warning("the webhook could not be set yet: %s", error)
                await backoff.wait(error)


def derived_secret(token: str) -> str:
    """Return a secret that nobody without the bot's token can guess."""
    return hmac.new(token.encode(), b"besitos webhook", hashlib.sha256).hexdigest()
