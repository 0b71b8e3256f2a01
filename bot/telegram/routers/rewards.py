"""/rewards, and the buttons that claim."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.methods import AnswerCallbackQuery
from aiogram.types import CallbackQuery, Message, User

from bot.gamification.member_state import MemberState
from bot.gamification.models import UserRewardStatus
from bot.gamification.moment import Economy
from bot.gamification.rewards.claiming import claim
from bot.gamification.rewards.listing import list_rewards
from bot.gamification.rewards.unlocking import unlock
from bot.telegram import announcements, keyboards
from bot.telegram.announcements import Answers
from bot.telegram.callbacks import ClaimReward
from bot.telegram.filters import IsMember
from bot.telegram.texts import rewards as texts


def setup() -> Router:
    """Return the router."""
    router = Router(name=__name__)
    router.message.register(show_rewards, Command("rewards"), IsMember(), F.from_user.as_("user"))
    router.callback_query.register(refuse, ClaimReward.filter(), F.func(_is_for_another))
    router.callback_query.register(
        claim_reward, ClaimReward.filter(), IsMember(), F.message.as_("message")
    )
    return router


async def show_rewards(
    message: Message, user: User, member: MemberState, economy: Economy
) -> Answers:
    """List rewards; whatever holds by now is unlocked first."""
    member, _ = await unlock(economy, member)
    lines = list_rewards(economy, member)
    claimable = [line.reward for line in lines if line.status is UserRewardStatus.UNLOCKED]
    return [
        message.answer(
            texts.listing(lines), reply_markup=keyboards.claim_buttons(claimable, user.id)
        )
    ]


async def claim_reward(
    callback_query: CallbackQuery,
    message: Message,
    callback_data: ClaimReward,
    member: MemberState,
    economy: Economy,
) -> Answers:
    """Claim for whoever presses, whatever the button says."""
    user = callback_query.from_user
    result = await claim(economy, member, callback_data.reward_id)
    return [
        callback_query.answer(texts.claimed_short(result)),
        message.answer(texts.claimed(result)),
        *announcements.unlocked(result.unlocked, user, message.chat.id),
    ]


async def refuse(callback_query: CallbackQuery) -> AnswerCallbackQuery:
    """Tell a curious member that the button is not theirs."""
    return callback_query.answer(texts.somebody_elses(), show_alert=True)


def _is_for_another(callback_query: CallbackQuery) -> bool:
    button = ClaimReward.unpack(callback_query.data or "")
    return button.user_id != callback_query.from_user.id
