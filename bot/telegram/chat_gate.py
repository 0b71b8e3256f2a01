"""Gate of chats: each is written down when it is new, and only some of them count."""

import logging
from typing import Any

from aiogram import BaseMiddleware
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.enums import ChatType
from aiogram.methods import AnswerCallbackQuery, SendMessage
from aiogram.types import Chat as TelegramChat
from aiogram.types import TelegramObject, Update

from bot.gamification.chats import Chat, ChatBook, move_chat, register_chat, say_once
from bot.gamification.context import EconomyContext
from bot.telegram.filters import GROUPS
from bot.telegram.texts import chats as texts
from bot.telegram.texts.formatting import without_controls

logger = logging.getLogger(__name__)


class ChatGate(BaseMiddleware):
    """Gives handlers `known_chat`, None in private, and lets nothing pass where nothing is paid.

    That is said once in the chat, and to whoever presses a button. Stands inside the transaction
    and before members are registered: a chat that does not count makes no member.
    """

    def __init__(self, chats: ChatBook) -> None:
        """`chats` says which chats count."""
        self._chats = chats

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Run the rest, unless the chat does not count."""
        shown: TelegramChat | None = data.get("event_chat")
        if shown is None or shown.type == ChatType.PRIVATE or not isinstance(event, Update):
            data["known_chat"] = None
            return await handler(event, data)
        if event.message and event.message.migrate_to_chat_id:
            return await self._move(shown.id, event.message.migrate_to_chat_id, data)
        if event.message and event.message.migrate_from_chat_id:
            return await self._move(event.message.migrate_from_chat_id, shown.id, data)
        chat = await self._known(shown, event, data)
        if event.my_chat_member and chat.chat_id != shown.id:
            return None  # it is the same chat's end, and the other's is told apart
        # Whether the bot comes or goes is news wherever it is.
        if event.my_chat_member or self._chats.is_allowed(chat):
            data["known_chat"] = chat
            return await handler(event, data)
        return await self._refuse(chat, event, data["economy"])

    async def _known(self, shown: TelegramChat, event: Update, data: dict[str, Any]) -> Chat:
        connection = data["economy"].connection
        known = await self._chats.get(connection, shown.id)
        title = without_controls(shown.title or "") or ""
        as_shown = (title, str(shown.type), False)
        if known and (known.title, known.type, known.has_left) == as_shown:
            return known
        if known and known.chat_id != shown.id:
            return known  # which that group has become
        if known and known.has_left and (event.my_chat_member or event.callback_query):
            return known  # the bot may have left just now, or be gone from where an old button is
        chat = known or Chat(shown.id, title, str(shown.type))
        await register_chat(connection, Chat(chat.chat_id, title, str(shown.type)))
        data["after_commit"].append(self._chats.invalidate)
        return chat

    async def _move(self, old: int, new: int, data: dict[str, Any]) -> None:
        """Keep what was decided for a group that has become a supergroup, which has a new id."""
        is_news = await move_chat(data["economy"].connection, old, new)
        data["after_commit"].append(self._chats.invalidate)
        if is_news and self._chats.is_listed(old) and not self._chats.is_listed(new):
            logger.warning("chat %d has become %d: put that into ALLOWED_CHATS", old, new)

    async def _refuse(
        self, chat: Chat, event: Update, economy: EconomyContext
    ) -> SendMessage | AnswerCallbackQuery | None:
        if event.callback_query:
            return event.callback_query.answer(texts.not_here_short(), show_alert=True)
        if chat.type not in GROUPS or chat.is_refused:
            return None
        if not await say_once(economy.connection, chat.chat_id, "refused_at", economy.now):
            return None
        return SendMessage(chat_id=chat.chat_id, text=texts.not_here())
