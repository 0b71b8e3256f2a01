"""Replicas by webhook behind a balancer, renewed one after the other, on one PostgreSQL."""

import asyncio
import os
import random
from pathlib import Path

from tests.support.replicas import paid_reactions, reactions, replicas_on

REPLICAS = 3
#: As many as are paid on one day.
MESSAGES = range(1, 21)
#: REPLICA_REACTIONS=8000 makes an afternoon of it.
MEMBERS = int(os.environ.get("REPLICA_REACTIONS", "240")) // len(MESSAGES)


async def test_rolling_restart(postgresql_url: str, tmp_path: Path) -> None:
    """Each reaction is paid once, though each comes twice and every replica is stopped once."""
    once = reactions(MEMBERS, MESSAGES)
    twice = once + random.Random(7).sample(once, len(once))
    size = len(twice) // (2 * REPLICAS)
    shares = [twice[n * size : (n + 1) * size] for n in range(2 * REPLICAS)]
    shares[-1] += twice[2 * REPLICAS * size :]

    async with replicas_on(postgresql_url, tmp_path) as replicas:
        balancer = replicas.balancer
        running = await asyncio.gather(*(replicas.started() for _ in range(REPLICAS)))
        balancer.ports = [port for port, _ in running]
        for place, (_, replica) in enumerate(running):
            # One half comes while the next one starts, the other while the last one stops.
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(balancer.deliver(shares[2 * place]))
                port, _ = await replicas.started()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(balancer.deliver(shares[2 * place + 1]))
                replica.terminate()
                assert 0 == (await replica.ended()).exit_code
                balancer.ports[place] = port

    paid = await paid_reactions(postgresql_url)
    assert len(once) == len(paid) == len({reference for _, reference, _ in paid})
