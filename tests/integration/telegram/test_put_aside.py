"""Updates that always fail are put aside, are never lost, and never stop the rest."""

import asyncio
import json

import pytest
from sqlalchemy import text

from bot.gamification.context import EconomyContext
from bot.gamification.failed_updates import FailedUpdate, read_failed_updates
from bot.telegram.client import Backoff
from bot.telegram.failures import (
    MOST_IN_A_ROW,
    MOST_TRIES,
    MOST_TRIES_IN_DOUBT,
    UpdateFailures,
    failures_of,
)
from tests.support.database import run_sql
from tests.support.dispatching import Dispatching
from tests.support.economy import ANA, LiveEconomy, count_rows
from tests.support.gate import Gate
from tests.support.live_bot import LiveBot
from tests.support.updates import command, reaction, user

PAY = "bot.telegram.routers.reactions.react"


async def fail(*_: object) -> None:
    """Fail as nobody foresaw."""
    raise ZeroDivisionError("there is \0 nothing")


@pytest.fixture
def failing(telegram: Dispatching, monkeypatch: pytest.MonkeyPatch) -> Dispatching:
    """Let every reaction fail, and nothing else."""
    monkeypatch.setattr(PAY, fail)
    return telegram


async def put_aside_in(live: LiveEconomy) -> list[FailedUpdate]:
    async with live.engine.connect() as connection:
        return await read_failed_updates(connection)


async def test_stored_as_it_came(live: LiveEconomy, failing: Dispatching) -> None:
    """What it was, why and how often it failed is kept, whatever characters are in it."""
    update = reaction(1, user(ANA, first_name="A\0na 💋"))

    await failing.until_done(update)

    (stored,) = await put_aside_in(live)
    assert (update.update_id, "message_reaction", MOST_TRIES) == (
        *(stored.update_id, stored.kind),
        stored.attempts,
    )
    assert "ZeroDivisionError: there is  nothing" == stored.error
    assert "A\0na 💋" == stored.content["message_reaction"]["user"]["first_name"]
    assert json.dumps(stored.as_json())
    assert 0 == await count_rows(live.engine, "users")


async def test_comes_again(live: LiveEconomy, failing: Dispatching) -> None:
    """What was put aside and could not be confirmed comes again, and is the same row."""
    update = reaction(1, user(ANA))
    for _ in range(2):
        await failing.until_done(update)

    assert [2 * MOST_TRIES] == [one.attempts for one in await put_aside_in(live)]


async def test_content_that_no_column_takes(
    live: LiveEconomy, telegram: Dispatching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the database can never hold is put aside at once."""

    async def break_a_check(economy: EconomyContext, *_: object) -> None:
        await economy.connection.execute(text("INSERT INTO bot_config (id) VALUES (2)"))

    monkeypatch.setattr(PAY, break_a_check)
    await telegram.until_done(reaction(1, user(ANA)))

    (stored,) = await put_aside_in(live)
    assert 1 == stored.attempts


async def test_cannot_be_written(
    live: LiveEconomy, failing: Dispatching, caplog: pytest.LogCaptureFixture
) -> None:
    """An update that cannot be stored is not confirmed either; it is, once that is mended."""
    update = reaction(1, user(ANA))
    await run_sql(live.engine, "ALTER TABLE failed_updates RENAME TO elsewhere")
    done = [await failing.process(update) for _ in range(2 * MOST_TRIES)]
    await run_sql(live.engine, "ALTER TABLE elsewhere RENAME TO failed_updates")

    assert [False] * 2 * MOST_TRIES == done
    assert "could not be put aside and waits: " in caplog.text
    assert await failing.process(update)
    assert 1 == len(await put_aside_in(live))


@pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
async def test_several_at_once(live: LiveEconomy, failing: Dispatching) -> None:
    """By webhook others come in between; each update's tries are its own."""
    updates = [reaction(number, user(ANA)) for number in range(2)]

    done = [[await failing.process(one) for one in updates] for _ in range(MOST_TRIES)]

    assert [[False, False]] * (MOST_TRIES - 1) + [[True, True]] == done


@pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
async def test_one_is_no_reason_to_restart(failing: Dispatching) -> None:
    """An update put aside says nothing of the bot; several with nothing handled in between do."""
    failures = failures_of(failing.dispatcher)
    stuck = []
    for number in range(MOST_IN_A_ROW):
        await failing.until_done(reaction(number, user(number + 1)))
        stuck.append(failures.stuck)
    await failing.until_done(command("/help", user(ANA)))

    assert [None] * (MOST_IN_A_ROW - 1) == stuck[:-1]
    assert "ZeroDivisionError: there is  nothing" == stuck[-1]
    assert failures.stuck is None


@pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
async def test_all_that_comes_is_hardly_poison(
    live: LiveEconomy, telegram: Dispatching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What several members' updates meet is the database's fault until one is handled again."""

    async def break_a_check(economy: EconomyContext, *_: object) -> None:
        await economy.connection.execute(text("INSERT INTO bot_config (id) VALUES (2)"))

    monkeypatch.setattr(PAY, break_a_check)
    alone = [await telegram.process(reaction(one, user(ANA))) for one in range(2 * MOST_IN_A_ROW)]
    others = range(1, MOST_IN_A_ROW)
    at_once = [await telegram.process(reaction(one, user(one))) for one in others]
    doubtful, next_one = reaction(98, user(ANA)), reaction(99, user(ANA))
    waiting = [await telegram.process(doubtful) for _ in range(MOST_TRIES_IN_DOUBT - 1)]
    stuck = failures_of(telegram.dispatcher).stuck
    at_last = await telegram.process(doubtful)
    before = await telegram.process(next_one)
    await telegram.until_done(command("/help", user(ANA)))
    after = await telegram.process(next_one)

    assert [True] * 2 * MOST_IN_A_ROW == alone
    assert [True] * (MOST_IN_A_ROW - 1) == at_once
    assert [False] * (MOST_TRIES_IN_DOUBT - 1) == waiting
    assert [True, False, True] == [at_last, before, after]
    assert stuck is not None
    tried = [1] * (len(alone) + len(at_once)) + [MOST_TRIES_IN_DOUBT, 2]
    assert sorted(tried) == sorted(one.attempts for one in await put_aside_in(live))


async def test_connection_that_cannot_be_opened(live: LiveEconomy) -> None:
    """While others are open and well it is the database's fault; a file is a handler's."""
    failures = UpdateFailures(live.engine)
    refused, missing = ConnectionRefusedError(111, "refused"), FileNotFoundError(2, "no", "a.png")

    first, second = reaction(1, user(ANA)), reaction(2, user(ANA))
    waiting = [await failures.failed(first, refused) for _ in range(2 * MOST_TRIES)]
    done = [await failures.failed(second, missing) for _ in range(MOST_TRIES)]

    assert [False] * 2 * MOST_TRIES == waiting
    assert [*[False] * (MOST_TRIES - 1), True] == done


async def test_poison_does_not_stop_the_rest(bot: LiveBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """By polling, the updates behind it are handled after its last attempt."""
    monkeypatch.setattr(Backoff, "wait", lambda *_: asyncio.sleep(0.01))
    gate = Gate()
    telegram = bot.server.telegram
    gate.errors, gate.whose = [ZeroDivisionError()] * MOST_TRIES, telegram.luis.id
    bot.dispatcher.update.middleware(gate)
    telegram.say(telegram.luis, telegram.private(telegram.luis), "/daily")

    (gift,) = await bot.say(telegram.ana, "/daily")

    (sorry,) = bot.answers(telegram.private(telegram.luis))
    assert ("🎁", "Algo ha salido mal") == (gift.text[:1], sorry.text[:18])
    assert {telegram.ana.id: 50} == await bot.balances()
    assert MOST_TRIES + 1 == gate.entered
