"""Throttle of commands in groups, where one member's answers keep all others' waiting."""

from typing import Any, Final

from aiogram import BaseMiddleware
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.enums import ChatType
from aiogram.types import Message, TelegramObject, Update

from bot.throttle import Allowance

#: So many commands of a kind are answered at once, and then one more every so many seconds:
#: Telegram takes 20 messages a minute in a group, from all members together.
BURST: Final = 3
PERIOD: Final = 20.0


class CommandThrottle(BaseMiddleware):
    """Ignores, without a word, what one member writes too often in a group: each `/top` by itself.

    Stands outside the transaction, so that it costs nothing. In private a member delays nobody.
    """

    def __init__(self, allowance: Allowance | None = None) -> None:
        """Without an `allowance`, that of above."""
        self._allowance = allowance or Allowance(BURST, PERIOD)

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Run the rest, unless the member has used up their commands of that kind."""
        key = _kind(event.message) if isinstance(event, Update) and event.message else None
        if key is None:
            return await handler(event, data)
        if not self._allowance.use(key):
            return None
        try:
            return await handler(event, data)
        except BaseException:
            # It comes again, when the database was away: that must not use up another one.
            self._allowance.give_back(key)
            raise


def _kind(message: Message) -> tuple[int, int, str] | None:
    """Return chat, member and command, None for what is no command in a group."""
    text = message.text or message.caption or ""
    if message.chat.type == ChatType.PRIVATE or not message.from_user or text[:1] != "/":
        return None
    command = text.split(maxsplit=1)[0].partition("@")[0].lower()
    return message.chat.id, message.from_user.id, command
