"""Reactions in groups, and the button that stands in for them under channel posts."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, Message, MessageReactionUpdated, User

from bot.gamification.account import Account
from bot.gamification.chats import Chat, announcement_mode
from bot.gamification.context import EconomyContext
from bot.gamification.messages import begins_album, read_thread
from bot.gamification.profile import News
from bot.gamification.reactions import react
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
    return announce(result.news, user, Place(event.chat.id, thread_id, event.message_id))


async def add_button(post: Message) -> Answers:
    """Hang a button under a new channel post, since Telegram names nobody who reacts there."""
    return [post.edit_reply_markup(reply_markup=keyboards.reaction_button())]


async def add_button_to_album(post: Message, economy: EconomyContext) -> Answers:
    """Reply to the first picture with the button: Telegram shows none under an album."""
    album_id = str(post.media_group_id)
    is_first = await begins_album(
        economy.connection, post.chat.id, post.message_id, album_id, economy.now
    )
    if not is_first:
        return []
    markup = keyboards.album_button(post.message_id)
    return [post.reply(texts.album_button(), reply_markup=markup, disable_notification=True)]


async def pay_press(
    callback_query: CallbackQuery,
    callback_data: ReactToPost | ReactToAlbum,
    message: Message,
    account: Account,
    economy: EconomyContext,
) -> Answers:
    """Pay a press like a reaction to the post, or to the first picture of the album.

    What it unlocked goes to the private chat; the alert says so, and leads there whoever has never
    opened the bot.
    """
    user = callback_query.from_user
    post = callback_data if isinstance(callback_data, ReactToAlbum) else message
    result = await react(economy, account, message.chat.id, post.message_id)
    if not result.news:
        return [callback_query.answer(texts.reaction(result))]
    name = await _bot_name(callback_query)
    alert = texts.reaction_with_news(result, name)
    url = f"https://t.me/{name}?start=rewards" if name and result.unlocked else None
    return [
        callback_query.answer(alert, show_alert=True, url=url),
        *announce(News(result.unlocked), user, Place(user.id)),
    ]


async def _bot_name(callback_query: CallbackQuery) -> str | None:
    """Return the bot's username; None as long as Telegram has not said it."""
    bot = callback_query.bot
    return (await bot.me()).username if bot else None
