"""What the inline buttons carry. On its way out a MAC joins it, see `signing`; 64 bytes in all."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field


class TakeGift(CallbackData, prefix="gift"):
    """Take today's gift."""


class ClaimReward(CallbackData, prefix="claim"):
    """Claim a reward; `user_id` is only for telling others that it is not theirs."""

    reward_id: int
    user_id: int


class ReactToPost(CallbackData, prefix="react"):
    """React to the channel post that the button hangs on."""


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
