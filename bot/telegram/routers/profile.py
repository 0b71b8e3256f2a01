"""Profile, leaderboard and ledger: /profile, /top and /history."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.methods import SendMessage
from aiogram.types import CallbackQuery, Message, User

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.leaderboard import read_page, read_rank
from bot.gamification.ledger import read_ledger
from bot.gamification.profile import News, account_view
from bot.gamification.rewards.lifecycle import unlock
from bot.telegram import keyboards
from bot.telegram.filters import IsMember, IsOwner
from bot.telegram.keyboards import ShowHistory, ShowProfile, ShowTop
from bot.telegram.replies import Answers, Place, announce, replace_page, reply
from bot.telegram.texts import profile as texts


def setup() -> Router:
    router = Router(name=__name__)
    router.message.filter(F.from_user.as_("user"))
    router.message.register(
        show_profile, Command("profile", "perfil", ignore_case=True), IsMember()
    )
    router.callback_query.register(turn_to_profile, ShowProfile.filter(), IsOwner(), IsMember())
    router.message.register(show_top, Command("top", "ranking", ignore_case=True), IsMember())
    router.callback_query.register(turn_top, ShowTop.filter(), IsOwner(), IsMember())
    router.message.register(
        show_history, Command("history", "historial", ignore_case=True), IsMember()
    )
    router.callback_query.register(turn_history, ShowHistory.filter(), IsOwner(), IsMember())
    return router


async def show_profile(
    message: Message, user: User, account: Account, economy: EconomyContext
) -> Answers:
    """Show level, progress, balance, streaks, badges and rank of the member who asks."""
    account, unlocked = await unlock(economy, account)
    rank = await read_rank(economy.connection, account)
    text = texts.profile(user.first_name, account_view(economy, account), rank)
    return [
        reply(message, text, keyboards.profile(user.id)),
        *announce(News(tuple(unlocked)), user, Place.of(message, as_reply=True)),
    ]


async def turn_to_profile(
    callback_query: CallbackQuery, account: Account, economy: EconomyContext
) -> Answers:
    """Show the profile in the place of another screen."""
    user = callback_query.from_user
    account, unlocked = await unlock(economy, account)
    rank = await read_rank(economy.connection, account)
    text = texts.profile(user.first_name, account_view(economy, account), rank)
    shown = callback_query.message
    place = Place.of(shown) if shown else Place(user.id)
    return [
        *replace_page(callback_query, text, keyboards.profile(user.id)),
        *announce(News(tuple(unlocked)), user, place),
    ]


async def show_top(message: Message, account: Account, economy: EconomyContext) -> SendMessage:
    """Show the first page of the leaderboard."""
    page = await read_page(economy.connection, 0)
    rank = await read_rank(economy.connection, account)
    markup = keyboards.leaderboard_pages(page, account.user_id)
    return reply(message, texts.leaderboard(page, rank), markup)


async def turn_top(
    callback_query: CallbackQuery,
    callback_data: ShowTop,
    account: Account,
    economy: EconomyContext,
) -> Answers:
    """Turn the page of the leaderboard."""
    page = await read_page(economy.connection, callback_data.page)
    rank = await read_rank(economy.connection, account)
    markup = keyboards.leaderboard_pages(page, account.user_id)
    return replace_page(callback_query, texts.leaderboard(page, rank), markup)


async def show_history(message: Message, account: Account, economy: EconomyContext) -> SendMessage:
    """Show the newest lines of the member's ledger."""
    page = await read_ledger(economy.connection, account.user_id)
    markup = keyboards.history_pages(page, account.user_id, newest=True)
    return reply(message, texts.history(page), markup)


async def turn_history(
    callback_query: CallbackQuery,
    callback_data: ShowHistory,
    account: Account,
    economy: EconomyContext,
) -> Answers:
    """Turn the page."""
    older_than = callback_data.older_than or None
    page = await read_ledger(economy.connection, account.user_id, older_than)
    markup = keyboards.history_pages(page, account.user_id, newest=older_than is None)
    return replace_page(callback_query, texts.history(page), markup)
