"""Reactions of members and of anonymous administrators."""

from collections.abc import Sequence

from sandbox.emoji import REACTION_EMOJI
from sandbox.errors import SandboxError
from sandbox.rooms import Room
from sandbox.shapes import Json, chat_json, reactions_json, user_json
from sandbox.values import Chat, User
from sandbox.world import World


def react(
    world: World, room: Room, message_id: int, emoji: Sequence[str], *, by: User | Chat
) -> None:
    """Replace someone's reactions on a message and tell the bot as Telegram would.

    Telegram tells it only where it is an administrator, and names no one in a channel.
    """
    _check(room, message_id, emoji)
    before = room.react(message_id, by.id, tuple(emoji))
    if before == tuple(emoji):
        return
    world.changes.notify()
    if not room.bot_is_admin:
        return
    where: Json = {"chat": chat_json(room.chat), "message_id": message_id, "date": world.now()}
    if room.chat.type == "channel":
        world.deliver(room, "message_reaction_count", where | _counts(room, message_id))
        return
    actor = {"user": user_json(by)} if isinstance(by, User) else {"actor_chat": chat_json(by)}
    change = {"old_reaction": reactions_json(before), "new_reaction": reactions_json(emoji)}
    world.deliver(room, "message_reaction", where | actor | change)


def _check(room: Room, message_id: int, emoji: Sequence[str]) -> None:
    unknown = set(emoji) - REACTION_EMOJI
    if unknown:
        raise SandboxError(f"Telegram has no reaction {' '.join(sorted(unknown))}.")
    if message_id not in room.messages:
        raise SandboxError(f"There is no message {message_id} in chat {room.chat.id}.")


def _counts(room: Room, message_id: int) -> Json:
    counts = room.reaction_counts(message_id)
    return {
        "reactions": [
            {"type": {"type": "emoji", "emoji": emoji}, "total_count": count}
            for emoji, count in counts.items()
        ]
    }
