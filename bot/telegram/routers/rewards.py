"""/rewards, and the buttons that claim."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, User

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.rewards.claiming import claim
from bot.gamification.rewards.listing import list_rewards
from bot.gamification.rewards.unlocking import unlock
from bot.telegram import announcements, keyboards
from bot.telegram.announcements import Answers
from bot.telegram.callbacks import ClaimReward, ShowRewards
from bot.telegram.filters import IsMember
from bot.telegram.pages import turn_to
from bot.telegram.replies import answer_press, reply
from bot.telegram.texts import rewards as texts


def setup() -> Router:
    """Return the router."""
    router = Router(name=__name__)
    router.message.register(show_rewards, Command("rewards"), IsMember(), F.from_user.as_("user"))
    router.callback_query.register(turn_rewards, ShowRewards.filter(), IsMember())
    router.callback_query.register(
        claim_reward, ClaimReward.filter(), IsMember(), F.message.as_("message")
    )
    return router


async def show_rewards(
    message: Message, user: User, member: Account, economy: EconomyContext
) -> Answers:
    """List rewards; whatever holds by now is unlocked first."""
    member, _ = await unlock(economy, member)
    page = list_rewards(economy, member)
    return [reply(message, texts.listing(page), keyboards.rewards(page, user.id))]


async def turn_rewards(
    callback_query: CallbackQuery,
    callback_data: ShowRewards,
    member: Account,
    economy: EconomyContext,
) -> Answers:
    """Turn the page."""
    member, _ = await unlock(economy, member)
    page = list_rewards(economy, member, callback_data.page)
    keyboard = keyboards.rewards(page, member.user_id)
    return turn_to(callback_query, texts.listing(page), keyboard)


async def claim_reward(
    callback_query: CallbackQuery,
    message: Message,
    callback_data: ClaimReward,
    member: Account,
    economy: EconomyContext,
) -> Answers:
    """Claim for whoever presses."""
    user = callback_query.from_user
    result = await claim(economy, member, callback_data.reward_id)
    return [
        callback_query.answer(texts.claimed_short(result)),
        answer_press(message, user, texts.claimed(result)),
        *announcements.unlocked(result.unlocked, user, message.chat.id),
    ]
