"""The state of Telegram: chats, members, messages, pressed buttons, and waits for a change."""

import itertools
import time
from collections.abc import Callable, Iterator

from sandbox.changes import Changes
from sandbox.chats import ChatState, bot_sees
from sandbox.errors import SandboxError
from sandbox.fixtures import BOT, TELEGRAM, private_chat
from sandbox.serializers import Json, message_json
from sandbox.updates import UpdateQueue
from sandbox.values import (
    BotStatus,
    CallbackAnswer,
    CallbackQuery,
    Chat,
    FormattedText,
    Keyboard,
    Message,
    Origin,
    Photo,
    User,
)


class State:
    """What members and the bot both act on; `changes` tells when it changed.

    Tests and the chat page read it, and wait for what the bot does to it.
    """

    def __init__(self, queue: UpdateQueue, clock: Callable[[], float] = time.time) -> None:
        self.bot = BOT
        self.changes = Changes()
        self.chats: dict[int, ChatState] = {}
        self.open_queries: dict[str, CallbackQuery] = {}
        self.last_query_id = 4_200_000_000
        self.answers: dict[str, CallbackAnswer] = {}
        self.photos: dict[str, Photo] = {}
        self._queue = queue
        self._clock = clock
        self.number_after(0)

    @property
    def members(self) -> tuple[User, ...]:
        """Everyone but the bot."""
        private = (one for one in self.chats.values() if one.chat.type == "private")
        return tuple(one.members[one.chat.id] for one in private)

    def now(self) -> int:
        """Return the unix time in seconds."""
        return int(self._clock())

    def number_after(self, last: int) -> None:
        """Give new members and the messages of new chats higher ids than `last`.

        The bot's database outlives the sandbox, and in Telegram no id ever comes again.
        """
        self._first_id = max(self.now(), last + 1)
        self._private_ids = itertools.count(self._first_id)
        self._user_ids = itertools.count(self._first_id)

    def clear(self) -> None:
        """Forget all chats, and what waits for the bot."""
        for forgotten in (self.chats, self.open_queries, self.answers, self.photos):
            forgotten.clear()
        self._queue.clear()

    def add_chat(
        self, chat: Chat, bot_status: BotStatus, *, owner: User | None = None
    ) -> ChatState:
        """Add a chat and return its state."""
        shared = chat.type == "private"
        own = itertools.count(self._first_id)
        ids: Iterator[int] = self._private_ids if shared else own
        chat_state = self.chats[chat.id] = ChatState(chat, bot_status, ids, owner)
        return chat_state

    def chat_state(self, chat: Chat) -> ChatState:
        """Return a chat's state; SandboxError for a chat of another sandbox."""
        try:
            return self.chats[chat.id]
        except KeyError:
            raise SandboxError(f"There is no chat {chat.id}: use one of this sandbox.") from None

    def find_member(self, user_id: int) -> User | None:
        """Return a member by id, None for anyone else; members are known by their private chat."""
        chat_state = self.chats.get(user_id)
        return chat_state.members.get(user_id) if chat_state else None

    def add_message(  # noqa: PLR0913 - a message has that many parts
        self,
        chat_state: ChatState,
        sender: User | None,
        formatted: FormattedText,
        *,
        keyboard: Keyboard = (),
        photo: Photo | None = None,
        reply_to: Message | None = None,
        by_bot: bool = False,
        thread_id: int | None = None,
        origin: Origin | None = None,
    ) -> Message:
        """Add a message to a chat and return it."""
        message = Message(
            chat=chat_state.chat,
            message_id=next(chat_state.message_ids),
            date=self.now(),
            sender=None if chat_state.chat.type == "channel" else sender,
            formatted=formatted,
            photo=photo,
            keyboard=keyboard,
            reply_to=reply_to,
            by_bot=by_bot,
            thread_id=thread_id,
            origin=origin,
        )
        chat_state.messages[message.message_id] = message
        self.changes.notify()
        return message

    def replace_message(self, chat_state: ChatState, message: Message) -> Message:
        """Put the changed message in the place of the one with its id, and return it."""
        chat_state.messages[message.message_id] = message
        self.changes.notify()
        return message

    def copy_to_comments(self, channel: ChatState, post: Message) -> None:
        """Put the copy of a post into the linked group, if any, as Telegram's own account does."""
        if channel.linked_id is None:
            return
        group = self.chats[channel.linked_id]
        copy = self.add_message(
            group,
            TELEGRAM,
            post.formatted,
            photo=post.photo,
            origin=Origin(post.chat, post.message_id, post.date),
        )
        if bot_sees(group, copy):
            self.deliver(group, "message", message_json(copy))

    def deliver(self, chat_state: ChatState, kind: str, payload: Json) -> None:
        """Queue an update for the bot, if it is in the chat."""
        if chat_state.bot_status in {"administrator", "member"}:
            self._queue.put(kind, payload)

    def deliver_status(self, payload: Json) -> None:
        """Queue `my_chat_member`, which a bot gets for a chat that it is no longer in, too."""
        self._queue.put("my_chat_member", payload)

    def private(self, member: User) -> Chat:
        """Return a member's chat with the bot."""
        return self.chat_state(private_chat(member)).chat

    def messages(self, chat: Chat) -> tuple[Message, ...]:
        """Return a chat's messages, oldest first."""
        return tuple(self.chat_state(chat).messages.values())

    def message(self, chat: Chat, message_id: int) -> Message:
        """Return one message; SandboxError when it is not there (any more)."""
        try:
            return self.chat_state(chat).messages[message_id]
        except KeyError:
            raise SandboxError(f"There is no message {message_id} in chat {chat.id}.") from None

    def reactions(self, chat: Chat, message_id: int) -> dict[int, tuple[str, ...]]:
        """Return who (user or chat id) reacted to a message with what."""
        return dict(self.chat_state(chat).reactions.get(message_id, {}))

    async def wait_for_message(
        self,
        chat: Chat,
        where: Callable[[Message], bool] = lambda message: message.by_bot,
        *,
        after: int = 0,
        timeout: float = 10,
    ) -> Message:
        """Return the first message (by the bot, unless `where` says else) behind an id.

        Edits count: a message is returned as soon as it fits. Raises TimeoutError.
        """

        def found() -> Message | None:
            later = (one for one in self.messages(chat) if one.message_id > after)
            return next((one for one in later if where(one)), None)

        try:
            return await self.changes.wait_until(found, timeout)
        except TimeoutError as error:
            texts = [one.text for one in self.messages(chat)][-5:]
            raise TimeoutError(f"No such message in {timeout} s; the last: {texts}") from error

    async def wait_for_answer(
        self,
        query_id: str,
        timeout: float = 10,
    ) -> CallbackAnswer:
        """Return what the bot answered to a press; TimeoutError if it does not."""
        await self.changes.wait_until(lambda: query_id in self.answers, timeout)
        return self.answers[query_id]
