"""Rewards: /rewards, and the buttons that claim."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InaccessibleMessage, Message, User

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.profile import News
from bot.gamification.rewards.lifecycle import ClaimResult, NotClaimable, claim, unlock
from bot.gamification.rewards.listing import list_rewards
from bot.gamification.types import UserRewardStatus
from bot.telegram import keyboards
from bot.telegram.announcements import edit_claimed
from bot.telegram.filters import IsMember, IsOwner
from bot.telegram.keyboards import ClaimListed, ClaimReward, ShowRewards
from bot.telegram.replies import Answers, Place, announce, replace_page, reply
from bot.telegram.texts import rewards as texts


def setup() -> Router:
    router = Router(name=__name__)
    router.message.register(
        show_rewards,
        Command("rewards", "premios", "recompensas", ignore_case=True),
        F.from_user.as_("user"),
        IsMember(),
    )
    router.callback_query.register(turn_rewards, ShowRewards.filter(), IsOwner(), IsMember())
    own = (IsOwner(), F.message.as_("message"), IsMember())
    router.callback_query.register(claim_reward, ClaimReward.filter(), *own)
    router.callback_query.register(claim_from_list, ClaimListed.filter(), *own)
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
    message: Message | InaccessibleMessage,
    callback_data: ClaimReward,
    account: Account,
    economy: EconomyContext,
) -> Answers:
    """Claim for whoever presses; the announcement says so, and loses the button."""
    data = callback_data.pack()
    try:
        result = await claim(economy, account, callback_data.reward_id)
    except NotClaimable as error:
        refusal = callback_query.answer(texts.not_claimable(error.status), show_alert=True)
        reward = economy.catalogue.get(callback_data.reward_id)
        if reward is None or error.status not in {
            UserRewardStatus.CLAIMED,
            UserRewardStatus.EXPIRED,
        }:
            return [refusal]
        # Claimed from the list, or too late: the button is of no more use.
        return [refusal, *edit_claimed(message, data, texts.settled(reward, error.status))]
    return [
        callback_query.answer(texts.claimed_short(result)),
        *edit_claimed(message, data, texts.claimed(result)),
        *_announce(result, callback_query.from_user, message),
    ]


async def claim_from_list(
    callback_query: CallbackQuery,
    message: Message | InaccessibleMessage,
    callback_data: ClaimListed,
    account: Account,
    economy: EconomyContext,
) -> Answers:
    """Claim for whoever presses, and show their list as it is by now."""
    result = await claim(economy, account, callback_data.reward_id)
    answers: Answers = [callback_query.answer(texts.claimed_short(result))]
    if isinstance(message, Message):
        page = list_rewards(economy, result.account, callback_data.page)
        keyboard = keyboards.rewards(page, account.user_id)
        answers.append(message.edit_text(texts.listing(page), reply_markup=keyboard))
    return [*answers, *_announce(result, callback_query.from_user, message)]


def _announce(result: ClaimResult, user: User, message: Message | InaccessibleMessage) -> Answers:
    """Tell what the claim brought in turn, where it was claimed."""
    return announce(News(result.unlocked, result.level), user, Place.of(message))
