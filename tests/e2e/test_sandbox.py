"""`python main.py sandbox`: the real bot and a Telegram of its own."""

import re
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.programs import MAIN, RunningBot
from tests.support.waiting import until, until_async

ANA, LUIS = 1001, 1002


async def test_admin_is_one_of_its_own_people(tmp_path: Path) -> None:
    """Ana is the admin, whoever ADMIN_IDS names for the bot that goes live."""
    async with RunningBot(
        tmp_path, "sandbox", "--port", "0", program=MAIN, ADMIN_IDS=str(LUIS)
    ) as bot:
        url = await bot.until(until(lambda: re.search(r"http://[\d.:]+", bot.output)))
        async with aiohttp.ClientSession(url[0]) as http:

            async def menu_of_ana() -> bool:
                return "admin" in await commands(http, ANA)

            await bot.until(until_async(menu_of_ana))
            menu_of_luis = await commands(http, LUIS)

    assert "Ana is its admin" in bot.output
    assert ("admin" in menu_of_luis, "daily" in menu_of_luis) == (False, True)


async def commands(http: aiohttp.ClientSession, member: int) -> list[str]:
    """Return the commands that the bot's menu shows a member in private."""
    where = {"member": member, "chat": member}
    async with http.get("/sandbox/api/view", params=where) as response:
        shown: dict[str, Any] = await response.json()
    return [one["command"] for one in shown["commands"]]
