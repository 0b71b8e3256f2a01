"""Arrivals and departures: the bot's own in a chat, and those of members."""

from typing import Final

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.methods import SendMessage
from aiogram.types import ChatMemberUnion, ChatMemberUpdated

from bot.gamification.chats import (
    Chat,
    ChatBook,
    bot_promoted,
    bot_removed,
    member_came_back,
    member_left,
    register_chat,
    say_once,
)
from bot.gamification.context import EconomyContext
from bot.telegram.middlewares import PendingCalls
from bot.telegram.texts import chats as texts

_ADMINS: Final = {ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.CREATOR}
_OUT: Final = {ChatMemberStatus.LEFT, ChatMemberStatus.KICKED}


def setup() -> Router:
    router = Router(name=__name__)
    # Both are sent for the asking; members' coming and going to administrators only.
    router.my_chat_member.register(bot_changed, F.chat.type != ChatType.PRIVATE)
    router.chat_member.register(member_changed)
    return router


async def bot_changed(
    event: ChatMemberUpdated,
    known_chat: Chat,
    chats: ChatBook,
    economy: EconomyContext,
    after_commit: PendingCalls,
) -> SendMessage | None:
    """Ask for the rights that are missing, say that all is ready, or go without a word."""
    after_commit.append(chats.invalidate)
    connection, chat_id = economy.connection, event.chat.id
    if not _is_in(event.new_chat_member):
        await bot_removed(connection, chat_id, economy.now)
        return None
    await register_chat(connection, known_chat)
    in_channel = event.chat.type == ChatType.CHANNEL
    if not chats.is_allowed(known_chat):
        said = not in_channel and await say_once(connection, chat_id, "refused_at", economy.now)
        return SendMessage(chat_id=chat_id, text=texts.not_here()) if said else None
    to, ready, needs = chat_id, texts.ready(), texts.needs_rights()
    if in_channel:  # its subscribers need not read that
        title = known_chat.title
        to, ready = event.from_user.id, texts.channel_ready(title)
        needs = texts.channel_needs_rights(title)
    if _has_rights(event.new_chat_member, in_channel=in_channel):
        await bot_promoted(connection, chat_id)
        if _has_rights(event.old_chat_member, in_channel=in_channel):
            return None
        return SendMessage(chat_id=to, text=ready)
    if await say_once(connection, chat_id, "asked_at", economy.now):
        return SendMessage(chat_id=to, text=needs)
    return None


async def member_changed(event: ChatMemberUpdated, economy: EconomyContext) -> None:
    """Take who leaves off the board, and put who comes back on it again."""
    user_id, chat_id = event.new_chat_member.user.id, event.chat.id
    if _is_in(event.new_chat_member):
        if not _is_in(event.old_chat_member):
            await member_came_back(economy.connection, user_id, chat_id)
    else:
        await member_left(economy.connection, user_id, chat_id, economy.now)


def _is_in(member: ChatMemberUnion) -> bool:
    return member.status not in _OUT and getattr(member, "is_member", True)


def _has_rights(member: ChatMemberUnion, *, in_channel: bool) -> bool:
    if member.status not in _ADMINS:
        return False
    return not in_channel or bool(getattr(member, "can_edit_messages", False))
