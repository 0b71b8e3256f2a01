"""The state of one chat, and privacy mode: what of it a bot gets to read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.values import BotStatus, Chat, Message, User


@dataclass(slots=True)
class ChatState:
    """A chat's members, messages and reactions, and the bot's status in it.

    Private chats share one sequence of message ids; the group and the channel have their own, as
    in Telegram. So the same id exists in several chats. `linked_id` is the group with a channel's
    comments.
    """

    chat: Chat
    bot_status: BotStatus
    message_ids: Iterator[int]
    owner: User | None = None
    members: dict[int, User] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    reactions: dict[int, dict[int, tuple[str, ...]]] = field(default_factory=dict)
    linked_id: int | None = None

    @property
    def bot_is_admin(self) -> bool:
        """Whether the bot is an administrator here."""
        return self.bot_status == "administrator"

    def react(self, message_id: int, actor_id: int, emoji: tuple[str, ...]) -> tuple[str, ...]:
        """Replace the actor's reactions on a message and return those it had before."""
        by_actor = self.reactions.setdefault(message_id, {})
        before = by_actor.pop(actor_id, ())
        if emoji:
            by_actor[actor_id] = emoji
        return before

    def reaction_counts(self, message_id: int) -> dict[str, int]:
        """Return how many gave each emoji, in the order in which the emoji came up."""
        counts: dict[str, int] = {}
        for emoji in self.reactions.get(message_id, {}).values():
            for one in emoji:
                counts[one] = counts.get(one, 0) + 1
        return counts

    def delete_message(self, message_id: int) -> None:
        """Delete a message and its reactions."""
        del self.messages[message_id]
        self.reactions.pop(message_id, None)


def bot_sees(chat_state: ChatState, message: Message) -> bool:
    """Return whether the bot gets this message.

    In a group that it does not administer, a bot gets commands and replies to its messages only.
    """
    if chat_state.chat.type != "supergroup" or chat_state.bot_is_admin:
        return True
    is_command = any(entity.type == "bot_command" for entity in message.formatted.entities)
    return is_command or (message.reply_to is not None and message.reply_to.by_bot)
