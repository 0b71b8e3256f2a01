"""Updates that waited for the bot: their own dates decide, and what they cost."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.dispatching import Dispatching, dispatching
from tests.support.economy import Clock, LiveEconomy
from tests.support.live_bot import live_bot
from tests.support.seeded import SeededDatabases
from tests.support.statements import of_plain_reaction, recorded
from tests.support.updates import command, press, reaction, showing, user

ANA = user(1001)
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)
YESTERDAY = int((MIDNIGHT - timedelta(minutes=10)).timestamp())
TODAY = int((MIDNIGHT + timedelta(minutes=5)).timestamp())


@pytest.fixture
def clock() -> Clock:
    """Set the bot's clock to ten past midnight."""
    return Clock(MIDNIGHT + timedelta(minutes=10))


@pytest.fixture
async def telegram(live: LiveEconomy, clock: Clock) -> AsyncIterator[Dispatching]:
    """Put the real dispatcher on top of `live`'s database, with that clock for both."""
    live.clock = clock
    async with dispatching(live.engine, clock=clock) as telegram:
        yield telegram


async def test_reactions_of_yesterday(live: LiveEconomy, telegram: Dispatching) -> None:
    """Twenty of 23:50 handled after midnight, and five of today: 167 besitos."""
    for message_id in range(25):
        date = YESTERDAY if message_id < 20 else TODAY
        await telegram.feed(reaction(message_id, ANA, date=date))

    assert 167 == (await live.account(1001)).balance


async def test_late_payments_cost_no_statement_more(
    live: LiveEconomy, telegram: Dispatching
) -> None:
    """As many for a late reaction as for any, one more for the first of its day, into a gap too."""
    await telegram.feed(reaction(1, ANA, date=TODAY - 48 * 3600))
    await telegram.feed(reaction(2, ANA, date=TODAY))
    costs = []
    for message_id in (3, 4):
        with recorded(live.engine) as statements:
            await telegram.feed(reaction(message_id, ANA, date=YESTERDAY))
        costs.append(len(statements))

    plain = of_plain_reaction(live.engine)
    assert [plain + 1, plain] == costs
    assert 20 + 20 + 22 + 4 * 5 == (await live.account(1001)).balance


async def test_message_and_press(telegram: Dispatching) -> None:
    """A message asks for the gift of its day, and a press, which has no date, for today's."""
    data = "gift"
    texts = [
        *await telegram.texts(command("/daily", ANA, date=YESTERDAY)),
        *await telegram.texts(command("/daily", ANA, date=YESTERDAY)),
        *await telegram.texts(press(data, ANA, showing(data))),
        *await telegram.texts(command("/daily", ANA, date=TODAY)),
    ]

    assert "Regalo diario: +50 besitos" in texts[0]
    assert "🔥 Racha de 1 día. " in texts[0]
    assert texts[0].endswith("El próximo, de 60 besitos, ya te espera.")
    assert texts[1].startswith("Ya has recogido")
    assert "50 de regalo + 10 por la racha" in "".join(texts[2:-1])
    assert "🔥 2 días seguidos. El próximo te espera desde mañana a las 00:00." in texts[-1]


async def test_whole_bot(seeded_sqlite: SeededDatabases, clock: Clock) -> None:
    """Over a local Telegram: messages that were written before midnight get that day's gift."""
    telegrams = Clock(MIDNIGHT - timedelta(days=1, minutes=10))
    async with (
        seeded_sqlite.fresh() as engine,
        live_bot(engine, lambda: telegrams().timestamp(), bots_clock=clock) as bot,
    ):
        ana, answers = bot.server.telegram.ana, []
        for _ in range(3):
            answers += await bot.say(ana, "/daily")
            telegrams.advance(days=1)
        telegrams.now = clock()
        answers += await bot.say(ana, "/daily")
        balance = (await bot.balances())[ana.id]

    assert [("🎁", "1"), ("🎁", "2"), ("🎁", "3"), ("Y", "3")] == [
        (one.text[0], streak[0])
        for one in answers
        if (streak := re.findall(r"🔥 \D*(\d+)", one.text))
    ]
    assert 50 + 60 + 60 == balance
