"""Inline keyboards of members, the callback data of their buttons, and the pagers of all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
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
from bot.telegram.texts import menu as menu_texts
from bot.telegram.texts import privacy as privacy_texts
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


class ShowProfile(CallbackData, prefix="profile"):
    """Show a member's own profile, which leads to all else."""

    user_id: int


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


class ChooseLanguage(CallbackData, prefix="lang"):
    """Talk to a member in a language from now on; none: in that of their Telegram."""

    user_id: int
    locale: str = ""


class PrivacyAction(StrEnum):
    """What to do on the privacy page."""

    SHOW = "show"
    COPY = "copy"
    ASK = "ask"
    FORGET = "forget"


class PrivacyButton(CallbackData, prefix="privacy"):
    """Act on what is kept of whoever presses, in private."""

    action: PrivacyAction


#: What names the one member who may press it.
OwnedButton = (
    ChooseLanguage | ClaimListed | ClaimReward | ShowHistory | ShowProfile | ShowRewards | ShowTop
)


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


def claim_buttons(
    rewards: Iterable[Reward], user_id: int, first_name: str | None = None
) -> InlineKeyboardMarkup | None:
    """Return a button for each reward that the member may claim; /rewards has the rest.

    With a `first_name` they say whose they are: others' may come to stand beside them.
    """
    return _if_any(
        *(
            [
                (
                    texts.claim_button(reward, first_name),
                    ClaimReward(reward_id=reward.id, user_id=user_id),
                )
            ]
            for reward in islice(rewards, MOST_BUTTONS)
        )
    )


def claimable(markup: Any) -> Iterator[int]:
    """Yield the ids of the rewards that a keyboard of `claim_buttons`, not signed yet, claims."""
    rows = markup.inline_keyboard if isinstance(markup, InlineKeyboardMarkup) else []
    for data in (button.callback_data or "" for row in rows for button in row):
        if data.startswith(f"{ClaimReward.__prefix__}{ClaimReward.__separator__}"):
            yield ClaimReward.unpack(data).reward_id


def rewards(page: RewardPage, user_id: int) -> InlineKeyboardMarkup:
    """Return what may be claimed on the page, its pager, and the way to the profile."""
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
    return keyboard(*claims, pager, _home(user_id))


def start(user_id: int) -> InlineKeyboardMarkup:
    """Return buttons to everything, the gift first."""
    return keyboard(_gift(), *_menu(user_id), _home(user_id))


def profile(user_id: int) -> InlineKeyboardMarkup:
    """Return the gift's button, and where else to go."""
    return keyboard(_gift(), *_menu(user_id))


def after_gift(user_id: int) -> InlineKeyboardMarkup:
    """Return where to go with what the gift has brought."""
    return keyboard(_home(user_id), *_menu(user_id))


def languages(user_id: int, labels: Mapping[str, str]) -> InlineKeyboardMarkup:
    """Return a button for each language."""
    return keyboard(
        *(
            [(label, ChooseLanguage(user_id=user_id, locale=locale))]
            for locale, label in labels.items()
        )
    )


def privacy() -> InlineKeyboardMarkup:
    """Return the buttons for a copy, and for being forgotten."""
    return keyboard(
        [(privacy_texts.copy_button(), PrivacyButton(action=PrivacyAction.COPY))],
        [(privacy_texts.forget_button(), PrivacyButton(action=PrivacyAction.ASK))],
    )


def confirm_forgetting() -> InlineKeyboardMarkup:
    """Return the button that forgets, and the way back."""
    return keyboard(
        [(privacy_texts.confirm_button(), PrivacyButton(action=PrivacyAction.FORGET))],
        [(privacy_texts.back_button(), PrivacyButton(action=PrivacyAction.SHOW))],
    )


def reaction_button(
    pays: int, presses: int = 0, *, album_id: int | None = None
) -> InlineKeyboardMarkup:
    """Return the button under a channel post, where Telegram does not say who reacts.

    `album_id` is the first picture of an album, which can have no button of its own: that is in a
    reply to it.
    """
    data = ReactToPost() if album_id is None else ReactToAlbum(message_id=album_id)
    return keyboard([(texts.reaction_button(pays, presses), data)])


def leaderboard_pages(page: LeaderboardPage, user_id: int) -> InlineKeyboardMarkup:
    """Return the pager of the leaderboard, for whom the page says where they stand."""
    return keyboard(
        numbered_pager(
            lambda to: ShowTop(user_id=user_id, page=to), page.page, has_next=page.has_next
        ),
        _home(user_id),
    )


def history_pages(page: LedgerPage, user_id: int, *, newest: bool) -> InlineKeyboardMarkup:
    """Return the pager of the member's ledger."""
    return keyboard(
        keyset_pager(
            lambda at: ShowHistory(user_id=user_id, older_than=at), page.older_than, newest=newest
        ),
        _home(user_id),
    )


def _gift() -> Buttons:
    return [(texts.gift_button(), TakeGift())]


def _home(user_id: int) -> Buttons:
    return [(menu_texts.profile_button(), ShowProfile(user_id=user_id))]


def _menu(user_id: int) -> list[Buttons]:
    return [
        [(menu_texts.rewards_button(), ShowRewards(user_id=user_id, page=0))],
        [
            (menu_texts.top_button(), ShowTop(user_id=user_id, page=0)),
            (menu_texts.history_button(), ShowHistory(user_id=user_id, older_than=0)),
        ],
    ]


def _if_any(*rows: Buttons) -> InlineKeyboardMarkup | None:
    return keyboard(*rows) if any(rows) else None
