"""Reactions by webhook: the bot's CPU against an earlier release, four processes against one."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from pathlib import Path

from bench.community import GROUPS, Community
from bench.databases import Databases
from bench.measure import ROOT, Sample, Turns
from bench.releases import unpack
from bench.report import Figure, per_second, ratio
from sandbox import SandboxServer

#: The release before anything was done about this.
BEFORE = "f8902991e810162b3d666df8e43b4b6b387a2ae6"
PAIRS = 8
#: Newcomers and reactions in one sample: the CPU's ticks are of 10 ms.
NEWCOMERS, REACTIONS = 60, 250
PROCESSES = 4
#: Reactions in one sample of the clock's.
MANY = 400
#: Of the CPU; and of the time per reaction, where that is 1.6 times as many in a second.
AIM, PROCESSES_AIM = 0.75, 1 / 1.6

Take = Callable[[], Awaitable[Sample]]


def measure(databases: Databases) -> Iterator[Figure]:
    """Give the ratios of CPU and of throughput; SQLite has one writer at a time."""
    if databases.name == "SQLite":
        return
    with ExitStack() as stack:
        before = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="besitos-before-")))
        releases = [ROOT]
        if unpack(BEFORE, before):
            releases.append(before)
        else:
            sys.stderr.write(
                f"webhook: git has no commit {BEFORE[:7]} here, so nothing is compared with it; "
                "`git fetch --unshallow` brings it\n"
            )
        urls = [stack.enter_context(databases.empty()) for _ in releases]
        figures = asyncio.run(_measure(list(zip(releases, urls, strict=True))))
    yield from figures


async def _measure(releases: Sequence[tuple[Path, str]]) -> list[Figure]:
    async with AsyncExitStack() as stack:
        sides = []
        for release, url in releases:
            server = await stack.enter_async_context(SandboxServer())
            sides.append(Community(server, url, release))
            await stack.enter_async_context(sides[-1].more_bots(1))
        for side in sides:  # chats are written down, statements prepared
            await side.welcome(len(GROUPS))
        newcomers = await _in_turns([partial(side.welcome, NEWCOMERS) for side in sides])
        await asyncio.gather(*(side.lift_the_limit() for side in sides))
        for side in sides:
            await side.react(REACTIONS)
        reactions = await _in_turns([partial(side.react, REACTIONS) for side in sides])
        ours = sides[0]
        await stack.enter_async_context(ours.more_bots(PROCESSES - 1))
        await ours.hurry(MANY, PROCESSES)
        at_once = await _in_turns([partial(ours.hurry, MANY, bots) for bots in (PROCESSES, 1)])
        for side in sides:
            await side.check()
    where = "PostgreSQL, by webhook"
    figures = []
    if len(sides) > 1:
        figures = [
            ratio(f"{where}: CPU for a reaction against {BEFORE[:7]}", reactions, AIM),
            ratio(f"{where}: CPU for a newcomer against {BEFORE[:7]}", newcomers, AIM),
        ]
    return [
        *figures,
        ratio(f"{where}: a reaction, {PROCESSES} processes against one", at_once, PROCESSES_AIM),
        per_second(f"{where}: reactions per second, {PROCESSES} processes", at_once),
    ]


async def _in_turns(sides: Sequence[Take]) -> Turns:
    """Take samples of both sides, each going first every other time; of one side for nothing."""
    taken: list[list[Sample]] = [[] for _ in sides]
    for number in range(PAIRS):
        for side in range(len(sides)) if number % 2 == 0 else reversed(range(len(sides))):
            taken[side].append(await sides[side]())
    return Turns(tuple(taken[0]), tuple(taken[-1]))
