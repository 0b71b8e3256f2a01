"""Lanes of updates: one member's in order, several members' at once."""

import asyncio
from collections import defaultdict

import pytest
from aiogram.types import Update

from bot.telegram.client import Backoff
from bot.telegram.lanes import Lanes, concurrency, lane_of
from tests.support.updates import command, copied, reaction, user
from tests.support.waiting import until


class Work:
    """Handles an update when it is told to."""

    def __init__(self) -> None:
        """Nothing is allowed yet."""
        self.begun: list[int] = []
        self.handled: list[int] = []
        self.failures: dict[int, int] = defaultdict(int)
        self.free = asyncio.Event()

    async def __call__(self, update: Update) -> bool:
        """Wait until free; fail as often as told."""
        self.begun.append(update.update_id)
        await self.free.wait()
        if self.failures[update.update_id]:
            self.failures[update.update_id] -= 1
            return False
        self.handled.append(update.update_id)
        return True


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon."""
    monkeypatch.setattr(Backoff, "wait", lambda *_: asyncio.sleep(0))


async def test_one_member_in_order_and_several_at_once() -> None:
    """The first of each lane is at work, and the second only after it."""
    work = Work()
    first, second, others = (command("/help", user(who)) for who in (1, 1, 2))

    async with Lanes(work, asyncio.Event(), at_once=5) as lanes:
        for update in (first, second, others):
            lanes.put(update)
        await until(lambda: work.begun)
        begun = list(work.begun)
        work.free.set()
        await until(lambda: len(work.handled) == 3)

    assert [first.update_id, others.update_id] == begun
    assert second.update_id == work.handled[-1]


async def test_no_more_than_so_many() -> None:
    """Whoever comes when all hands are full waits, and the oldest goes first."""
    work = Work()
    updates = [command("/help", user(who)) for who in range(1, 6)]

    async with Lanes(work, asyncio.Event(), at_once=2) as lanes:
        for update in updates:
            lanes.put(update)
        await until(lambda: work.begun)
        begun = len(work.begun)
        work.free.set()
        await until(lambda: len(work.handled) == 5)

    assert 2 == begun
    assert [update.update_id for update in updates] == work.begun


async def test_failure_stops_its_own_lane_alone() -> None:
    """An update that fails comes again before the next of its member; others go on meanwhile."""
    work = Work()
    work.free.set()
    first, second, others = (command("/help", user(who)) for who in (1, 1, 2))
    work.failures[first.update_id] = 3

    async with Lanes(work, asyncio.Event()) as lanes:
        for update in (first, second, others):
            lanes.put(update)
        await until(lambda: len(work.handled) == 3)

    assert [others.update_id, first.update_id, second.update_id] == work.handled


async def test_whoever_looks_at_the_chat_goes_before_reactions() -> None:
    """Reactions leave a place free, and are overtaken by an answer that somebody waits for."""
    work = Work()
    reactions = [reaction(1, user(who)) for who in range(1, 9)]
    asked = command("/profile", user(99))

    async with Lanes(work, asyncio.Event(), at_once=3) as lanes:
        for update in (*reactions, asked):
            lanes.put(update)
        await until(lambda: len(work.begun) == 3)
        begun = list(work.begun)
        work.free.set()
        await until(lambda: len(work.handled) == 9)

    assert {reactions[0].update_id, reactions[1].update_id, asked.update_id} == set(begun)


async def test_reactions_wait_for_older_copies() -> None:
    """A reaction may be to a copy of a channel post that came before, and is paid for the post."""
    work = Work()
    copies = [copied(70, 7), copied(80, 8)]
    before, after = reaction(60, user(1)), reaction(80, user(2))

    async with Lanes(work, asyncio.Event(), at_once=8) as lanes:
        for update in (before, *copies, after):
            lanes.put(update)
        await until(lambda: len(work.begun) == 2)
        begun = list(work.begun)
        work.free.set()
        await until(lambda: len(work.handled) == 4)

    assert {before.update_id, copies[0].update_id} == set(begun)
    assert after.update_id == work.handled[-1]


async def test_a_failing_copy_keeps_nobody_waiting() -> None:
    """Other people's reactions go on while a copy cannot be written down."""
    work = Work()
    work.free.set()
    copy, after = copied(70, 7), reaction(80, user(2))
    work.failures[copy.update_id] = 3

    async with Lanes(work, asyncio.Event(), at_once=8) as lanes:
        for update in (copy, after):
            lanes.put(update)
        await until(lambda: len(work.handled) == 2)

    assert [after.update_id, copy.update_id] == work.handled


async def test_stop_begins_nothing() -> None:
    """What is at work is finished; what waits is left to the next process."""
    work, stop = Work(), asyncio.Event()
    first, second = (command("/help", user(1)) for _ in range(2))

    async with Lanes(work, stop) as lanes:
        lanes.put(first)
        lanes.put(second)
        await until(lambda: work.begun)
        stop.set()
        work.free.set()

    assert [first.update_id] == work.handled
    assert [first.update_id] == work.begun


async def test_who_gives_up_cancels_what_is_at_work() -> None:
    """A stop that takes too long leaves no task behind."""
    work = Work()

    async def stopped() -> None:
        async with Lanes(work, asyncio.Event()) as lanes:
            lanes.put(command("/help", user(1)))

    stopping = asyncio.create_task(stopped())
    await until(lambda: work.begun)
    stopping.cancel()
    await asyncio.wait([stopping])

    assert stopping.cancelled()
    assert 1 == len(asyncio.all_tasks())


async def test_bug_is_not_kept_quiet() -> None:
    """An error that nobody has expected ends the polling instead of a lane."""

    async def fail(_: Update) -> bool:
        raise ZeroDivisionError

    async with Lanes(fail, asyncio.Event()) as lanes:
        lanes.put(command("/help", user(1)))
        await asyncio.sleep(0.01)
        with pytest.raises(ZeroDivisionError):
            lanes.put(command("/help", user(1)))


def test_lanes_are_members_or_chats() -> None:
    """An anonymous admin's reactions keep the order of their chat, one without either none."""
    nobody = Update.model_validate({"update_id": 7})

    assert [5, ("chat", -100), ("update", 7)] == [
        lane_of(reaction(1, user(5))),
        lane_of(reaction(1, None)),
        lane_of(nobody),
    ]


@pytest.mark.parametrize(
    ("backend", "pool_size", "expected"),
    [("sqlite", 15, 1), ("postgresql", 15, 13), ("postgresql", 2, 1), ("postgresql", 1, 1)],
)
def test_as_many_as_the_pool_has(backend: str, pool_size: int, expected: int) -> None:
    """Two connections are left to heartbeat, outbox and health; SQLite has one writer."""
    assert expected == concurrency(backend, pool_size)
