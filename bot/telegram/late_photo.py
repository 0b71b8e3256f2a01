"""Picture that is made when its turn comes: no transaction waits for it."""

import html

from aiogram import Bot
from aiogram.methods import SendMessage, SendPhoto, TelegramMethod
from aiogram.types import BufferedInputFile, InputFile, Message
from pydantic import PrivateAttr

from bot.errors import BesitosError


class LatePhoto(SendPhoto):
    """A picture that is made when its turn comes, before Telegram is called."""

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
