"""Notice: a message that must reach its member."""

from typing import Self

from aiogram.methods import SendMessage
from pydantic import PrivateAttr

from bot.database.outbox import StoredMessage


class Notice(SendMessage):
    """A message that must reach its member: it is stored with what caused it.

    Where Telegram does not let the bot write it, it goes to the member in private, and waits for
    them if they have never opened the bot, or have blocked it.
    """

    _stored: StoredMessage | None = PrivateAttr(None)
    _member_id: int | None = PrivateAttr(None)

    @property
    def stored(self) -> StoredMessage | None:
        """The row in the outbox, if it has one."""
        return self._stored

    def store_as(self, stored: StoredMessage) -> None:
        """Send this only when nobody else has taken the row."""
        self._stored = stored

    @property
    def member_id(self) -> int | None:
        """Whom it tells something, if that is one person."""
        return self._member_id

    def belong_to(self, member_id: int) -> None:
        """Say whom it tells something."""
        self._member_id = member_id

    def in_private(self) -> Self:
        """Return the same for the member's private chat."""
        update = {"chat_id": self._member_id, "message_thread_id": None, "reply_parameters": None}
        return self.model_copy(update=update)
