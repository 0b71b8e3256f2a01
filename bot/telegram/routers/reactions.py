"""Reactions in groups, and the button that stands in for them under channel posts."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.methods import EditMessageReplyMarkup
from aiogram.types import CallbackQuery, Message, MessageReactionUpdated, User

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.reactions import react
from bot.telegram import keyboards
from bot.telegram.filters import IsMember, ReactionInGroup
from bot.telegram.keyboards import ReactToPost
from bot.telegram.replies import Answers, announce_unlocked
from bot.telegram.texts import rewards as texts


def setup() -> Router:
    router = Router(name=__name__)
    # Telegram sends reactions only to bots that administer the chat.
    router.message_reaction.register(pay_reaction, ReactionInGroup())
    router.channel_post.register(add_button)
    router.callback_query.register(
        pay_press,
        ReactToPost.filter(),
        IsMember(),
        F.message.as_("message"),
        F.message.chat.type == ChatType.CHANNEL,
    )
    return router


async def pay_reaction(
    event: MessageReactionUpdated, user: User, account: Account, economy: EconomyContext
) -> Answers:
    """Pay quietly; only what it unlocked is worth a message."""
    result = await react(economy, account, event.chat.id, event.message_id)
    return announce_unlocked(result.unlocked, user, event.chat.id)


async def add_button(post: Message) -> EditMessageReplyMarkup:
    """Hang a button under a new channel post, since Telegram names nobody who reacts there."""
    return post.edit_reply_markup(reply_markup=keyboards.reaction_button())


async def pay_press(
    callback_query: CallbackQuery, message: Message, account: Account, economy: EconomyContext
) -> Answers:
    """Pay a press like a reaction; what it unlocked goes to the private chat."""
    user = callback_query.from_user
    result = await react(economy, account, message.chat.id, message.message_id)
    return [
        callback_query.answer(texts.reaction(result)),
        *announce_unlocked(result.unlocked, user, user.id),
    ]
