"""AdminContext, with which admin handlers work, and the middlewares that build it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiogram import BaseMiddleware
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.fsm.state import State
from aiogram.methods import AnswerCallbackQuery, SendMessage
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.database.errors import is_unavailable
from bot.errors import BesitosError
from bot.gamification.admin.dialogs import DialogState, Turn, begin_turn, save_turn
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.context import EconomyContext
from bot.telegram.routers.admin.keyboards import back_to_panel
from bot.telegram.texts.admin import common as texts


class QuestionExpired(BesitosError):
    """A button belongs to a question that is no longer open."""


@dataclass(frozen=True, slots=True)
class AdminContext:
    """One admin at work on one update, in one transaction.

    `rules_changed` makes a new setting or reward count at once, as soon as it is committed.
    """

    id: int
    turn: Turn
    economy: EconomyContext
    bootstrap_service: BootstrapService
    rules_changed: Callable[[], None]

    @property
    def manifest(self) -> Manifest:
        """The manifest, for its defaults."""
        return self.bootstrap_service.manifest

    @property
    def update_id(self) -> int:
        """What the update is known by, however often it comes."""
        return self.turn.update_id

    @property
    def question(self) -> str | None:
        """The question that was open when the update came."""
        return self.turn.found.question

    @property
    def data(self) -> Mapping[str, Any]:
        """What was remembered with it."""
        return self.turn.found.known

    def require_token(self, token: int) -> Mapping[str, Any]:
        """Return what was remembered for the buttons of `token`, the update that showed them.

        Raises `QuestionExpired` when something else is remembered by now.
        """
        if self.data.get("token") != token:
            raise QuestionExpired
        return self.data

    async def ask(self, question: State, **data: Any) -> None:
        """Take the admin's next message for the answer, and remember `data`."""
        await self._save(DialogState(question.state, data))

    async def close(self, **data: Any) -> None:
        """Ask nothing more; a button may still need `data`.

        It stays known after that button: pressed twice or delivered twice, it does its work once
        because of what is written, and not because somebody forgot.
        """
        await self._save(DialogState(None, data))

    async def arrive(self, *, by_press: bool) -> None:
        """Take the turn, which ends the open question if it is a press.

        So no later text is taken for its answer; what was answered so far stays known.
        """
        await self._save(DialogState(None if by_press else self.question, self.data))

    async def _save(self, dialog: DialogState) -> None:
        await save_turn(self.economy.connection, self.id, self.turn, dialog)


class DialogStateMiddleware(BaseMiddleware):
    """Gives handlers `turn`, and their filters the open question.

    Stands outside the filters, and inside the one that lets only admins in. An update whose turn
    was before others' has been answered.
    """

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Read where the dialog stands."""
        turn = await begin_turn(
            data["economy"].connection,
            data["event_from_user"].id,
            data["event_update"].update_id,
        )
        if turn is None:
            return event.answer() if isinstance(event, CallbackQuery) else None
        return await handler(event, {**data, "turn": turn, "raw_state": turn.found.question})


class AdminContextMiddleware(BaseMiddleware):
    """Gives handlers `admin`, and the update its turn in the admin's dialog."""

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Put together what admin actions work with."""
        admin = AdminContext(
            id=data["event_from_user"].id,
            turn=data["turn"],
            economy=data["economy"],
            bootstrap_service=data["bootstrap_service"],
            rules_changed=lambda: data["after_commit"].append(data["rules"].invalidate),
        )
        await admin.arrive(by_press=isinstance(event, CallbackQuery))
        return await handler(event, {**data, "admin": admin})


class DomainErrors(BaseMiddleware):
    """Turns what the economy refuses into a sentence for the admin; nothing has changed then."""

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Run the rest in a savepoint, since the refusal may come halfway."""
        admin: AdminContext = data["admin"]
        try:
            async with admin.economy.connection.begin_nested():
                return await handler(event, data)
        except BesitosError as error:
            if is_unavailable(error):
                raise
            return _tell(event, error)


def _tell(event: TelegramObject, error: BesitosError) -> SendMessage | AnswerCallbackQuery:
    expired = isinstance(error, QuestionExpired)
    if isinstance(event, CallbackQuery):
        return event.answer(texts.over() if expired else texts.alert(error), show_alert=True)
    if isinstance(event, Message):
        said = texts.over() if expired else texts.try_again(error)
        return event.answer(said, reply_markup=back_to_panel())
    raise error
