"""Long polling with the database far away: several members at once against one at a time."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from time import perf_counter

from bench.databases import Databases
from bench.measure import Sample, Turns
from bench.proxy import Distance, far_away
from bench.reactions import lift_the_limit
from bench.report import Figure, per_second, ratio
from bot.database.engine import POOL_SIZE, create_engine
from bot.database.url import parse_database_url
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.telegram.client import create_bot
from bot.telegram.delivery import DeliveryQueue
from bot.telegram.dispatcher import build_dispatcher
from bot.telegram.lanes import concurrency
from bot.telegram.polling import Polling
from sandbox import SandboxServer, User

#: Seconds to the database, each way.
DISTANCE = 0.005
MEMBERS = 25
#: Reactions of each member in one sample, when they are worked on one at a time, and at once.
FEW, MANY = 2, 20
PAIRS = 5
#: Six times as many a second; and a `/profile` that does not queue behind the others.
AIM, PROFILE_AIM = 1 / 6, 3
BEHIND = 100 // MEMBERS


@dataclass
class _Community:
    """Members before a bot that polls, and the way from there to its database."""

    server: SandboxServer
    members: list[User]
    distance: Distance
    messages: Iterator[int]

    async def react(self, times: int) -> Sample:
        """Let each member react so often; return the seconds for one reaction, until confirmed."""
        started = perf_counter()
        self._react(times)
        await self.settle()
        return Sample((perf_counter() - started) / (times * len(self.members)))

    async def look(self, behind: int) -> Sample:
        """Ask for a profile behind so many reactions of each other member; time the answer."""
        telegram = self.server.telegram
        chat = telegram.private(telegram.ana)
        started = perf_counter()
        self._react(behind)
        asked = telegram.say(telegram.ana, chat, "/profile")
        await telegram.wait_for_message(chat, after=asked.message_id, timeout=60)
        sample = Sample(perf_counter() - started)
        await self.settle()
        return sample

    async def round_trips(self) -> float:
        """Return how often the database is asked for one paid reaction."""
        before = self.distance.round_trips
        self._react(MANY)
        await self.settle()
        return (self.distance.round_trips - before) / (MANY * len(self.members))

    async def settle(self) -> None:
        """Wait until all is confirmed."""
        while len(self.server.queue):  # noqa: ASYNC110 - nobody sets an event then
            await asyncio.sleep(0.002)

    def _react(self, times: int) -> None:
        telegram = self.server.telegram
        for message, _ in zip(self.messages, range(times), strict=False):
            for member in self.members:
                telegram.react(member, telegram.group, message, ["\U0001f44d"])


def measure(databases: Databases) -> Iterator[Figure]:
    """Give the ratios of reactions and of a `/profile` behind them; a SQLite file is never far."""
    if databases.name == "SQLite":
        return
    databases.prepare(MEMBERS, profiles=False)
    with ExitStack() as stack:
        urls = [stack.enter_context(databases.copied(MEMBERS)) for _ in range(2)]
        figures = asyncio.run(_measure(*urls))
    yield from figures


async def _measure(first: str, second: str) -> list[Figure]:
    at_once = concurrency("postgresql", POOL_SIZE)
    gc.freeze()  # as `run` does
    async with _polling(first, at_once) as many, _polling(second, 1) as single:
        for side in (many, single):
            await side.react(1)
        taken: list[list[Sample]] = [[], []]
        looks: list[list[Sample]] = [[], []]
        for _ in range(PAIRS):
            taken[0].append(await many.react(MANY))
            taken[1].append(await single.react(FEW))
            looks[0].append(await many.look(BEHIND))
            looks[1].append(await many.look(0))
        trips = await many.round_trips()
    reactions = Turns(tuple(taken[0]), tuple(taken[1]))
    where = f"PostgreSQL {DISTANCE * 1000:g} ms away, by polling"
    profile = f"{where}: /profile behind {BEHIND * MEMBERS} reactions against alone"
    return [
        ratio(f"{where}: {MEMBERS} members' reactions against one at a time", reactions, AIM),
        per_second(f"{where}: reactions per second", reactions),
        ratio(profile, Turns(tuple(looks[0]), tuple(looks[1])), PROFILE_AIM),
        Figure(f"{where}: round trips per paid reaction", f"{trips:.1f}", "", ""),
    ]


@asynccontextmanager
async def _polling(url: str, at_once: int) -> AsyncIterator[_Community]:
    async with AsyncExitStack() as stack:
        distance = await stack.enter_async_context(far_away(url, DISTANCE))
        server = await stack.enter_async_context(SandboxServer())
        engine = create_engine(parse_database_url(distance.url))
        stack.push_async_callback(engine.dispose)
        bot = create_bot(server.token, server.url)
        stack.push_async_callback(bot.session.close)
        delivery = await stack.enter_async_context(DeliveryQueue(bot))
        service = BootstrapService(engine, load_manifest())
        await service.run()
        await lift_the_limit(engine)
        dispatcher = build_dispatcher(engine, service, delivery)
        stop = asyncio.Event()
        polling = asyncio.create_task(Polling(dispatcher, bot, stop, at_once=at_once).run())
        await server.calls.wait_for("getUpdates")
        telegram = server.telegram
        messages = [telegram.say(telegram.ana, telegram.group, f"{n}") for n in range(400)]
        community = _Community(
            server,
            [telegram.add_member(f"Member {number}") for number in range(MEMBERS)],
            distance,
            iter([message.message_id for message in messages]),
        )
        await community.settle()
        yield community
        stop.set()
        await polling
