"""Introduction of the bot: what Telegram shows of it before anybody has written."""

import asyncio
import logging
from typing import Final

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.utils.i18n import I18n

from bot.telegram.texts import common as texts

logger = logging.getLogger(__name__)

#: Seconds for one request, and for all of them.
_REQUEST: Final = 10
_TIMEOUT: Final = 60.0


async def publish_introduction(bot: Bot, i18n: I18n) -> None:
    """Set the descriptions where they differ; without them the bot works all the same.

    Takes as long as Telegram does, up to a minute: nothing should wait for it.
    """
    try:
        async with asyncio.timeout(_TIMEOUT):
            for locale in (i18n.default_locale, *i18n.available_locales):
                await _publish(bot, i18n, locale)
    except TimeoutError:
        logger.warning("the descriptions could not be set in %g s", _TIMEOUT)
    except AiogramError as error:
        logger.warning("the descriptions could not be set: %s", error)


async def _publish(bot: Bot, i18n: I18n, locale: str) -> None:
    with i18n.context(), i18n.use_locale(locale):
        long, short = texts.description(), texts.short_description()
    # The default language has no code: it is for everybody whose own we do not have.
    code = None if locale == i18n.default_locale else locale
    shown = await bot.get_my_description(language_code=code, request_timeout=_REQUEST)
    if shown.description != long:
        await bot.set_my_description(description=long, language_code=code, request_timeout=_REQUEST)
    brief = await bot.get_my_short_description(language_code=code, request_timeout=_REQUEST)
    if brief.short_description != short:
        await bot.set_my_short_description(
            short_description=short, language_code=code, request_timeout=_REQUEST
        )
