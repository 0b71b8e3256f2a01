"""Inline keyboards of members."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.gamification.history import LedgerPage
from bot.gamification.leaderboard import LeaderboardPage
from bot.gamification.models import UserRewardStatus
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.listing import RewardPage
from bot.telegram.callbacks import (
    ClaimReward,
    ReactToPost,
    ShowHistory,
    ShowRewards,
    ShowTop,
    TakeGift,
)
from bot.telegram.texts import rewards as texts

#: Telegram takes a hundred buttons; nobody wants to see more than these.
MOST_BUTTONS: Final = 30


def claim_buttons(rewards: Iterable[Reward], user_id: int) -> InlineKeyboardMarkup | None:
    """Return a button for each reward that the member may claim; /rewards has the rest."""
    return _keyboard(_claims(islice(rewards, MOST_BUTTONS), user_id))


def rewards(page: RewardPage, user_id: int) -> InlineKeyboardMarkup | None:
    """Return what may be claimed on the page, and buttons to the pages before and after."""
    unlocked = UserRewardStatus.UNLOCKED
    claimable = [line.reward for line in page.lines if line.status is unlocked]
    arrows = _arrows(page, lambda to: ShowRewards(user_id=user_id, page=to).pack())
    return _keyboard([*_claims(claimable, user_id), arrows])


def gift_button() -> InlineKeyboardMarkup:
    """Return the button that takes the daily gift."""
    return InlineKeyboardMarkup(inline_keyboard=[[_button(texts.gift_button(), TakeGift().pack())]])


def reaction_button() -> InlineKeyboardMarkup:
    """Return the button under a channel post, where Telegram does not say who reacts."""
    return InlineKeyboardMarkup(inline_keyboard=[[_button("💋", ReactToPost().pack())]])


def leaderboard_pages(page: LeaderboardPage, user_id: int) -> InlineKeyboardMarkup | None:
    """Return buttons to the pages before and after, for whom the page says where they stand."""
    return _keyboard([_arrows(page, lambda to: ShowTop(user_id=user_id, page=to).pack())])


def history_pages(page: LedgerPage, user_id: int, *, newest: bool) -> InlineKeyboardMarkup | None:
    """Return buttons to the newest lines and to older ones."""
    row = []
    if not newest:
        row.append(_button("«", ShowHistory(user_id=user_id, older_than=0).pack()))
    if page.older_than is not None:
        older = ShowHistory(user_id=user_id, older_than=page.older_than)
        row.append(_button("›", older.pack()))
    return _keyboard([row])


def _claims(rewards: Iterable[Reward], user_id: int) -> list[list[InlineKeyboardButton]]:
    return [
        [
            _button(
                texts.claim_button(reward),
                ClaimReward(reward_id=reward.id, user_id=user_id).pack(),
            )
        ]
        for reward in rewards
    ]


def _arrows(
    page: RewardPage | LeaderboardPage, show: Callable[[int], str]
) -> list[InlineKeyboardButton]:
    before = [_button("‹", show(page.page - 1))] if page.page > 0 else []
    after = [_button("›", show(page.page + 1))] if page.has_next else []
    return before + after


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data)


def _keyboard(rows: list[list[InlineKeyboardButton]]) -> InlineKeyboardMarkup | None:
    filled = [row for row in rows if row]
    return InlineKeyboardMarkup(inline_keyboard=filled) if filled else None
