"""Reactions in groups, and the button that stands in for them under channel posts."""

from dataclasses import replace

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, Message, MessageReactionUpdated, User

from bot.gamification.account import Account
from bot.gamification.chats import Chat, announcement_mode
from bot.gamification.context import EconomyContext
from bot.gamification.digests import collect
from bot.gamification.messages import begins_album, count_press, read_thread
from bot.gamification.profile import News
from bot.gamification.reactions import pays, react, was_paid
from bot.gamification.types import AnnouncementMode
from bot.telegram import keyboards
from bot.telegram.filters import IsMember, IsPost, ReactionInGroup
from bot.telegram.keyboards import ReactToAlbum, ReactToPost
from bot.telegram.replies import Answers, Place, announce
from bot.telegram.texts import rewards as texts


def setup() -> Router:
    router = Router(name=__name__)
    # Telegram sends reactions only to bots that administer the chat.
    router.message_reaction.register(pay_reaction, ReactionInGroup(), IsMember())
    router.channel_post.register(add_button_to_album, IsPost(), F.media_group_id)
    router.channel_post.register(add_button, IsPost())
    in_channel = (F.message.as_("message"), F.message.chat.type == ChatType.CHANNEL, IsMember())
    router.callback_query.register(pay_press, ReactToPost.filter(), *in_channel)
    router.callback_query.register(pay_press, ReactToAlbum.filter(), *in_channel)
    return router


async def pay_reaction(
    event: MessageReactionUpdated,
    user: User,
    account: Account,
    economy: EconomyContext,
    known_chat: Chat | None,
) -> Answers:
    """Pay quietly; what it brought besides is worth a message where the chat wants to have it."""
    result = await react(economy, account, event.chat.id, event.message_id)
    mode = announcement_mode(known_chat)
    if not result.news or mode is AnnouncementMode.OFF:
        return []
    if mode is AnnouncementMode.PRIVATE:
        return announce(result.news, user, Place(user.id))
    where = event.chat.id, event.message_id
    thread_id = await read_thread(economy.connection, *where) if event.chat.is_forum else None
    if mode is AnnouncementMode.DIGEST:
        urgent = await collect(economy, account, event.chat.id, thread_id, result.news)
        return announce(urgent, user, Place(user.id))
    return announce(result.news, user, Place(event.chat.id, thread_id, event.message_id))


async def add_button(post: Message, economy: EconomyContext) -> Answers:
    """Hang a button under a new channel post, since Telegram names nobody who reacts there."""
    button = keyboards.reaction_button(pays(economy.config))
    return [post.edit_reply_markup(reply_markup=button)]


async def add_button_to_album(post: Message, economy: EconomyContext) -> Answers:
    """Reply to the first picture with the button: Telegram shows none under an album."""
    album_id = str(post.media_group_id)
    is_first = await begins_album(
        economy.connection, post.chat.id, post.message_id, album_id, economy.now
    )
    if not is_first:
        return []
    markup = keyboards.reaction_button(pays(economy.config), album_id=post.message_id)
    return [post.reply(texts.album_button(), reply_markup=markup, disable_notification=True)]


async def pay_press(
    callback_query: CallbackQuery,
    callback_data: ReactToPost | ReactToAlbum,
    message: Message,
    account: Account,
    economy: EconomyContext,
) -> Answers:
    """Pay a press like a reaction to the post, or to the first picture of the album.

    The button says how many have pressed. What it unlocked goes to the private chat; the alert
    says so, and leads there whoever has never opened the bot.
    """
    user = callback_query.from_user
    album_id = callback_data.message_id if isinstance(callback_data, ReactToAlbum) else None
    post_id = message.message_id if album_id is None else album_id
    result = await react(economy, account, message.chat.id, post_id)
    if result.used_up and await was_paid(economy, user.id, message.chat.id, post_id):
        result = replace(result, used_up=False, paid_before=True)
    counted = await _count(economy, message, post_id, album_id) if result.is_new else []
    if not result.news:
        return [callback_query.answer(texts.reaction(result)), *counted]
    name = await _bot_name(callback_query)
    alert = texts.reaction_with_news(result, name)
    url = f"https://t.me/{name}?start=rewards" if name and result.unlocked else None
    return [
        callback_query.answer(alert, show_alert=True, url=url),
        *counted,
        *announce(News(result.unlocked), user, Place(user.id)),
    ]


async def _count(
    economy: EconomyContext, message: Message, post_id: int, album_id: int | None
) -> Answers:
    """Have the button say how many have pressed, if it still is what hangs there."""
    presses = await count_press(economy.connection, message.chat.id, post_id)
    rows = getattr(getattr(message, "reply_markup", None), "inline_keyboard", [])
    if [len(row) for row in rows] != [1]:
        return []
    button = keyboards.reaction_button(pays(economy.config), presses, album_id=album_id)
    return [message.edit_reply_markup(reply_markup=button)]


async def _bot_name(callback_query: CallbackQuery) -> str | None:
    """Return the bot's username; None as long as Telegram has not said it."""
    bot = callback_query.bot
    return (await bot.me()).username if bot else None
