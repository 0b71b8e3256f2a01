"""Introduction of the bot by Telegram: its command menu and its descriptions."""

import asyncio
import logging
from collections.abc import Set as AbstractSet
from typing import Final

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import BotCommand, BotCommandScopeChat
from aiogram.utils.i18n import I18n

from bot.telegram.texts import common as texts
from bot.telegram.texts.admin import common as admin_texts

logger = logging.getLogger(__name__)

#: Seconds for one request, and for all about the menu or the descriptions.
_REQUEST: Final = 10
_TIMEOUT: Final = 60.0


async def publish_commands(bot: Bot, i18n: I18n, admin_ids: AbstractSet[int]) -> None:
    """Show the bot's commands in Telegram's menu; without them it works all the same.

    Takes as long as Telegram does, up to a minute: nothing should wait for it.
    """
    try:
        async with asyncio.timeout(_TIMEOUT):
            # An admin whom the bot has never met has no chat yet; the others get theirs.
            for admin_id in (None, *sorted(admin_ids)):
                await _publish_menu(bot, i18n, admin_id)
    except TimeoutError:
        logger.warning("the command menu could not be set in %g s", _TIMEOUT)


async def publish_descriptions(bot: Bot, i18n: I18n) -> None:
    """Set the descriptions where they differ; without them the bot works all the same.

    Takes as long as Telegram does, up to a minute: nothing should wait for it.
    """
    try:
        async with asyncio.timeout(_TIMEOUT):
            for locale in (i18n.default_locale, *i18n.available_locales):
                await _describe(bot, i18n, locale)
    except TimeoutError:
        logger.warning("the descriptions could not be set in %g s", _TIMEOUT)
    except AiogramError as error:
        logger.warning("the descriptions could not be set: %s", error)


async def _publish_menu(bot: Bot, i18n: I18n, admin_id: int | None) -> None:
    try:
        await _set_menu(bot, i18n, admin_id)
    except AiogramError as error:
        whose = "the command menu" if admin_id is None else f"admin {admin_id}'s command menu"
        logger.warning("%s could not be set: %s", whose, error)


async def _set_menu(bot: Bot, i18n: I18n, admin_id: int | None) -> None:
    scope = None if admin_id is None else BotCommandScopeChat(chat_id=admin_id)
    for locale in (i18n.default_locale, *i18n.available_locales):
        with i18n.context(), i18n.use_locale(locale):
            shown = texts.commands() | (admin_texts.commands() if scope else {})
        code = _language_code(i18n, locale)
        there = await bot.get_my_commands(scope=scope, language_code=code, request_timeout=_REQUEST)
        if {one.command: one.description for one in there} != shown:
            await bot.set_my_commands(
                [BotCommand(command=name, description=purpose) for name, purpose in shown.items()],
                scope=scope,
                language_code=code,
                request_timeout=_REQUEST,
            )


async def _describe(bot: Bot, i18n: I18n, locale: str) -> None:
    with i18n.context(), i18n.use_locale(locale):
        long, short = texts.description(), texts.short_description()
    code = _language_code(i18n, locale)
    shown = await bot.get_my_description(language_code=code, request_timeout=_REQUEST)
    if shown.description != long:
        await bot.set_my_description(description=long, language_code=code, request_timeout=_REQUEST)
    brief = await bot.get_my_short_description(language_code=code, request_timeout=_REQUEST)
    if brief.short_description != short:
        await bot.set_my_short_description(
            short_description=short, language_code=code, request_timeout=_REQUEST
        )


def _language_code(i18n: I18n, locale: str) -> str | None:
    """Return none for the default language: it is for everybody whose own we do not have."""
    return None if locale == i18n.default_locale else locale
