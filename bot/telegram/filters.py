"""Handler filters: members, owners of buttons, group reactions, admins, answers."""

from collections.abc import Set as AbstractSet
from typing import Final

from aiogram.enums import ChatType, ContentType
from aiogram.filters import Filter
from aiogram.types import (
    CallbackQuery,
    Message,
    MessageReactionUpdated,
    TelegramObject,
    Update,
    User,
)

from bot.gamification.account import Account
from bot.gamification.account import User as Person
from bot.gamification.context import EconomyContext
from bot.gamification.registration import NobodyKnown, create_account
from bot.telegram.keyboards import OwnedButton
from bot.telegram.texts.formatting import without_controls

#: Telegram's own account, which forwards channel posts into groups and is no bot to the Bot API.
TELEGRAM: Final = 777000
GROUPS: Final = frozenset({ChatType.GROUP, ChatType.SUPERGROUP})


def is_person(user: User) -> bool:
    """Return whether it is somebody who can be a member."""
    return not user.is_bot and user.id != TELEGRAM


def is_idle(event: TelegramObject) -> bool:
    """Return whether an update is what people write to each other in a group.

    That calls for nothing, as most do where the bot sees all.
    """
    if not isinstance(event, Update) or event.message is None:
        return False
    said = event.message.text or event.message.caption or ""
    return event.message.chat.type in GROUPS and not said.startswith("/")


def is_taken_away(event: TelegramObject) -> bool:
    """Return whether an update is a reaction taken away, which pays and takes back nothing."""
    reaction = event.message_reaction if isinstance(event, Update) else None
    return reaction is not None and not reaction.new_reaction


def stored_user(user: User) -> Person:
    """Return somebody as the database knows people."""
    return Person(
        user_id=user.id,
        username=without_controls(user.username),
        first_name=without_controls(user.first_name),
        language_code=without_controls(user.language_code),
    )


class IsMember(Filter):
    """Lets people pass, and gives the handler their `account`, made now if they are new.

    Bots, channels and anonymous admins have none. It stands behind all other filters: whoever is
    neither paid nor answered costs no row. Raises `NobodyKnown` for what is written as a chat, so
    that its writer learns why.
    """

    async def __call__(
        self,
        event: TelegramObject,
        economy: EconomyContext,
        account: Account | None,
        event_from_user: User | None = None,
    ) -> bool | dict[str, Account]:
        """Look for the account that the middleware found, or register whoever acts."""
        if account is not None:
            return True
        if isinstance(event, Message) and event.sender_chat and not event.is_automatic_forward:
            raise NobodyKnown("Write as yourself, not as the chat: nobody can tell who that is.")
        if event_from_user is None or not is_person(event_from_user):
            return False
        return {"account": await create_account(economy, stored_user(event_from_user))}


class ReactionInGroup(Filter):
    """Lets a member's reaction in a group pass, and gives the handler its `user`.

    A reaction that is taken away has nothing new; it pays nothing and takes nothing back.
    """

    # One filter for all, and not on F: aiogram sends each of those to a thread, at every reaction.
    async def __call__(self, event: MessageReactionUpdated) -> bool | dict[str, User]:
        """Look at who reacted, where, and whether something is there now."""
        if event.user is None or event.chat.type not in GROUPS or not event.new_reaction:
            return False
        return {"user": event.user}


#: Telegram hangs a keyboard of the bot's under nothing else.
_WITH_BUTTON: Final = frozenset(
    {
        ContentType.TEXT,
        ContentType.ANIMATION,
        ContentType.AUDIO,
        ContentType.CHECKLIST,
        ContentType.CONTACT,
        ContentType.DICE,
        ContentType.DOCUMENT,
        ContentType.LIVE_PHOTO,
        ContentType.LOCATION,
        ContentType.PAID_MEDIA,
        ContentType.PHOTO,
        ContentType.POLL,
        ContentType.RICH_MESSAGE,
        ContentType.STICKER,
        ContentType.VENUE,
        ContentType.VIDEO,
        ContentType.VIDEO_NOTE,
        ContentType.VOICE,
    }
)


class IsPost(Filter):
    """Lets a channel post pass that the bot's button can hang under.

    A service message can have none, what was forwarded or sent through a bot cannot be edited,
    and a keyboard of the post's own stays.
    """

    async def __call__(self, post: Message) -> bool:
        """Look at what it is, and at what it has."""
        is_own = post.forward_origin is None and post.via_bot is None
        return is_own and post.reply_markup is None and post.content_type in _WITH_BUTTON


class IsOwner(Filter):
    """Lets presses pass on a button that names whoever presses."""

    async def __call__(self, callback_query: CallbackQuery, callback_data: OwnedButton) -> bool:
        """Compare the two."""
        return callback_data.user_id == callback_query.from_user.id


class IsAdmin(Filter):
    """Lets pass who is in `ADMIN_IDS`."""

    def __init__(self, admin_ids: AbstractSet[int]) -> None:
        """`admin_ids` are Telegram user ids."""
        self._admin_ids = admin_ids

    async def __call__(self, _event: TelegramObject, event_from_user: User | None = None) -> bool:
        """Look at who caused the update, never at what the update says."""
        return event_from_user is not None and event_from_user.id in self._admin_ids


class OwnWords(Filter):
    """Lets a message pass that the admin has typed, here and now.

    What is forwarded, sent through a bot, or sent by Telegram in the admin's absence (an away
    message, a scheduled one) decides nothing.
    """

    async def __call__(self, message: Message) -> bool:
        """Look for whatever else may have put words into it."""
        return not (
            message.forward_origin
            or message.is_automatic_forward
            or message.via_bot
            or message.sender_business_bot
            or message.business_connection_id
            or message.is_from_offline
        )


class TypedAnswer(OwnWords):
    """Lets a text pass that is no command: in the middle of a question that is still a command."""

    async def __call__(self, message: Message) -> bool:
        """Look at the text first."""
        if message.text is None or message.text.startswith("/"):
            return False
        return await super().__call__(message)
