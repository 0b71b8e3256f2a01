"""`python main.py sandbox`: the real bot and a Telegram of its own."""

import re
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.programs import RunningBot
from tests.support.waiting import until, until_async

ANA, LUIS = 1001, 1002
GROUP = -1001000000001


async def test_admin_is_one_of_its_own_people(tmp_path: Path) -> None:
    """Ana is the admin, whoever ADMIN_IDS names for the bot that goes live, and not in its data."""
    production = f"sqlite:///{tmp_path / 'production.db'}"
    async with RunningBot(
        *(tmp_path, "sandbox", "--port", "0"), ADMIN_IDS=str(LUIS), DATABASE_URL=production
    ) as bot:
        url = await bot.until(until(lambda: re.search(r"http://[\d.:]+", bot.output)))
        async with aiohttp.ClientSession(url[0]) as http:

            async def menu_of_ana() -> bool:
                return "admin" in await commands(http, ANA)

            await bot.until(until_async(menu_of_ana))
            menu_of_luis = await commands(http, LUIS)

    first, *_ = bot.output.splitlines()
    assert f"Ana is its admin, {tmp_path / 'besitos-sandbox.db'} its database." in first
    assert ["besitos-sandbox.db"] == databases(tmp_path)
    assert ("admin" in menu_of_luis, "daily" in menu_of_luis) == (False, True)


def databases(folder: Path) -> list[str]:
    """Return the SQLite files of a folder."""
    return [one.name for one in folder.glob("*.db")]


async def commands(http: aiohttp.ClientSession, member: int) -> list[str]:
    """Return the commands that the bot's menu shows a member in private."""
    where = {"member": member, "chat": member}
    async with http.get("/sandbox/api/view", params=where) as response:
        shown: dict[str, Any] = await response.json()
    return [one["command"] for one in shown["commands"]]


async def test_settings_of_the_bot_that_goes_live(tmp_path: Path) -> None:
    """Its chats, its proxy and its port, which it has taken, are not in the sandbox's way."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = {
            "ALLOWED_CHATS": "-1009999999999",
            "TELEGRAM_PROXY": "http://127.0.0.1:9",
            "HTTP_PORT": str(taken.getsockname()[1]),
            "PORT": str(taken.getsockname()[1]),
        }
        async with playing(tmp_path, **settings) as (bot, http):
            gift = await answers(bot, http, "/daily")
            await post(http, "say", member=LUIS, chat=GROUP, text="hola")
            said = (await view_of_ana(http, GROUP))["messages"][-1]["id"]
            await post(http, "react", member=ANA, chat=GROUP, message_id=said, emoji=["👍"])

            async def paid() -> bool:
                return "reacción" in await answers(bot, http, "/history")

            await bot.until(until_async(paid))

    assert "Regalo diario" in gift


async def test_days_restarts_and_a_fresh_start(tmp_path: Path) -> None:
    """Days go by at a click, a restart resumes, and a fresh start forgets balances, too."""
    async with playing(tmp_path) as (bot, http):
        await answers(bot, http, "/daily")
        await post(http, "tomorrow")
        second = await answers(bot, http, "/daily")
    async with playing(tmp_path) as (bot, http):
        again = await answers(bot, http, "/daily")
        resumed = await answers(bot, http, "/profile")
        await post(http, "reset")
        await bot.until(until_async(partial(connected, http)))
        fresh = await answers(bot, http, "/profile")

    assert ("+ 10 por la racha" in second, "por la racha" in again) == (True, False)
    assert ("Saldo: 110 besitos" in resumed, "Saldo: 0 besitos" in fresh) == (True, True)


async def test_strangers_are_not_deleted(tmp_path: Path) -> None:
    """A database with members of its own keeps them, and the page says why."""
    live = tmp_path / "live.db"
    async with playing(tmp_path, "--database", f"sqlite:///{live}") as (bot, http):
        await answers(bot, http, "/daily")
        (tmp_path / "live.db-stage.json").unlink(missing_ok=True)
        with sqlite3.connect(live) as connection:
            connection.execute("INSERT INTO users (user_id, first_name) VALUES (7, 'Real')")
        connection.close()
        async with http.post("/sandbox/api/reset", json={}) as response:
            refusal = (response.status, (await response.json())["error"])
        profile = await answers(bot, http, "/profile")

    assert (400, True) == (refusal[0], "members who are not of this sandbox (1)" in refusal[1])
    assert "Saldo: 50 besitos" in profile


@asynccontextmanager
async def playing(
    folder: Path, *options: str, **settings: str
) -> AsyncIterator[tuple[RunningBot, aiohttp.ClientSession]]:
    """Start the sandbox in a folder, wait until its bot is there, and stop it in the end."""
    async with RunningBot(folder, "sandbox", "--port", "0", *options, **settings) as bot:
        url = await bot.until(until(lambda: re.search(r"http://[\d.:]+", bot.output)))
        async with aiohttp.ClientSession(url[0]) as http:
            await bot.until(until_async(partial(connected, http)))
            yield bot, http
        bot.terminate()
        await bot.ended()


async def connected(http: aiohttp.ClientSession) -> bool:
    """Return whether the bot asks for updates."""
    return bool((await view_of_ana(http))["connection"] == "polling")


async def answers(bot: RunningBot, http: aiohttp.ClientSession, words: str) -> str:
    """Let Ana write to the bot, and return its first answer."""
    said = await post(http, "say", member=ANA, chat=ANA, text=words)
    number = said["message"]["message_id"]

    async def later() -> list[str]:
        messages = (await view_of_ana(http))["messages"]
        return [one["text"] for one in messages if one["by_bot"] and one["id"] > number]

    found: list[str] = await bot.until(until_async(later))
    return found[0]


async def view_of_ana(http: aiohttp.ClientSession, chat: int = ANA) -> dict[str, Any]:
    async with http.get("/sandbox/api/view", params={"member": ANA, "chat": chat}) as response:
        shown: dict[str, Any] = await response.json()
        return shown


async def post(http: aiohttp.ClientSession, path: str, **body: object) -> dict[str, Any]:
    """Do something on the page."""
    async with http.post(f"/sandbox/api/{path}", json=body) as response:
        assert response.ok, await response.text()
        answer: dict[str, Any] = await response.json()
        return answer
