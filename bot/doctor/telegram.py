"""Telegram as the doctor finds it: the token, the webhook, rights in chats, and its clock."""

import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramUnauthorizedError,
)
from aiogram.types import WebhookInfo
from aiohttp_socks import ProxyError

from bot.doctor import Check
from bot.seeding.errors import counted
from bot.settings import Settings
from bot.telegram.client import TelegramBot, TelegramSession, create_bot
from bot.web_address import is_same_address

TELEGRAM: Final = "https://api.telegram.org"
#: Seconds for one request; and that clocks may be apart.
_TIMEOUT: Final = 10
_MOST_APART: Final = 30.0


async def look(
    settings: Settings, chats: Collection[int], clock: Callable[[], float] = time.time
) -> list[Check]:
    """Return what was found; rights are looked for in `chats` and in those of ALLOWED_CHATS."""
    listed = settings.allowed_chats
    checks = [await _clock(settings.telegram_api_url or TELEGRAM, settings.proxy, clock)]
    if settings.bot_token is None:
        sentence = "BOT_TOKEN is not set; get one from @BotFather and put it into .env."
        return [*checks, Check("token", sentence, well=False)]
    async with _client(settings.bot_token.get_secret_value(), settings) as bot:
        try:
            me = await bot.get_me(request_timeout=_TIMEOUT)
            checks.append(Check("token", f"It is that of @{me.username}."))
            info = await bot.get_webhook_info(request_timeout=_TIMEOUT)
            checks += _webhook(settings, info)
            checks += [
                await _rights(bot, chat_id, is_listed=chat_id in listed)
                for chat_id in sorted({*chats, *listed})
            ]
        except (TelegramUnauthorizedError, TelegramNotFound):
            sentence = "Telegram does not know this BOT_TOKEN; take the one that @BotFather shows."
            checks.append(Check("token", sentence, well=False))
        except AiogramError as error:
            sentence = (
                f"Telegram does not answer ({error}); look at the network and {_where(settings)}."
            )
            checks.append(Check("telegram", sentence, well=False))
    return checks


@asynccontextmanager
async def _client(token: str, settings: Settings) -> AsyncIterator[TelegramBot]:
    bot = create_bot(token, settings.telegram_api_url, settings.proxy)
    try:
        yield bot
    finally:
        await bot.session.close()


def _webhook(settings: Settings, info: WebhookInfo) -> list[Check]:
    area, wrong = "webhook", []
    there = urlsplit(info.url).hostname
    if settings.webhook_url is None and info.url:
        wrong.append(
            f"A webhook is set at {there}, and this bot polls; its start takes the updates away "
            "from there, so stop what runs there, or set WEBHOOK_URL."
        )
    elif settings.webhook_url is not None and not info.url:
        wrong.append("No webhook is set yet, and updates wait; start the bot, which sets it.")
    elif settings.webhook_url is not None and not is_same_address(info.url, settings.webhook_url):
        wrong.append(
            f"The webhook is set at {there}, with another host, port or path than WEBHOOK_URL's; "
            "stop what runs there, and start this bot."
        )
    waiting = counted(info.pending_update_count, "updates")
    if info.url and info.last_error_message and info.pending_update_count:
        wrong.append(
            f"Waiting: {waiting}, for Telegram could not deliver at "
            f"{info.last_error_date:%Y-%m-%d %H:%M} UTC: {info.last_error_message}; look whether "
            "that address leads to this bot."
        )
    if wrong:
        return [Check(area, sentence, well=False) for sentence in wrong]
    way = f"set at {there}" if info.url else "none is set, for the bot polls"
    return [Check(area, f"As it should be: {way}; waiting: {waiting}.")]


async def _rights(bot: TelegramBot, chat_id: int, *, is_listed: bool) -> Check:
    area = "rights"
    try:
        member = await bot.get_chat_member(chat_id, bot.id, request_timeout=_TIMEOUT)
    except TelegramMigrateToChat as error:
        advice = "; put that into ALLOWED_CHATS" if is_listed else ""
        sentence = f"Chat {chat_id} has become {error.migrate_to_chat_id}{advice}."
        return Check(area, sentence, well=not is_listed)
    except (TelegramBadRequest, TelegramForbiddenError) as error:
        advice = (
            "invite it there, or correct ALLOWED_CHATS" if is_listed else "invite it again there"
        )
        sentence = f"Chat {chat_id} is closed to the bot ({error.message}); {advice}."
        return Check(area, sentence, well=False)
    if getattr(member, "can_edit_messages", None) is False:  # only channels have the right
        sentence = (
            f"In channel {chat_id} it may not edit messages, and so adds no button; allow it."
        )
        return Check(area, sentence, well=False)
    if member.status == ChatMemberStatus.ADMINISTRATOR:
        return Check(area, f"It is an administrator of chat {chat_id}.")
    sentence = (
        f"In chat {chat_id} it is {member.status} and hears of no reactions; make it an "
        "administrator there."
    )
    return Check(area, sentence, well=False)


def _where(settings: Settings) -> str:
    """Return the settings that say by which way Telegram is reached."""
    return "TELEGRAM_API_URL" + (" and TELEGRAM_PROXY" if settings.proxy else "")


async def _clock(server: str, proxy: str | None, clock: Callable[[], float]) -> Check:
    area = "clock"
    session = TelegramSession(proxy=proxy)
    try:
        client = await session.create_session()
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
        async with client.get(server, allow_redirects=False, timeout=timeout) as response:
            date = parsedate_to_datetime(response.headers["Date"]).timestamp()
    except (aiohttp.ClientError, ProxyError, TimeoutError, OSError) as error:
        why = str(error) or type(error).__name__
        sentence = f"Telegram's time could not be asked for ({why}); look at the network."
        return Check(area, sentence, well=False)
    except (KeyError, ValueError):
        return Check(area, "The server of TELEGRAM_API_URL does not say what time it is.")
    finally:
        await session.close()
    apart = clock() - date
    if abs(apart) <= _MOST_APART:
        return Check(area, "It goes with Telegram's.")
    direction = "ahead of" if apart > 0 else "behind"
    sentence = (
        f"This machine's clock is {abs(apart):.0f} s {direction} Telegram's, and days begin by it; "
        "let NTP set it."
    )
    return Check(area, sentence, well=False)
