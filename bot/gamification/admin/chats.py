"""Decisions of admins about chats: whether anything is paid there, and what is announced."""

from sqlalchemy import update

from bot.errors import BesitosError
from bot.gamification.admin.audit import Action, record
from bot.gamification.chats import Chat, current_chat, read_chats
from bot.gamification.context import EconomyContext
from bot.gamification.models import ChatRow
from bot.gamification.types import AnnouncementMode


class ChatNotFound(BesitosError):
    """The bot knows no such chat."""


async def set_allowed(
    economy: EconomyContext, admin_id: int, chat_id: int, *, allowed: bool
) -> Chat:
    """Switch paying in a chat on or off; return the chat. Raises `ChatNotFound`."""
    return await _change(economy, admin_id, chat_id, "is_allowed", allowed)


async def set_announcements(
    economy: EconomyContext, admin_id: int, chat_id: int, mode: AnnouncementMode
) -> Chat:
    """Change what becomes of announcements; return the chat. Raises `ChatNotFound`."""
    return await _change(economy, admin_id, chat_id, "announcements", mode)


async def read_chat(economy: EconomyContext, chat_id: int) -> Chat:
    """Return a chat as it is now. Raises `ChatNotFound`."""
    found = current_chat(await read_chats(economy.connection), chat_id)
    if found is None:
        raise ChatNotFound("There is no such chat.")
    return found


async def _change(
    economy: EconomyContext, admin_id: int, chat_id: int, field: str, value: object
) -> Chat:
    chat = await read_chat(economy, chat_id)
    chat_id, before = chat.chat_id, getattr(chat, field)
    if before != value:
        changed = update(ChatRow).where(ChatRow.chat_id == chat_id)
        # Where nothing was paid, that may have to be said again one day.
        await economy.connection.execute(changed.values({field: value, "refused_at": None}))
        target = f"chat:{chat_id}"
        await record(
            economy,
            admin_id,
            Action.CHANGE_CHAT,
            target,
            before={field: before},
            after={field: value},
        )
    return await read_chat(economy, chat_id)
