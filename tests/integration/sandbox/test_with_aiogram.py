"""aiogram as a real bot on the sandbox: its own types, filters and error classes."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramForbiddenError, TelegramRetryAfter
from aiogram.filters import Command
from aiogram.methods import SendMessage
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    ChatMemberAdministrator,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReactionTypeEmoji,
    Update,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from sandbox import SandboxServer

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 360) + b"\x08\x02\0\0\0"
KEYBOARD = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="Reclamar", callback_data="claim")]]
)
EVERYTHING = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "message_reaction",
    "message_reaction_count",
    "my_chat_member",
]


@pytest.fixture
async def bot(server: SandboxServer) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    async with Bot(server.token, session=session).context() as bot:
        yield bot


@contextlib.asynccontextmanager
async def polling(bot: Bot, router: Router) -> AsyncIterator[None]:
    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    running = asyncio.create_task(
        dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False)
    )
    try:
        yield
    finally:
        await dispatcher.stop_polling()
        await running


async def test_command_button_and_answer(server: SandboxServer, bot: Bot) -> None:
    """A member writes a command, presses the button of the answer and sees it change."""
    router = Router()

    @router.message(Command("start"))
    async def start(message: Message) -> None:
        name = message.from_user.full_name
        await message.answer(f"Hola, {name}", reply_markup=KEYBOARD)

    @router.callback_query()
    async def claim(query: CallbackQuery) -> None:
        await query.message.edit_text("<b>Tuyo</b>", parse_mode="HTML")
        await query.answer("+10", show_alert=True)

    telegram, eve = server.telegram, server.telegram.eve
    async with polling(bot, router):
        await server.calls.wait_for("getUpdates")
        telegram.say(eve, telegram.private(eve), "/start ref")
        hello = await telegram.wait_for_message(telegram.private(eve))
        query_id = telegram.press(eve, hello.chat, hello.message_id, "claim")
        answer = await telegram.wait_for_answer(query_id)

    assert hello.text == "Hola, <b>Eve</b> & co"
    assert (answer.text, answer.show_alert) == ("+10", True)
    assert telegram.message(hello.chat, hello.message_id).text == "Tuyo"


@pytest.mark.parametrize("in_background", [True, False])
async def test_webhook_of_aiogram(server: SandboxServer, bot: Bot, *, in_background: bool) -> None:
    """Aiogram's web handler accepts deliveries, and may answer with a method in the response."""
    router = Router()

    @router.message(Command("start"))
    async def start(message: Message) -> SendMessage:
        return message.answer("Hola", reply_markup=KEYBOARD)

    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    application = web.Application()
    SimpleRequestHandler(
        dispatcher, bot, handle_in_background=in_background, secret_token="top-secret"
    ).register(application, path="/hook")
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ana, private = server.telegram.ana, server.telegram.private(server.telegram.ana)
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await bot.set_webhook(url, secret_token="top-secret")
    server.telegram.say(ana, private, "nothing to answer")
    server.telegram.say(ana, private, "/start")

    message = await server.telegram.wait_for_message(private)

    await bot.delete_webhook()
    await runner.cleanup()
    assert (message.text, message.button("Reclamar").callback_data) == ("Hola", "claim")


async def test_every_update_parses(server: SandboxServer, bot: Bot) -> None:
    """Each kind of update validates as aiogram's Update, with nothing left over."""
    telegram, group = server.telegram, server.telegram.group
    await bot.get_updates(allowed_updates=EVERYTHING)
    said = telegram.say(telegram.ana, group, "hola /top https://e.org")
    telegram.say(telegram.luis, group, "sí", reply_to=said.message_id)
    telegram.edit(telegram.ana, group, said.message_id, "adiós")
    post = telegram.post(telegram.channel, "novedades")
    telegram.edit(telegram.ana, telegram.channel, post.message_id, "más")
    telegram.press(telegram.luis, group, said.message_id, "x", forge=True)
    telegram.press(telegram.luis, group, 99, "x", forge=True)
    telegram.react(telegram.luis, group, said.message_id, ["👍"])
    telegram.react_anonymously(group, said.message_id, ["❤"])
    telegram.react(telegram.luis, telegram.channel, post.message_id, ["🔥"])
    telegram.set_bot_status(group, "member")
    telegram.set_bot_status(group, "kicked")

    updates = await bot.get_updates()

    expected = [update.to_json() for update in server.queue.first(100)]
    assert expected == [_raw(update) for update in updates]
    assert set(EVERYTHING) == {update.event_type for update in updates}


async def test_results_parse(server: SandboxServer, bot: Bot) -> None:
    """Results of the methods validate as aiogram's types."""
    group = server.telegram.group.id
    sent = await bot.send_message(group, "<pre>x</pre>", parse_mode="HTML", reply_markup=KEYBOARD)
    photo = await bot.send_photo(group, BufferedInputFile(PNG, "a.png"), caption="hola")
    await bot.edit_message_caption(chat_id=group, message_id=photo.message_id, caption="adiós")
    await bot.set_message_reaction(group, sent.message_id, [ReactionTypeEmoji(emoji="🔥")])
    await bot.send_chat_action(group, "typing")
    await bot.set_my_commands([BotCommand(command="top", description="Clasificación")])
    chat, me = await bot.get_chat(group), await bot.get_me()
    member = await bot.get_chat_member(group, me.id)
    info = await bot.get_webhook_info()

    assert sent.reply_markup.model_dump() == KEYBOARD.model_dump()
    assert (photo.photo[-1].width, photo.photo[-1].height) == (640, 360)
    assert (chat.title, me.is_bot, info.url) == ("Club de Besitos", True, "")
    assert isinstance(member, ChatMemberAdministrator)
    assert await bot.delete_message(group, sent.message_id)


async def test_errors_are_aiograms(server: SandboxServer, bot: Bot) -> None:
    """Error objects become the exceptions that a bot's code catches."""
    server.faults.too_many_requests("sendMessage", retry_after=7)
    with pytest.raises(TelegramRetryAfter) as caught:
        await bot.send_message(1001, "x")
    server.telegram.set_bot_status(server.telegram.private(server.telegram.ana), "kicked")
    with pytest.raises(TelegramForbiddenError):
        await bot.send_message(1001, "x")

    assert caught.value.retry_after == 7


def _raw(update: Update) -> dict[str, Any]:
    return update.model_dump(mode="json", by_alias=True, exclude_unset=True)
