"""Daily gift: /daily, and the button that does the same."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, User

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.daily_gift import take_gift
from bot.gamification.profile import News
from bot.telegram import keyboards
from bot.telegram.filters import IsMember
from bot.telegram.keyboards import TakeGift
from bot.telegram.replies import Answers, Place, announce, answer_press, reply
from bot.telegram.texts import rewards as texts


def setup() -> Router:
    router = Router(name=__name__)
    router.message.register(
        by_command,
        Command("daily", "regalo", ignore_case=True),
        F.from_user.as_("user"),
        IsMember(),
    )
    router.callback_query.register(
        by_button, TakeGift.filter(), F.message.as_("message"), IsMember()
    )
    return router


async def by_command(
    message: Message, user: User, account: Account, economy: EconomyContext
) -> Answers:
    """Give today's gift."""
    result = await take_gift(economy, account)
    return [
        reply(message, texts.gift(result), keyboards.after_gift(user.id)),
        *announce(News(result.unlocked), user, Place.of(message, as_reply=True)),
    ]


async def by_button(
    callback_query: CallbackQuery, message: Message, account: Account, economy: EconomyContext
) -> Answers:
    """Give today's gift to whoever presses."""
    user = callback_query.from_user
    result = await take_gift(economy, account)
    return [
        callback_query.answer(),
        answer_press(message, user, texts.gift(result), keyboards.after_gift(user.id)),
        *announce(News(result.unlocked), user, Place.of(message)),
    ]
