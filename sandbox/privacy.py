"""Privacy mode: what a bot gets to read in a group."""

from sandbox.rooms import Room
from sandbox.values import Message


def bot_sees(room: Room, message: Message) -> bool:
    """Return whether the bot gets this message.

    In a group that it does not administer, a bot gets commands and replies to its messages only.
    """
    if room.chat.type != "supergroup" or room.bot_is_admin:
        return True
    is_command = any(entity.type == "bot_command" for entity in message.formatted.entities)
    return is_command or (message.reply_to is not None and message.reply_to.by_bot)
