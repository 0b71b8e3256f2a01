"""Rewards: /rewards, and the buttons that claim."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, User

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.rewards.lifecycle import claim, unlock
from bot.gamification.rewards.listing import list_rewards
from bot.telegram import keyboards
from bot.telegram.filters import IsMember, IsOwner
from bot.telegram.keyboards import ClaimReward, ShowRewards
from bot.telegram.replies import Answers, announce_unlocked, answer_press, replace_page, reply
from bot.telegram.texts import rewards as texts


def setup() -> Router:
    router = Router(name=__name__)
    router.message.register(show_rewards, Command("rewards"), IsMember(), F.from_user.as_("user"))
    router.callback_query.register(turn_rewards, ShowRewards.filter(), IsMember(), IsOwner())
    router.callback_query.register(
        claim_reward, ClaimReward.filter(), IsMember(), IsOwner(), F.message.as_("message")
    )
    return router


async def show_rewards(
    message: Message, user: User, account: Account, economy: EconomyContext
) -> Answers:
    """List rewards; whatever holds by now is unlocked first."""
    account, _ = await unlock(economy, account)
    page = list_rewards(economy, account)
    return [reply(message, texts.listing(page), keyboards.rewards(page, user.id))]


async def turn_rewards(
    callback_query: CallbackQuery,
    callback_data: ShowRewards,
    account: Account,
    economy: EconomyContext,
) -> Answers:
    """Turn the page."""
    account, _ = await unlock(economy, account)
    page = list_rewards(economy, account, callback_data.page)
    keyboard = keyboards.rewards(page, account.user_id)
    return replace_page(callback_query, texts.listing(page), keyboard)


async def claim_reward(
    callback_query: CallbackQuery,
    message: Message,
    callback_data: ClaimReward,
    account: Account,
    economy: EconomyContext,
) -> Answers:
    """Claim for whoever presses."""
    user = callback_query.from_user
    result = await claim(economy, account, callback_data.reward_id)
    return [
        callback_query.answer(texts.claimed_short(result)),
        answer_press(message, user, texts.claimed(result)),
        *announce_unlocked(result.unlocked, user, message.chat.id),
    ]
