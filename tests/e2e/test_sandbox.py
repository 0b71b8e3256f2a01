"""`python main.py sandbox`: the real bot and a Telegram of its own."""

import re
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.programs import MAIN, RunningBot
from tests.support.waiting import until, until_async

ANA, LUIS = 1001, 1002


async def test_admin_is_one_of_its_own_people(tmp_path: Path) -> None:
    """Ana is the admin, whoever ADMIN_IDS names for the bot that goes live, and not in its data."""
    production = f"sqlite:///{tmp_path / 'production.db'}"
    async with RunningBot(
        *(tmp_path, "sandbox", "--port", "0"),
        program=MAIN,
        ADMIN_IDS=str(LUIS),
        DATABASE_URL=production,
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
