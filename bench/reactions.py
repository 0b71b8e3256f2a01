"""Paid reactions, from the dispatcher to the commit, against the same statements bare."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from time import perf_counter

from aiogram import Bot, Dispatcher
from aiogram.types import Update
from sqlalchemy.ext.asyncio import AsyncEngine

from bench import bare
from bench.databases import Databases
from bench.measure import Sample, Turns
from bench.table import Figure, per_second, ratio
from bot.database.engine import create_engine, parse_database_url
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.telegram.dispatcher import build_dispatcher
from bot.telegram.outbox import Outbox

MEMBERS = 100
ROUND = 100
ROUNDS = 12
AIM = 3

_messages = count(1)
React = Callable[[int, int], Awaitable[None]]


def measure(databases: Databases) -> Iterator[Figure]:
    """Give the ratio of the time per paid reaction, and how many that is in a second."""
    databases.prepare(MEMBERS, profiles=False)
    with databases.copied(MEMBERS) as url:
        turns = asyncio.run(_measure(url))
    yield ratio(f"{databases.name}: paid reaction", turns, AIM)
    yield per_second(f"{databases.name}: paid reactions per second", turns)


async def _measure(url: str) -> Turns:
    taken: tuple[list[Sample], list[Sample]] = ([], [])
    async with _ours(url) as ours, bare.reacting(url) as floor:
        for side in (ours, floor):
            await _round(side)  # members are registered, caches are warm
        for number in range(ROUNDS):
            for side in (0, 1) if number % 2 == 0 else (1, 0):
                taken[side].append(await _round((ours, floor)[side]))
    return Turns(tuple(taken[0]), tuple(taken[1]))


async def _round(react: React) -> Sample:
    started = perf_counter()
    for number in range(ROUND):
        await react(number % MEMBERS + 1, next(_messages))
    return Sample((perf_counter() - started) / ROUND)


@asynccontextmanager
async def _ours(url: str) -> AsyncIterator[React]:
    engine = create_engine(parse_database_url(url))
    bot = Bot("42:BENCH")
    try:
        service = BootstrapService(engine, load_manifest())
        await service.run()
        await _lift_the_limit(engine)
        async with Outbox(bot) as outbox:
            yield _reacting(build_dispatcher(engine, service, outbox), bot)
    finally:
        await bot.session.close()
        await engine.dispose()


async def _lift_the_limit(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE bot_config SET max_reactions_per_day = 1000000")
        # Nothing shall be announced: sending is not what is measured, and nobody listens.
        await connection.exec_driver_sql("UPDATE rewards SET is_active = false")


def _reacting(dispatcher: Dispatcher, bot: Bot) -> React:
    async def react(user_id: int, message_id: int) -> None:
        update = {
            "update_id": message_id,
            "message_reaction": {
                "chat": {"id": -100, "type": "supergroup", "title": "Bench"},
                "message_id": message_id,
                "user": {"id": user_id, "is_bot": False, "first_name": "Ana"},
                "date": 1,
                "old_reaction": [],
                "new_reaction": [{"type": "emoji", "emoji": "👍"}],
            },
        }
        await dispatcher.feed_update(bot, Update.model_validate(update, context={"bot": bot}))

    return react
