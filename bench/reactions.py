"""Paid reactions, from the dispatcher to the commit, against the very same statements bare."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from time import perf_counter
from typing import TypeVar

from aiogram import Bot, Dispatcher
from aiogram.types import Update
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.databases import Databases
from bench.measure import Sample, Turns, on_one_core
from bench.replay import Transaction, recorded, replaying
from bench.report import Figure, per_second, ratio
from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.telegram.delivery import DeliveryQueue
from bot.telegram.dispatcher import build_dispatcher

MEMBERS = 100
#: Each member reacts once in a round. The first warms caches up and begins everybody's day.
ROUNDS = 41
AIM = 3

React = Callable[[int], Awaitable[None]]
T = TypeVar("T")


def measure(databases: Databases) -> Iterator[Figure]:
    """Give the ratio of the time per paid reaction, and how many that is in a second."""
    databases.prepare(MEMBERS, profiles=False)
    with ExitStack() as stack:
        urls = [stack.enter_context(databases.copied(MEMBERS)) for _ in range(3)]
        stack.enter_context(on_one_core())
        turns = asyncio.run(_measure(*urls))
    yield ratio(f"{databases.name}: paid reaction", turns, AIM)
    yield per_second(f"{databases.name}: paid reactions per second", turns)


async def _measure(first: str, second: str, third: str) -> Turns:
    """Record all rounds on the first of three equal databases, then take turns on the others."""
    sent = await _record(first)
    async with _ours(second) as (_, react), _ours(third), replaying(third) as replay:
        gc.collect()
        gc.freeze()  # as main.py does: what was imported is no garbage to look through
        taken: tuple[list[Sample], list[Sample]] = ([], [])
        for number, messages in enumerate(_rounds()):
            sides = (
                partial(_timed, react, messages),
                partial(_timed, replay, [sent[message] for message in messages]),
            )
            for side in (0, 1) if number % 2 == 0 else (1, 0):
                taken[side].append(await sides[side]())
    return Turns(tuple(taken[0][1:]), tuple(taken[1][1:]))


async def _record(url: str) -> list[Transaction]:
    sent = []
    async with _ours(url) as (engine, react):
        for message in (message for messages in _rounds() for message in messages):
            with recorded(engine) as transaction:
                await react(message)
            sent.append(transaction)
    return sent


def _rounds() -> list[range]:
    return [range(number * MEMBERS, (number + 1) * MEMBERS) for number in range(ROUNDS)]


async def _timed(do: Callable[[T], Awaitable[None]], things: range | list[T]) -> Sample:
    started = perf_counter()
    for thing in things:
        await do(thing)
    return Sample((perf_counter() - started) / len(things))


@asynccontextmanager
async def _ours(url: str) -> AsyncIterator[tuple[AsyncEngine, React]]:
    engine = create_engine(parse_database_url(url))
    bot = Bot("42:BENCH")
    try:
        service = BootstrapService(engine, load_manifest())
        await service.run()
        await lift_the_limit(engine)
        async with DeliveryQueue(bot) as outbox:
            yield engine, _reacting(build_dispatcher(engine, service, outbox), bot)
    finally:
        await bot.session.close()
        await engine.dispose()


async def lift_the_limit(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE bot_config SET max_reactions_per_day = 1000000")
        # Nothing shall be announced: sending is not what is measured, and nobody listens.
        await connection.exec_driver_sql("UPDATE rewards SET is_active = false")
        await connection.exec_driver_sql("UPDATE bot_config SET level_formula = '1'")


def _reacting(dispatcher: Dispatcher, bot: Bot) -> React:
    async def react(message_id: int) -> None:
        user_id = message_id % MEMBERS + 1
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
