"""What Telegram knows: users, chats, messages, pressed buttons."""

import itertools
import time
from collections.abc import Callable, Iterator

from sandbox.changes import Changes
from sandbox.errors import SandboxError
from sandbox.rooms import Room
from sandbox.shapes import Json
from sandbox.updates import UpdateQueue
from sandbox.values import (
    BotStatus,
    CallbackAnswer,
    CallbackQuery,
    Chat,
    FormattedText,
    Keyboard,
    Message,
    Photo,
    User,
)

BOT = User(42, "Besitos", username="besitos_sandbox_bot", is_bot=True)


class World:
    """The state that members and the bot both act on; `changes` tells when it changed."""

    def __init__(self, queue: UpdateQueue, clock: Callable[[], float] = time.time) -> None:
        self.bot = BOT
        self.changes = Changes()
        self.rooms: dict[int, Room] = {}
        self.open_queries: dict[str, CallbackQuery] = {}
        self.last_query_id = 4_200_000_000
        self.answers: dict[str, CallbackAnswer] = {}
        self.photos: dict[str, Photo] = {}
        self._queue = queue
        self._clock = clock
        # The bot's database outlives the sandbox, and in Telegram no id ever comes again.
        self._first_message_id = self.now()
        self._private_ids = itertools.count(self._first_message_id)

    def now(self) -> int:
        """Return the unix time in seconds."""
        return int(self._clock())

    def open_room(self, chat: Chat, bot_status: BotStatus, *, owner: User | None = None) -> Room:
        """Add a chat to the world."""
        shared = chat.type == "private"
        own = itertools.count(self._first_message_id)
        ids: Iterator[int] = self._private_ids if shared else own
        room = self.rooms[chat.id] = Room(chat, bot_status, ids, owner)
        return room

    def room(self, chat: Chat) -> Room:
        """Return a chat's room; SandboxError for a chat of another world."""
        try:
            return self.rooms[chat.id]
        except KeyError:
            raise SandboxError(f"There is no chat {chat.id}: use one of this sandbox.") from None

    def find_member(self, user_id: int) -> User | None:
        """Return a member by id, None for anyone else; members are known by their private chat."""
        room = self.rooms.get(user_id)
        return room.members.get(user_id) if room else None

    def add_message(  # noqa: PLR0913 - a message has that many parts
        self,
        room: Room,
        sender: User | None,
        formatted: FormattedText,
        *,
        keyboard: Keyboard = (),
        photo: Photo | None = None,
        reply_to: Message | None = None,
        by_bot: bool = False,
    ) -> Message:
        """Add a message to a chat."""
        message = Message(
            chat=room.chat,
            message_id=next(room.message_ids),
            date=self.now(),
            sender=None if room.chat.type == "channel" else sender,
            formatted=formatted,
            photo=photo,
            keyboard=keyboard,
            reply_to=reply_to,
            by_bot=by_bot,
        )
        room.messages[message.message_id] = message
        self.changes.notify()
        return message

    def replace_message(self, room: Room, message: Message) -> Message:
        """Put the changed message in the place of the one with its id."""
        room.messages[message.message_id] = message
        self.changes.notify()
        return message

    def deliver(self, room: Room, kind: str, payload: Json) -> None:
        """Queue an update for the bot, if it is in the chat."""
        if room.bot_status in {"administrator", "member"}:
            self._queue.put(kind, payload)

    def deliver_status(self, payload: Json) -> None:
        """Queue `my_chat_member`, which a bot gets for a chat that it is no longer in, too."""
        self._queue.put("my_chat_member", payload)
