"""Methods of the Bot API with more to them: a notice that must arrive, a picture made late."""

import html
from typing import Any, Final, Self

from aiogram import Bot
from aiogram.methods import SendMessage, SendPhoto, TelegramMethod
from aiogram.types import BufferedInputFile, InputFile, Message
from pydantic import PrivateAttr

from bot.database.outbox import StoredMessage
from bot.errors import BesitosError

#: Fields with numbers of one chat's messages and topics.
_OF_ITS_CHAT: Final = ("message_thread_id", "reply_parameters")


def for_chat(method: TelegramMethod[Any], chat_id: int) -> TelegramMethod[Any] | None:
    """Return the same method for another chat, None for one that is about a message of this one."""
    if not method.__api_method__.startswith("send"):
        return None
    fields = [name for name in _OF_ITS_CHAT if name in type(method).model_fields]
    return method.model_copy(update={"chat_id": chat_id, **dict.fromkeys(fields)})


class Notice(SendMessage):
    """A message that must reach its member: it is stored with what caused it.

    Where Telegram does not let the bot write it, it goes to the member in private, and waits for
    them if they have never opened the bot, or have blocked it.
    """

    _stored: StoredMessage | None = PrivateAttr(None)
    _member_id: int | None = PrivateAttr(None)

    @classmethod
    def to_member(cls, member_id: int, text: str) -> Self:
        """Return one that tells a member something in private."""
        notice = cls(chat_id=member_id, text=text)
        notice.belong_to(member_id)
        return notice

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
        update = {"chat_id": self._member_id, **dict.fromkeys(_OF_ITS_CHAT)}
        return self.model_copy(update=update)


class LatePhoto(SendPhoto):
    """A picture that is made when its turn comes: no transaction waits for it."""

    _apology: str = PrivateAttr("")

    def apologize_by(self, text: str) -> None:
        """Send this text where the picture cannot be made; `{reason}` in it is why."""
        self._apology = text

    async def made(self, bot: Bot) -> TelegramMethod[Message]:
        """Return what there is to send, once and for all."""
        photo = self.photo
        if not isinstance(photo, InputFile) or isinstance(photo, BufferedInputFile):
            return self
        try:
            content = b"".join([part async for part in photo.read(bot)])
        except BesitosError as error:
            text = self._apology.replace("{reason}", html.escape(str(error)))
            return SendMessage(chat_id=self.chat_id, text=text, reply_markup=self.reply_markup)
        return self.model_copy(update={"photo": BufferedInputFile(content, photo.filename or "")})
