"""Inline keyboards of members."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.gamification.history import HistoryPage
from bot.gamification.leaderboard import LeaderboardPage
from bot.gamification.rewards.catalogue import Reward
from bot.telegram.callbacks import ClaimReward, ReactToPost, ShowHistory, ShowTop, TakeGift
from bot.telegram.texts import rewards as texts

#: Telegram takes a hundred buttons; nobody wants to see more than these.
MOST_BUTTONS: Final = 30


def claim_buttons(rewards: Iterable[Reward], user_id: int) -> InlineKeyboardMarkup | None:
    """Return a button for each reward that the member may claim: the others move up later."""
    rows = [
        [
            InlineKeyboardButton(
                text=texts.claim_button(reward),
                callback_data=ClaimReward(reward_id=reward.id, user_id=user_id).pack(),
            )
        ]
        for reward in islice(rewards, MOST_BUTTONS)
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def gift_button() -> InlineKeyboardMarkup:
    """Return the button that takes the daily gift."""
    button = InlineKeyboardButton(text=texts.gift_button(), callback_data=TakeGift().pack())
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def reaction_button() -> InlineKeyboardMarkup:
    """Return the button under a channel post, where Telegram does not say who reacts."""
    button = InlineKeyboardButton(text="💋", callback_data=ReactToPost().pack())
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def leaderboard_pages(page: LeaderboardPage) -> InlineKeyboardMarkup | None:
    """Return buttons to the pages before and after."""
    arrows = []
    if page.page > 0:
        arrows.append(("‹", ShowTop(page=page.page - 1).pack()))
    if page.has_next:
        arrows.append(("›", ShowTop(page=page.page + 1).pack()))
    return _one_row(arrows)


def history_pages(page: HistoryPage, *, newest: bool) -> InlineKeyboardMarkup | None:
    """Return buttons to the newest lines and to older ones."""
    arrows = [] if newest else [("«", ShowHistory(older_than=0).pack())]
    if page.older_than is not None:
        arrows.append(("›", ShowHistory(older_than=page.older_than).pack()))
    return _one_row(arrows)


def _one_row(buttons: list[tuple[str, str]]) -> InlineKeyboardMarkup | None:
    if not buttons:
        return None
    row = [InlineKeyboardButton(text=text, callback_data=data) for text, data in buttons]
    return InlineKeyboardMarkup(inline_keyboard=[row])
