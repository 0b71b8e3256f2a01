"""Telegram as its members use it, for tests and the chat page."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from sandbox.chats import ChatState, bot_sees
from sandbox.errors import SandboxError
from sandbox.fixtures import ANA, CHANNEL, EMMA, EVE, GROUP, LUIS, private_chat
from sandbox.formatting.entities import detect_entities, utf16_length
from sandbox.reactions import react
from sandbox.serializers import (
    bot_member_json,
    callback_query_json,
    chat_json,
    message_json,
    user_json,
)
from sandbox.state import State
from sandbox.updates import UpdateQueue
from sandbox.values import (
    BotStatus,
    CallbackQuery,
    Chat,
    FormattedText,
    Message,
    User,
)

MAX_TEXT = 4096


class Telegram(State):
    """The actions of members. Each queues the update that the bot would get.

    `ana`, `luis`, `emma` (language "en") and `eve` (hostile name) are members of `group`, whose
    owner Ana is; the bot administers `group` and `channel`. Impossible actions raise SandboxError.
    """

    def __init__(self, queue: UpdateQueue, clock: Callable[[], float] = time.time) -> None:
        super().__init__(queue, clock)
        self.ana, self.luis, self.emma, self.eve = ANA, LUIS, EMMA, EVE
        self.group, self.channel = GROUP, CHANNEL
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget everything; the first members and chats are there again."""
        self.clear()
        for chat in (self.group, self.channel):
            self.add_chat(chat, "administrator", owner=self.ana)
        for member in (self.ana, self.luis, self.emma, self.eve):
            self.admit(member, opened=True)
        self.changes.notify()

    def add_member(
        self,
        first_name: str,
        *,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "es",
        opened: bool = True,
    ) -> User:
        """Add a member of every group and channel.

        With `opened=False` they have not written to the bot yet, so it may not write to them.
        """
        if not first_name.strip():
            raise SandboxError("A member needs a first name: give one.")
        member = User(next(self._user_ids), first_name, last_name, username, language_code)
        self.admit(member, opened=opened)
        self.changes.notify()
        return member

    def open_chat(self, chat: Chat) -> None:
        """Add a group of Ana's, which everyone is in and the bot administers."""
        chat_state = self.add_chat(chat, "administrator", owner=self.ana)
        chat_state.members.update((one.id, one) for one in self.members)
        self.changes.notify()

    def link(self, channel: Chat, group: Chat) -> None:
        """Let each new post of a channel be copied into a group, as its comments."""
        self.chat_state(channel).linked_id = group.id
        self.changes.notify()

    def say(
        self,
        member: User,
        chat: Chat,
        text: str,
        *,
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> Message:
        """Send a text as a member; in the channel only its owner may (that is a channel post).

        In a forum it goes to the topic `thread_id`, None for General.
        """
        chat_state = self._chat_state_of(member, chat)
        _refuse_closed_topic(chat, thread_id)
        if chat.type == "channel" and chat_state.owner != member:
            raise SandboxError(f"Only its owner posts in the channel {chat.title}.")
        formatted = _typed(text)
        if chat.type == "private" and chat_state.bot_status == "kicked":
            self.set_bot_status(chat, "member", by=member)
        elif chat.type == "private":
            chat_state.bot_status = "member"
        replied = self.message(chat, reply_to) if reply_to is not None else None
        message = self.add_message(
            chat_state, member, formatted, reply_to=replied, thread_id=thread_id
        )
        if bot_sees(chat_state, message):
            kind = "channel_post" if chat.type == "channel" else "message"
            self.deliver(chat_state, kind, message_json(message))
        self.copy_to_comments(chat_state, message)
        return message

    def post(self, channel: Chat, text: str) -> Message:
        """Post in a channel as its owner."""
        owner = self.chat_state(channel).owner
        if channel.type != "channel" or owner is None:
            raise SandboxError(f"Chat {channel.id} is no channel: use say().")
        return self.say(owner, channel, text)

    def edit(self, member: User, chat: Chat, message_id: int, text: str) -> Message:
        """Change the text of a member's own message, or of a post as the channel's owner."""
        chat_state = self._chat_state_of(member, chat)
        message = self.message(chat, message_id)
        author = (
            chat_state.owner if chat.type == "channel" and not message.by_bot else message.sender
        )
        if author != member:
            raise SandboxError(f"Message {message_id} is not by {member.full_name}.")
        changed = replace(message, formatted=_typed(text), edit_date=self.now())
        self.replace_message(chat_state, changed)
        if bot_sees(chat_state, changed):
            kind = "edited_channel_post" if chat.type == "channel" else "edited_message"
            self.deliver(chat_state, kind, message_json(changed))
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
        chat_state = self.chat_state(chat) if forge else self._chat_state_of(member, chat)
        message = chat_state.messages.get(message_id)
        if not forge:
            buttons = self.message(chat, message_id).buttons
            if callback_data not in {button.callback_data for button in buttons}:
                raise SandboxError(f"Message {message_id} has no button with {callback_data!r}.")
        self.last_query_id += 1
        query = CallbackQuery(str(self.last_query_id), member, chat, message_id, callback_data)
        self.open_queries[query.id] = query
        self.changes.notify()
        self.deliver(chat_state, "callback_query", callback_query_json(query, message))
        return query.id

    def react(self, member: User, chat: Chat, message_id: int, emoji: Sequence[str]) -> None:
        """Replace a member's reactions on a message; no emoji takes them away."""
        chat_state = self._chat_state_of(member, chat)
        react(self, chat_state, message_id, emoji, by=member)

    def react_anonymously(self, chat: Chat, message_id: int, emoji: Sequence[str]) -> None:
        """React as an anonymous administrator: the update has `actor_chat` and no user."""
        react(self, self.chat_state(chat), message_id, emoji, by=chat)

    def set_bot_status(self, chat: Chat, status: BotStatus, *, by: User | None = None) -> None:
        """Promote, demote, remove or re-add the bot; in a private chat `kicked` is a block."""
        chat_state = self.chat_state(chat)
        before, chat_state.bot_status = chat_state.bot_status, status
        actor = by or chat_state.owner or chat_state.members[chat.id]
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

    def admit(self, member: User, *, opened: bool) -> None:
        """Let someone into all groups and channels; `opened` says whether they opened the bot."""
        private = self.add_chat(private_chat(member), "member" if opened else "left")
        private.members[member.id] = member
        for chat_state in self.chats.values():
            if chat_state.chat.type != "private":
                chat_state.members[member.id] = member

    def _chat_state_of(self, member: User, chat: Chat) -> ChatState:
        chat_state = self.chat_state(chat)
        if member.id not in chat_state.members:
            raise SandboxError(f"{member.full_name} is not in chat {chat.id}.")
        return chat_state


def _refuse_closed_topic(chat: Chat, thread_id: int | None) -> None:
    topic = chat.topic(thread_id)
    if topic is None and (chat.topics or thread_id is not None):
        raise SandboxError(f"Chat {chat.id} has no topic {thread_id}.")
    if topic and topic.is_closed:
        raise SandboxError(f"The topic {topic.name} is closed: choose another one.")


def _typed(text: str) -> FormattedText:
    stripped = text.strip()
    length = utf16_length(stripped)
    if not 0 < length <= MAX_TEXT:
        raise SandboxError(f"A message has 1 to {MAX_TEXT} characters; this has {length}.")
    return detect_entities(FormattedText(stripped))
