"""Which messages can be the answer to a question."""

from aiogram.filters import Filter
from aiogram.types import Message


class OwnWords(Filter):
    """Lets a message pass that the admin has typed, here and now.

    What is forwarded, sent through a bot, or sent by Telegram in the admin's absence (an away
    message, a scheduled one) decides nothing.
    """

    async def __call__(self, message: Message) -> bool:
        """Look for whatever else may have put words into it."""
        return not (
            message.forward_origin
            or message.is_automatic_forward
            or message.via_bot
            or message.sender_business_bot
            or message.business_connection_id
            or message.is_from_offline
        )


class Answer(OwnWords):
    """Lets a text pass that is no command: in the middle of a question that is still a command."""

    async def __call__(self, message: Message) -> bool:
        """Look at the text first."""
        if message.text is None or message.text.startswith("/"):
            return False
        return await super().__call__(message)
