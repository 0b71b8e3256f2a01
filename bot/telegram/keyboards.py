"""Inline keyboards of members, the callback data of their buttons, and the pagers of all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated, Any, Final

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from pydantic import Field

from bot.gamification.leaderboard import LeaderboardPage
from bot.gamification.ledger import LedgerPage
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.listing import RewardPage
from bot.gamification.types import UserRewardStatus
from bot.telegram.texts import rewards as texts

#: Telegram takes a hundred buttons; nobody wants to see more than these.
MOST_BUTTONS: Final = 30
#: A row of buttons: the label of each, and its data, which must leave room for the MAC of
#: `signing` in Telegram's 64 bytes.
Buttons = Sequence[tuple[str, CallbackData]]


class TakeGift(CallbackData, prefix="gift"):
    """Take today's gift."""


class ClaimReward(CallbackData, prefix="claim"):
    """Claim a reward; `user_id` is only for telling others that it is not theirs."""

    reward_id: int
    user_id: int


class ClaimListed(CallbackData, prefix="listed"):
    """Claim a reward on a page of the member's list, which is shown anew then."""

    reward_id: int
    user_id: int
    page: Annotated[int, Field(ge=0, le=1_000_000)]


class ReactToPost(CallbackData, prefix="react"):
    """React to the channel post that the button hangs on."""


class ReactToAlbum(CallbackData, prefix="album"):
    """React to the album whose first picture is that message; the button is a reply to it."""

    message_id: int


class ShowTop(CallbackData, prefix="top"):
    """Show a page of the leaderboard, with the place of the member whose page it is."""

    user_id: int
    page: Annotated[int, Field(ge=0, le=1_000_000)]


class ShowRewards(CallbackData, prefix="rewards"):
    """Show a page of a member's own rewards."""

    user_id: int
    page: Annotated[int, Field(ge=0, le=1_000_000)]


class ShowHistory(CallbackData, prefix="history"):
    """Show a member's own ledger, before a line (0: the newest)."""

    user_id: int
    older_than: Annotated[int, Field(ge=0, lt=2**63)]


def keyboard(*rows: Buttons) -> InlineKeyboardMarkup:
    """Return a keyboard of rows of buttons; empty rows are left out."""
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=text, callback_data=data.pack()) for text, data in row]
            for row in rows
            if row
        ]
    )


def numbered_pager(show: Callable[[int], CallbackData], page: int, *, has_next: bool) -> Buttons:
    """Return the row that leads to the pages before and after, counted from 0."""
    before = [("‹", show(page - 1))] if page > 0 else []
    after = [("›", show(page + 1))] if has_next else []
    return before + after


def keyset_pager(
    show: Callable[[int], CallbackData], older_than: int | None, *, newest: bool
) -> Buttons:
    """Return the row that leads back to the newest lines, and on to those `older_than` a line."""
    before = [] if newest else [("«", show(0))]
    after = [] if older_than is None else [("›", show(older_than))]
    return before + after


def claim_buttons(rewards: Iterable[Reward], user_id: int) -> InlineKeyboardMarkup | None:
    """Return a button for each reward that the member may claim; /rewards has the rest."""
    return _if_any(
        *(
            [(texts.claim_button(reward), ClaimReward(reward_id=reward.id, user_id=user_id))]
            for reward in islice(rewards, MOST_BUTTONS)
        )
    )


def claimable(markup: Any) -> Iterator[int]:
    """Yield the ids of the rewards that a keyboard of `claim_buttons`, not signed yet, claims."""
    rows = markup.inline_keyboard if isinstance(markup, InlineKeyboardMarkup) else []
    for data in (button.callback_data or "" for row in rows for button in row):
        if data.startswith(f"{ClaimReward.__prefix__}{ClaimReward.__separator__}"):
            yield ClaimReward.unpack(data).reward_id


def rewards(page: RewardPage, user_id: int) -> InlineKeyboardMarkup | None:
    """Return what may be claimed on the page, and its pager."""
    unlocked = [line.reward for line in page.lines if line.status is UserRewardStatus.UNLOCKED]
    pager = numbered_pager(
        lambda to: ShowRewards(user_id=user_id, page=to), page.page, has_next=page.has_next
    )
    claims = [
        [
            (
                texts.claim_button(reward),
                ClaimListed(reward_id=reward.id, user_id=user_id, page=page.page),
            )
        ]
        for reward in unlocked
    ]
    return _if_any(*claims, pager)


def gift_button() -> InlineKeyboardMarkup:
    """Return the button that takes the daily gift."""
    return keyboard([(texts.gift_button(), TakeGift())])


def reaction_button() -> InlineKeyboardMarkup:
    """Return the button under a channel post, where Telegram does not say who reacts."""
    return keyboard([("💋", ReactToPost())])


def album_button(message_id: int) -> InlineKeyboardMarkup:
    """Return the button that replies to an album, which can have none of its own."""
    return keyboard([("💋", ReactToAlbum(message_id=message_id))])


def leaderboard_pages(page: LeaderboardPage, user_id: int) -> InlineKeyboardMarkup | None:
    """Return the pager of the leaderboard, for whom the page says where they stand."""
    return _if_any(
        numbered_pager(
            lambda to: ShowTop(user_id=user_id, page=to), page.page, has_next=page.has_next
        )
    )


def history_pages(page: LedgerPage, user_id: int, *, newest: bool) -> InlineKeyboardMarkup | None:
    """Return the pager of the member's ledger."""
    return _if_any(
        keyset_pager(
            lambda at: ShowHistory(user_id=user_id, older_than=at), page.older_than, newest=newest
        )
    )


def _if_any(*rows: Buttons) -> InlineKeyboardMarkup | None:
    return keyboard(*rows) if any(rows) else None
