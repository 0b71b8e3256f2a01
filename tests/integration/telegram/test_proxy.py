"""Calls to Telegram through a proxy."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiogram.exceptions import TelegramNetworkError

from bot.doctor.telegram import look
from bot.settings import load_settings
from bot.telegram.client import AnswerLost, create_bot
from sandbox import SandboxServer

LET_IN = "Basic " + base64.b64encode(b"ana:secret").decode()


@asynccontextmanager
async def http_proxy(asked: list[str]) -> AsyncIterator[int]:
    """Pass on what comes through CONNECT with the right password; note where to."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        target = head.split()[1]
        asked.append(target)
        if f"Proxy-Authorization: {LET_IN}" not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            writer.close()
            return
        host, _, port = target.partition(":")
        there, back = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pump(reader, back), _pump(there, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while part := await source.read(4096):
        sink.write(part)
    sink.close()


async def test_calls_go_through_it() -> None:
    """Telegram is asked by the proxy, which is told name and password."""
    asked: list[str] = []
    async with SandboxServer() as server, http_proxy(asked) as port:
        bot = create_bot(server.token, server.url, f"http://ana:secret@127.0.0.1:{port}")
        me = await bot.get_me()
        await bot.session.close()
        address = server.url.removeprefix("http://")

    assert ("besitos_sandbox_bot", [address]) == (me.username, asked)


async def test_the_doctor_asks_through_it() -> None:
    """Where only the proxy gets out, Telegram's time is asked for by it as well."""
    asked: list[str] = []
    async with SandboxServer() as server, http_proxy(asked) as port:
        settings = load_settings(
            bot_token=server.token,
            telegram_api_url=server.url,
            telegram_proxy=f"http://ana:secret@127.0.0.1:{port}",
        )
        checks = await look(settings, ())
        address = server.url.removeprefix("http://")

    assert [] == [check.sentence for check in checks if not check.well]
    assert [address, address] == asked


async def test_proxy_that_says_no() -> None:
    """Nothing has been sent then, so the call may be tried again."""
    async with SandboxServer() as server, http_proxy([]) as port:
        bot = create_bot(server.token, server.url, f"http://ana:wrong@127.0.0.1:{port}")
        with pytest.raises(TelegramNetworkError) as raised:
            await bot.get_me()
        await bot.session.close()

    assert not isinstance(raised.value, AnswerLost)
    assert "407" in str(raised.value)
    assert "wrong" not in str(raised.value)


async def test_no_proxy_there() -> None:
    """Whoever is not there answers nothing, and the call may be tried again."""
    bot = create_bot("42:x", None, "socks5://127.0.0.1:9")
    with pytest.raises(TelegramNetworkError) as raised:
        await bot.get_me()
    await bot.session.close()

    assert not isinstance(raised.value, AnswerLost)
