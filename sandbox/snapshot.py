"""Chats as they are kept in a file."""

from dataclasses import replace
from typing import Self

from pydantic import BaseModel, ConfigDict

from sandbox.chats import ChatState
from sandbox.telegram import Telegram
from sandbox.values import BotStatus, Chat, Message, User

#: Of every chat, as many as the page shows.
KEPT_MESSAGES = 200


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class KeptMessage(_Kept):
    """A message; of the one that it replies to, the number alone."""

    message: Message
    reply_to: int | None


class KeptChat(_Kept):
    """A chat, its members and its last messages."""

    chat: Chat
    bot_status: BotStatus
    owner: User | None
    members: list[User]
    messages: list[KeptMessage]
    reactions: dict[int, dict[int, tuple[str, ...]]]
    linked_id: int | None = None

    @classmethod
    def of(cls, chat_state: ChatState) -> Self:
        """Return what is kept of a chat."""
        last = list(chat_state.messages.values())[-KEPT_MESSAGES:]
        return cls(
            chat=chat_state.chat,
            bot_status=chat_state.bot_status,
            owner=chat_state.owner,
            members=list(chat_state.members.values()),
            messages=[_kept(one) for one in last],
            reactions={
                one.message_id: chat_state.reactions[one.message_id]
                for one in last
                if one.message_id in chat_state.reactions
            },
            linked_id=chat_state.linked_id,
        )

    def fill(self, chat_state: ChatState) -> None:
        """Put members, messages and reactions into an empty chat."""
        chat_state.members.update((one.id, one) for one in self.members)
        for one in self.messages:
            replied = chat_state.messages.get(one.reply_to) if one.reply_to else None
            chat_state.messages[one.message.message_id] = replace(one.message, reply_to=replied)
        chat_state.reactions.update(self.reactions)
        chat_state.linked_id = self.linked_id


class Snapshot(_Kept):
    """All chats, and by how many days the stage is ahead."""

    days_ahead: int
    chats: list[KeptChat]

    @classmethod
    def of(cls, telegram: Telegram, days_ahead: int) -> Self:
        """Return what is kept of a Telegram."""
        chats = [KeptChat.of(one) for one in telegram.chats.values()]
        return cls(days_ahead=days_ahead, chats=chats)

    def restore(self, telegram: Telegram) -> None:
        """Put these chats in the place of those that are there; ids go on behind theirs."""
        telegram.clear()
        telegram.number_after(
            max(
                (
                    number
                    for kept in self.chats
                    for number in (kept.chat.id, *(one.message.message_id for one in kept.messages))
                ),
                default=0,
            )
        )
        for kept in self.chats:
            kept.fill(telegram.add_chat(kept.chat, kept.bot_status, owner=kept.owner))
        for chat_state in telegram.chats.values():
            for message in chat_state.messages.values():
                if message.photo:
                    telegram.photos[message.photo.file_unique_id] = message.photo
        telegram.changes.notify()


def _kept(message: Message) -> KeptMessage:
    replied = message.reply_to
    return KeptMessage(
        message=replace(message, reply_to=None),
        reply_to=replied.message_id if replied else None,
    )
