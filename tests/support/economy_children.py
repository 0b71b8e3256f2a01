"""The work of the processes in the economy's race. Runs in the child, never in the test."""

import asyncio
from collections import Counter
from multiprocessing.connection import Connection
from threading import Barrier

from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from tests.support.economy import LiveEconomy


def burst(connection: Connection, barrier: Barrier, url: str, reward_id: int) -> None:
    """At the same moment as the others, make every move there is, and send what came of it."""
    barrier.wait()
    connection.send(asyncio.run(_burst(url, reward_id)))


async def _burst(url: str, reward_id: int) -> Counter[str]:
    engine = create_engine(parse_database_url(url))
    try:
        live = LiveEconomy(engine)
        moves = [
            *(live.react(number) for number in range(30)),
            *(live.claim(reward_id) for _ in range(5)),
            *(live.take_gift() for _ in range(5)),
            *(live.move(3, f"grant:{number}") for number in range(5)),
        ]
        results = await asyncio.gather(*moves, return_exceptions=True)
        return Counter(type(result).__name__ for result in results)
    finally:
        await engine.dispose()
