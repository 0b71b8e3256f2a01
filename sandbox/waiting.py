"""Looking at the world, and waiting for what the bot does to it."""

from collections.abc import Callable

from sandbox.cast import private_chat
from sandbox.errors import SandboxError
from sandbox.values import CallbackAnswer, Chat, Message, User
from sandbox.world import World


class Waiting(World):
    """Read access for tests and the chat page."""

    @property
    def members(self) -> tuple[User, ...]:
        """Everyone but the bot."""
        privates = (room for room in self.rooms.values() if room.chat.type == "private")
        return tuple(room.members[room.chat.id] for room in privates)

    def private(self, member: User) -> Chat:
        """Return a member's chat with the bot."""
        return self.room(private_chat(member)).chat

    def messages(self, chat: Chat) -> tuple[Message, ...]:
        """Return a chat's messages, oldest first."""
        return tuple(self.room(chat).messages.values())

    def message(self, chat: Chat, message_id: int) -> Message:
        """Return one message; SandboxError when it is not there (any more)."""
        try:
            return self.room(chat).messages[message_id]
        except KeyError:
            raise SandboxError(f"There is no message {message_id} in chat {chat.id}.") from None

    def reactions(self, chat: Chat, message_id: int) -> dict[int, tuple[str, ...]]:
        """Return who (user or chat id) reacted to a message with what."""
        return dict(self.room(chat).reactions.get(message_id, {}))

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
