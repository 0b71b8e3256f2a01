"""What members do: this is what tests and the chat page drive."""

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from sandbox import cast
from sandbox.errors import SandboxError
from sandbox.formatting.detection import detect_entities
from sandbox.privacy import bot_sees
from sandbox.reacting import react
from sandbox.rooms import Room
from sandbox.shapes import (
    bot_member_json,
    callback_query_json,
    chat_json,
    message_json,
    user_json,
)
from sandbox.updates import UpdateQueue
from sandbox.values import (
    BotStatus,
    CallbackQuery,
    Chat,
    FormattedText,
    Message,
    User,
)
from sandbox.waiting import Waiting

MAX_TEXT = 4096


class Telegram(Waiting):
    """The world as its members use it. Every action queues the update that the bot would get.

    `ana`, `luis`, `emma` (language "en") and `eve` (hostile name) are members of `group`, whose
    owner Ana is; the bot administers `group` and `channel`. Impossible actions raise SandboxError.
    """

    def __init__(self, queue: UpdateQueue, clock: Callable[[], float] = time.time) -> None:
        super().__init__(queue, clock)
        self.ana, self.luis, self.emma, self.eve = cast.ANA, cast.LUIS, cast.EMMA, cast.EVE
        self.group, self.channel = cast.GROUP, cast.CHANNEL
        self._user_ids = itertools.count(2001)
        for chat in (self.group, self.channel):
            self.open_room(chat, "administrator", owner=self.ana)
        for member in (self.ana, self.luis, self.emma, self.eve):
            self._admit(member, opened=True)

    def add_member(
        self,
        first_name: str,
        *,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "es",
        opened: bool = True,
    ) -> User:
        """Add a member of group and channel.

        With `opened=False` they have not written to the bot yet, so it may not write to them.
        """
        if not first_name.strip():
            raise SandboxError("A member needs a first name: give one.")
        member = User(next(self._user_ids), first_name, last_name, username, language_code)
        self._admit(member, opened=opened)
        self.changes.notify()
        return member

    def say(self, member: User, chat: Chat, text: str, *, reply_to: int | None = None) -> Message:
        """Send a text as a member; in the channel only its owner may (that is a channel post)."""
        room = self._room_of(member, chat)
        if chat.type == "channel" and room.owner != member:
            raise SandboxError(f"Only its owner posts in the channel {chat.title}.")
        formatted = _typed(text)
        if chat.type == "private" and room.bot_status == "kicked":
            self.set_bot_status(chat, "member", by=member)
        elif chat.type == "private":
            room.bot_status = "member"
        replied = self.message(chat, reply_to) if reply_to is not None else None
        message = self.add_message(room, member, formatted, reply_to=replied)
        if bot_sees(room, message):
            kind = "channel_post" if chat.type == "channel" else "message"
            self.deliver(room, kind, message_json(message))
        return message

    def post(self, channel: Chat, text: str) -> Message:
        """Post in a channel as its owner."""
        owner = self.room(channel).owner
        if channel.type != "channel" or owner is None:
            raise SandboxError(f"Chat {channel.id} is no channel: use say().")
        return self.say(owner, channel, text)

    def edit(self, member: User, chat: Chat, message_id: int, text: str) -> Message:
        """Change the text of a member's own message, or of a post as the channel's owner."""
        room = self._room_of(member, chat)
        message = self.message(chat, message_id)
        author = room.owner if chat.type == "channel" and not message.by_bot else message.sender
        if author != member:
            raise SandboxError(f"Message {message_id} is not by {member.full_name}.")
        changed = replace(message, formatted=_typed(text), edit_date=self.now())
        self.replace_message(room, changed)
        if bot_sees(room, changed):
            kind = "edited_channel_post" if chat.type == "channel" else "edited_message"
            self.deliver(room, kind, message_json(changed))
        return changed

    def press(
        self,
        member: User,
        chat: Chat,
        message_id: int,
        callback_data: str,
        *,
        forge: bool = False,
    ) -> str:
        """Press an inline button and return the callback query's id.

        With `forge=True` the button, the message and the membership need not exist.
        """
        room = self.room(chat) if forge else self._room_of(member, chat)
        message = room.messages.get(message_id)
        if not forge:
            buttons = self.message(chat, message_id).buttons
            if callback_data not in {button.callback_data for button in buttons}:
                raise SandboxError(f"Message {message_id} has no button with {callback_data!r}.")
        self.last_query_id += 1
        query = CallbackQuery(str(self.last_query_id), member, chat, message_id, callback_data)
        self.open_queries[query.id] = query
        self.changes.notify()
        self.deliver(room, "callback_query", callback_query_json(query, message))
        return query.id

    def react(self, member: User, chat: Chat, message_id: int, emoji: Sequence[str]) -> None:
        """Replace a member's reactions on a message; no emoji takes them away."""
        room = self._room_of(member, chat)
        react(self, room, message_id, emoji, by=member)

    def react_anonymously(self, chat: Chat, message_id: int, emoji: Sequence[str]) -> None:
        """React as an anonymous administrator: the update has `actor_chat` and no user."""
        react(self, self.room(chat), message_id, emoji, by=chat)

    def set_bot_status(self, chat: Chat, status: BotStatus, *, by: User | None = None) -> None:
        """Promote, demote, remove or re-add the bot; in a private chat `kicked` is a block."""
        room = self.room(chat)
        before, room.bot_status = room.bot_status, status
        actor = by or room.owner or room.members[chat.id]
        self.changes.notify()
        self.deliver_status(
            {
                "chat": chat_json(chat),
                "from": user_json(actor),
                "date": self.now(),
                "old_chat_member": bot_member_json(self.bot, before),
                "new_chat_member": bot_member_json(self.bot, status),
            }
        )

    def _admit(self, member: User, *, opened: bool) -> None:
        private = self.open_room(cast.private_chat(member), "member" if opened else "left")
        private.members[member.id] = member
        for chat in (self.group, self.channel):
            self.rooms[chat.id].members[member.id] = member

    def _room_of(self, member: User, chat: Chat) -> Room:
        room = self.room(chat)
        if member.id not in room.members:
            raise SandboxError(f"{member.full_name} is not in chat {chat.id}.")
        return room


def _typed(text: str) -> FormattedText:
    stripped = text.strip()
    if not 0 < len(stripped) <= MAX_TEXT:
        raise SandboxError(f"A message has 1 to {MAX_TEXT} characters; this has {len(stripped)}.")
    return detect_entities(FormattedText(stripped))
