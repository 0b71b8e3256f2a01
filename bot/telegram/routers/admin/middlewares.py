"""Around every admin action: what waits for the commit, the desk, and refusals."""

from collections.abc import Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.methods import AnswerCallbackQuery, SendMessage
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.errors import BesitosError
from bot.gamification.admin.dialogs import begin_turn
from bot.telegram.middlewares import Handler
from bot.telegram.routers.admin.desk import Desk, QuestionOver
from bot.telegram.routers.admin.keyboards import back_to_panel
from bot.telegram.texts.admin import common as texts

#: What a handler puts in here is called once its transaction has committed.
AfterCommit = list[Callable[[], None]]


class Afterwards(BaseMiddleware):
    """Gives handlers the list `after_commit`; stands outside the transaction."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Run the rest, then what it has put off."""
        after_commit: AfterCommit = []
        data["after_commit"] = after_commit
        result = await handler(event, data)
        for call in after_commit:
            call()
        return result


class OpenDialog(BaseMiddleware):
    """Gives handlers `turn`, and their filters the open question.

    Stands outside the filters, and inside the one that lets only admins in. An update whose turn
    was before others' has been answered.
    """

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Read where the dialog stands."""
        turn = await begin_turn(
            data["economy"].connection,
            data["event_from_user"].id,
            data["event_update"].update_id,
        )
        if turn is None:
            return event.answer() if isinstance(event, CallbackQuery) else None
        return await handler(event, {**data, "turn": turn, "raw_state": turn.found.question})


class AtDesk(BaseMiddleware):
    """Gives handlers `desk`, and the update its turn at it."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Put together what admin actions work with."""
        after_commit: AfterCommit = data["after_commit"]
        desk = Desk(
            admin_id=data["event_from_user"].id,
            turn=data["turn"],
            economy=data["economy"],
            bootstrap_service=data["bootstrap_service"],
            rules_changed=lambda: after_commit.append(data["rules"].invalidate),
        )
        await desk.arrive(by_press=isinstance(event, CallbackQuery))
        return await handler(event, {**data, "desk": desk})


class Sentences(BaseMiddleware):
    """What the economy refuses becomes a sentence for the admin, and nothing has changed."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Run the rest in a savepoint, since the refusal may come halfway."""
        desk: Desk = data["desk"]
        try:
            async with desk.economy.connection.begin_nested():
                return await handler(event, data)
        except BesitosError as error:
            return _tell(event, error)


def _tell(event: TelegramObject, error: BesitosError) -> SendMessage | AnswerCallbackQuery:
    if isinstance(event, CallbackQuery):
        said = texts.over() if isinstance(error, QuestionOver) else texts.alert(error)
        return event.answer(said, show_alert=True)
    if isinstance(event, Message):
        return event.answer(texts.try_again(error), reply_markup=back_to_panel())
    raise error
