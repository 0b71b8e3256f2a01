"""The admin panel in a test: the real dispatcher on a real database, driven by what is shown."""

from itertools import count
from typing import Any, cast

from aiogram import Bot, Dispatcher
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageText,
    SendMessage,
    SendPhoto,
    TelegramMethod,
)
from aiogram.types import Update
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import AdminActionRow
from bot.telegram.dispatcher import build_dispatcher
from tests.support.dispatching import TOKEN, Answering
from tests.support.manifests import shipped_manifest
from tests.support.markup import read
from tests.support.updates import showing

ADMIN, ANA, EMMA = 7, 1001, 1003
_numbers = count(1)


class Panel:
    """One admin in front of the panel; `shown` is the newest page, `buttons` what hangs on it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.delivery = Answering()
        self.dispatcher = self.start()
        self.bot = Bot(TOKEN)
        self.shown, self.alert = "", ""
        self.buttons: dict[str, str] = {}
        self.answers: list[TelegramMethod[Any]] = []
        self.last: Update | None = None

    async def say(self, text: str, who: int = ADMIN, **fields: Any) -> str:
        """Write to the bot in private, and return what it shows."""
        return await self.feed(message=_message(text, who, **fields))

    async def press(self, label: str, who: int = ADMIN) -> str:
        """Press the shown button whose label has this in it, and return what is shown then."""
        (data,) = {data for text, data in self.buttons.items() if label in text}
        return await self.press_data(data, who)

    async def press_data(
        self, data: str, who: int = ADMIN, chat: dict[str, Any] | None = None, **fields: Any
    ) -> str:
        """Press a button below a message of the bot that has it."""
        message = {**showing(data, chat or _private(who)), **fields}
        query = {"id": "1", "from": _user(who), "chat_instance": "1", "data": data}
        return await self.feed(callback_query={**query, "message": message})

    async def feed(self, **payload: Any) -> str:
        """Feed an update and look at what comes back."""
        self.last = Update.model_validate({"update_id": next(_numbers), **payload})
        return await self.again()

    def start(self) -> Dispatcher:
        """Start one more process on the same database."""
        service = BootstrapService(self.engine, shipped_manifest(), lock_timeout=30)
        admins = frozenset({ADMIN})
        return build_dispatcher(self.engine, service, self.delivery, admin_ids=admins)

    async def again(self) -> str:
        """Feed the last update once more, as Telegram does when it was not confirmed."""
        self.delivery.methods.clear()
        self.alert = ""
        await self.dispatcher.feed_update(self.bot, cast("Update", self.last))
        self.answers = list(self.delivery.methods)
        for method in self.answers:
            self._look_at(method)
        return self.shown

    def sent_to(self, chat_id: int) -> list[str]:
        """Return the texts of the last answers to a chat."""
        return [
            read(one.text)[0]
            for one in self.answers
            if isinstance(one, SendMessage) and one.chat_id == chat_id
        ]

    async def audit(self) -> list[tuple[int, str, str, Any, Any]]:
        """Return the audit trail, oldest first."""
        columns = (
            AdminActionRow.admin_id,
            AdminActionRow.action,
            AdminActionRow.target,
            AdminActionRow.before,
            AdminActionRow.after,
        )
        async with self.engine.connect() as connection:
            found = await connection.execute(select(*columns).order_by(AdminActionRow.id))
            return [tuple(row) for row in found]

    def _look_at(self, method: TelegramMethod[Any]) -> None:
        if isinstance(method, AnswerCallbackQuery):
            self.alert = method.text or ""
            assert len(self.alert) <= 200
        if isinstance(method, (EditMessageText, SendMessage)):
            text, _ = read(str(method.text))
            assert 0 < len(text) <= 4096
            self.shown = text
        if isinstance(method, (EditMessageText, SendMessage, SendPhoto)):
            rows = getattr(method.reply_markup, "inline_keyboard", [])
            self.buttons = {one.text: one.callback_data for row in rows for one in row}


def _user(user_id: int) -> dict[str, Any]:
    return {"id": user_id, "is_bot": False, "first_name": f"<{user_id}>", "language_code": "es"}


def _private(user_id: int) -> dict[str, Any]:
    return {"id": user_id, "type": "private", "first_name": f"<{user_id}>"}


def _message(text: str, who: int, **fields: Any) -> dict[str, Any]:
    message = {"message_id": 5, "date": 1_772_000_000, "chat": _private(who), "from": _user(who)}
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    # A picture or a sticker has no text at all.
    return {**message, **({"text": text} if text else {}), **fields}
