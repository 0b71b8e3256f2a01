"""The members of one database, and the bots of one release that serve them by webhook."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import text

from bench import bots
from bench.measure import Sample
from bench.reactions import lift_the_limit
from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from sandbox import Chat, SandboxServer

#: Updates on their way at a time, each on a connection of its own.
AT_ONCE = 16
#: In a single group, the answers would wait for each other, and be put together in one message.
GROUPS = [Chat(-1002000000000 - n, "supergroup", title=f"Group {n}") for n in range(60)]
_FIRST_MEMBER = 100_000
#: Seconds for what goes on beside the updates: the menu, the name, the first look of the upkeep.
_SETTLING = 3.0
#: Seconds for which the rules are remembered, and a little more.
_RULES = 6.0
_PAID = "SELECT count(*) FROM transactions WHERE type = 'REACTION'"


class WrongBooksError(Exception):
    """Bots said 200 and have not paid, or paid twice: nothing that they took is worth a figure."""


class Community:
    """The members before one or more bots, and what these take for them."""

    def __init__(self, server: SandboxServer, url: str, release: Path) -> None:
        """`release` is the folder with the bots' `main.py`."""
        self._server = server
        self._url = url
        self._release = release
        self._bots: list[bots.Bot] = []
        self._members = 0
        self._numbers = count(1)
        self._delivered = 0
        for group in GROUPS:
            server.telegram.open_chat(group)

    @asynccontextmanager
    async def more_bots(self, number: int) -> AsyncIterator[None]:
        """Start so many more bots, one after the other, and stop them in the end."""
        async with AsyncExitStack() as stack:
            for _ in range(number):
                starting = bots.by_webhook(self._server, self._url, self._release)
                self._bots.append(await stack.enter_async_context(starting))
            await asyncio.sleep(_SETTLING)
            yield

    async def welcome(self, newcomers: int) -> Sample:
        """Let so many people react for the first time; return the bot's CPU seconds for each.

        What they have unlocked has been told when it returns.
        """
        first, self._members = self._members, self._members + newcomers
        self._server.calls.clear()
        before = self._bots[0].cpu()
        await self._deliver(range(first, self._members))
        async with asyncio.timeout(60):
            # Answers come from another process, which sets no event of ours.
            while self._told() < newcomers:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)  # they are noted as sent
        return Sample((self._bots[0].cpu() - before) / newcomers)

    async def react(self, times: int) -> Sample:
        """Let members react so often, to new messages; return the bot's CPU seconds for each."""
        before = self._bots[0].cpu()
        await self._deliver([n % self._members for n in range(times)])
        return Sample((self._bots[0].cpu() - before) / times)

    async def hurry(self, times: int, at_work: int) -> Sample:
        """Do the same with so many bots `at_work`; return the seconds by the clock for each."""
        started = time.perf_counter()
        await self._deliver([n % self._members for n in range(times)], at_work)
        return Sample((time.perf_counter() - started) / times)

    async def lift_the_limit(self) -> None:
        """Let everybody be paid for any number of reactions, and nothing be announced."""
        engine = create_engine(parse_database_url(self._url))
        try:
            await lift_the_limit(engine)
        finally:
            await engine.dispose()
        await asyncio.sleep(_RULES)

    async def check(self) -> None:
        """Raise `WrongBooksError` unless every reaction has been paid once."""
        engine = create_engine(parse_database_url(self._url))
        try:
            async with engine.connect() as connection:
                paid = await connection.scalar(text(_PAID))
        finally:
            await engine.dispose()
        if paid != self._delivered:
            raise WrongBooksError(f"{self._delivered} reactions were delivered, {paid} are paid")

    def _told(self) -> int:
        told = ("sendMessage", "editMessageText")
        return sum(call.ok is True for name in told for call in self._server.calls.all(name))

    async def _deliver(self, members: Sequence[int], at_work: int = 1) -> None:
        updates = iter([self._update(member) for member in members])
        async with asyncio.TaskGroup() as tasks:
            for n in range(AT_ONCE):
                tasks.create_task(self._bots[n % at_work].take_all(updates))
        self._delivered += len(members)

    def _update(self, member: int) -> bytes:
        number = next(self._numbers)
        group = GROUPS[member % len(GROUPS)]
        reaction = {
            "chat": {"id": group.id, "type": group.type, "title": group.title},
            "message_id": number,
            "user": {"id": _FIRST_MEMBER + member, "is_bot": False, "first_name": f"Ana {member}"},
            "date": int(time.time()),
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": "👍"}],
        }
        return json.dumps({"update_id": number, "message_reaction": reaction}).encode()
