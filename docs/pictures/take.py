"""Pictures of the README, taken of the sandbox's page: `python -m docs.pictures.take`.

Needs a Chromium and a font with colored emoji.
"""

import asyncio
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from playwright.async_api import Page

from tests.support.browser import chromium, installed_chromium
from tests.support.programs import RunningBot
from tests.support.waiting import until, until_async

HERE = Path(__file__).parent
ANA, LUIS, EMMA, EVE = 1001, 1002, 1003, 1004
GROUP = -1001000000001
DAYS = 5


class Players:
    """The members, who act through the page's API."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def act(self, path: str, **body: object) -> dict[str, Any]:
        """Do something on the page, and give the bot the time to answer."""
        async with self._http.post(f"/sandbox/api/{path}", json=body) as response:
            response.raise_for_status()
            answer: dict[str, Any] = await response.json()
        await asyncio.sleep(0.7)
        return answer

    async def say(self, member: int, chat: int, text: str) -> int:
        """Write, and return the message's id."""
        said = await self.act("say", member=member, chat=chat, text=text)
        return int(said["message"]["message_id"])

    async def react(self, message: int, *members: int) -> None:
        """React to a message of the group."""
        for member in members:
            await self.act("react", member=member, chat=GROUP, message_id=message, emoji=["👍"])

    async def press(self, chat: int, label: str) -> None:
        """Press, as Ana, the last button that says so."""
        query = {"member": ANA, "chat": chat}
        async with self._http.get("/sandbox/api/view", params=query) as response:
            messages = (await response.json())["messages"]
        buttons = [
            (one["id"], button["callback_data"])
            for one in messages
            for row in one["keyboard"]
            for button in row
            if label in button["text"]
        ]
        number, data = buttons[-1]
        await self.act("press", member=ANA, chat=chat, message_id=number, data=data)

    async def connected(self) -> bool:
        """Return whether the bot is there."""
        query = {"member": ANA, "chat": ANA}
        async with self._http.get("/sandbox/api/view", params=query) as response:
            return bool((await response.json())["connection"] == "polling")


async def play(players: Players, page: Page, url: str) -> None:
    """Live through some days and take the pictures on the last."""
    for day in range(DAYS):
        said = await players.say(EVE, GROUP, "¿Alguien viene esta tarde?")
        await players.react(said, *(ANA, EMMA, LUIS)[: 1 + day % 3])
        await players.say(LUIS, GROUP, "/daily")
        if day == 0:
            await take(page, url, GROUP, "group")
        await players.say(ANA, ANA, "/daily")
        if day < DAYS - 1:
            await players.act("tomorrow")
    await players.say(ANA, ANA, "/rewards")
    await players.say(ANA, ANA, "/profile")
    await take(page, url, ANA, "member")
    await players.say(ANA, ANA, "/admin")
    await players.press(ANA, "Cifras")
    await page.locator(".photo").wait_for()  # the chart takes a moment
    await take(page, url, ANA, "admin")


async def take(page: Page, url: str, chat: int, name: str) -> None:
    """Take a picture of a chat as Ana sees it."""
    await page.goto(f"{url}/#{ANA}/{chat}")
    await page.reload()
    await page.locator(".message").last.wait_for()
    await asyncio.sleep(1)
    await page.screenshot(path=HERE / f"{name}.png")


async def main() -> None:
    """Start the sandbox in a folder of its own, and a browser."""
    if (path := installed_chromium()) is None:
        sys.exit("There is no Chromium to take pictures with: install one.")
    with TemporaryDirectory() as folder:
        async with RunningBot(
            Path(folder), "sandbox", "--port", "0", anew=True
        ) as bot, chromium(path) as browser:  # fmt: skip
            url = (await bot.until(until(lambda: re.search(r"http://[\d.:]+", bot.output))))[0]
            async with aiohttp.ClientSession(url) as http:
                players = Players(http)
                await bot.until(until_async(players.connected))
                page = await browser.new_page(viewport={"width": 1200, "height": 800})
                await play(players, page, url)


asyncio.run(main())
