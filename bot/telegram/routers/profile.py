"""/profile, /top and /history."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.methods import SendMessage
from aiogram.types import CallbackQuery, Message, User

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.history import read_ledger
from bot.gamification.leaderboard import read_page, read_rank
from bot.gamification.profile import account_view
from bot.gamification.rewards.unlocking import unlock
from bot.telegram import announcements, keyboards
from bot.telegram.announcements import Answers
from bot.telegram.callbacks import ShowHistory, ShowTop
from bot.telegram.filters import IsMember
from bot.telegram.pages import turn_to
from bot.telegram.replies import reply
from bot.telegram.texts import profile as texts


def setup() -> Router:
    """Return the router."""
    router = Router(name=__name__)
    router.message.filter(IsMember(), F.from_user.as_("user"))
    router.callback_query.filter(IsMember())
    router.message.register(show_profile, Command("profile"))
    router.message.register(show_top, Command("top"))
    router.callback_query.register(turn_top, ShowTop.filter())
    router.message.register(show_history, Command("history"))
    router.callback_query.register(turn_history, ShowHistory.filter())
    return router


async def show_profile(
    message: Message, user: User, member: Account, economy: EconomyContext
) -> Answers:
    """Show level, progress, balance, streaks, badges and rank of the member who asks."""
    member, unlocked = await unlock(economy, member)
    standing = await read_rank(economy.connection, member)
    text = texts.profile(user.first_name, account_view(economy, member), standing)
    return [
        reply(message, text, keyboards.gift_button()),
        *announcements.unlocked(unlocked, user, message.chat.id),
    ]


async def show_top(message: Message, member: Account, economy: EconomyContext) -> SendMessage:
    """Show the first page of the leaderboard."""
    page = await read_page(economy.connection, 0)
    standing = await read_rank(economy.connection, member)
    markup = keyboards.leaderboard_pages(page, member.user_id)
    return reply(message, texts.leaderboard(page, standing), markup)


async def turn_top(
    callback_query: CallbackQuery,
    callback_data: ShowTop,
    member: Account,
    economy: EconomyContext,
) -> Answers:
    """Turn the page of the leaderboard."""
    page = await read_page(economy.connection, callback_data.page)
    standing = await read_rank(economy.connection, member)
    markup = keyboards.leaderboard_pages(page, member.user_id)
    return turn_to(callback_query, texts.leaderboard(page, standing), markup)


async def show_history(message: Message, member: Account, economy: EconomyContext) -> SendMessage:
    """Show the newest lines of the member's ledger."""
    page = await read_ledger(economy.connection, member.user_id)
    markup = keyboards.history_pages(page, member.user_id, newest=True)
    return reply(message, texts.history(page), markup)


async def turn_history(
    callback_query: CallbackQuery,
    callback_data: ShowHistory,
    member: Account,
    economy: EconomyContext,
) -> Answers:
    """Turn the page."""
    older_than = callback_data.older_than or None
    page = await read_ledger(economy.connection, member.user_id, older_than)
    markup = keyboards.history_pages(page, member.user_id, newest=older_than is None)
    return turn_to(callback_query, texts.history(page), markup)
