"""Who a handler is for."""

from aiogram.enums import ChatType
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, MessageReactionUpdated, TelegramObject, User

from bot.gamification.account import Account
from bot.telegram.callbacks import ClaimReward, ShowHistory, ShowRewards, ShowTop


class IsMember(Filter):
    """Lets people pass; bots, channels and anonymous admins have no account."""

    async def __call__(self, _event: TelegramObject, member: Account | None) -> bool:
        """Look for the account that the middleware found."""
        return member is not None


class ReactionInGroup(Filter):
    """Lets a member's reaction in a group pass, and gives the handler its `user`.

    A reaction that is taken away has nothing new; it pays nothing and takes nothing back.
    """

    # One filter for all, and not on F: aiogram sends each of those to a thread, at every reaction.
    async def __call__(
        self, event: MessageReactionUpdated, member: Account | None
    ) -> bool | dict[str, User]:
        """Look at who reacted, where, and whether something is there now."""
        in_group = event.chat.type in {ChatType.GROUP, ChatType.SUPERGROUP}
        if event.user is None or member is None or not in_group or not event.new_reaction:
            return False
        return {"user": event.user}


class IsForAnother(Filter):
    """Lets presses pass on a button that names somebody else."""

    async def __call__(
        self,
        callback_query: CallbackQuery,
        callback_data: ClaimReward | ShowHistory | ShowRewards | ShowTop,
    ) -> bool:
        """Compare the button with whoever presses it."""
        return callback_data.user_id != callback_query.from_user.id
