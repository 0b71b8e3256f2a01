"""Language: /language, and the buttons that choose one."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.methods import SendMessage
from aiogram.types import CallbackQuery, Message, User
from aiogram.utils.i18n import I18n

from bot.gamification.context import EconomyContext
from bot.gamification.registration import choose_language
from bot.telegram import keyboards
from bot.telegram.filters import IsMember, IsOwner
from bot.telegram.i18n import locale_for
from bot.telegram.keyboards import ChooseLanguage
from bot.telegram.replies import Answers, replace_page, reply
from bot.telegram.texts import menu as texts


def setup() -> Router:
    router = Router(name=__name__)
    router.message.register(
        ask, Command("language", "idioma", ignore_case=True), F.from_user.as_("user"), IsMember()
    )
    router.callback_query.register(choose, ChooseLanguage.filter(), IsOwner(), IsMember())
    return router


async def ask(message: Message, user: User) -> SendMessage:
    """Offer what there is."""
    markup = keyboards.languages(user.id, texts.languages())
    return reply(message, texts.choose_language(), markup)


async def choose(
    callback_query: CallbackQuery,
    callback_data: ChooseLanguage,
    economy: EconomyContext,
    i18n: I18n,
) -> Answers:
    """Remember it, and say so in that language."""
    user = callback_query.from_user
    chosen = callback_data.locale if callback_data.locale in texts.LANGUAGES else None
    await choose_language(economy.connection, user.id, chosen)
    with i18n.use_locale(locale_for(i18n, chosen or user.language_code)):
        return replace_page(callback_query, texts.language_chosen(), keyboards.profile(user.id))
