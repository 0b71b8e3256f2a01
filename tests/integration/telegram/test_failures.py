"""Failures in a handler: nothing is changed, the update is put aside, the member hears it."""

import pytest
from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, MessageReactionUpdated

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.failed_updates import FailedUpdate, read_failed_updates
from bot.gamification.ledger import LedgerEntry, post
from bot.gamification.types import TransactionType
from bot.telegram.failures import MOST_TRIES
from bot.telegram.filters import IsMember
from tests.support.dispatching import Dispatching
from tests.support.economy import ANA, LiveEconomy, count_rows
from tests.support.updates import command, press, reaction, showing, user

SORRY = "Algo ha salido mal y no se ha cambiado nada. Inténtalo de nuevo en un momento."
SORRY_EN = "Something went wrong and nothing was changed. Try again in a moment."


async def put_aside_in(live: LiveEconomy) -> list[FailedUpdate]:
    async with live.engine.connect() as connection:
        return await read_failed_updates(connection)


pytestmark = pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)


@pytest.fixture
def failing(telegram: Dispatching) -> Dispatching:
    """Add handlers that pay 5 besitos and then fail."""
    router = Router()

    async def pay_and_fail(_event: object, economy: EconomyContext, account: Account) -> None:
        await post(economy, account, [LedgerEntry(5, TransactionType.ADMIN_GRANT, "fail")])
        raise ZeroDivisionError

    async def command_fails(message: Message, economy: EconomyContext, account: Account) -> None:
        await pay_and_fail(message, economy, account)

    async def press_fails(query: CallbackQuery, economy: EconomyContext, account: Account) -> None:
        await pay_and_fail(query, economy, account)

    async def reaction_fails(
        event: MessageReactionUpdated, economy: EconomyContext, account: Account
    ) -> None:
        await pay_and_fail(event, economy, account)

    router.message.register(command_fails, Command("fail"), IsMember())
    router.callback_query.register(press_fails, IsMember())
    telegram.dispatcher.include_router(router)
    # Before the bot's own routers, the last of which answers every button that is left over.
    telegram.dispatcher.sub_routers.insert(0, telegram.dispatcher.sub_routers.pop())
    return telegram


async def test_command(
    live: LiveEconomy, failing: Dispatching, caplog: pytest.LogCaptureFixture
) -> None:
    """The booking is rolled back each time, one apology is sent, the operator reads one trace."""
    update = command("/fail", user(ANA))

    answers = await failing.until_done(update)

    assert [SORRY] == [one.text for one in answers]  # type: ignore[attr-defined]
    assert [] == await live.ledger()
    failed, put_aside = [one for one in caplog.records if one.levelname == "ERROR"]
    assert failed.exc_info is not None
    assert failed.exc_info[0] is ZeroDivisionError
    assert (
        f"update {update.update_id} is put aside after 5 attempts (ZeroDivisionError); "
        "`python main.py updates` lists it"
    ) == put_aside.message
    (stored,) = await put_aside_in(live)
    assert (update.update_id, "message", "ZeroDivisionError", MOST_TRIES) == (
        *(stored.update_id, stored.kind, stored.error),
        stored.attempts,
    )
    assert "/fail" == stored.content["message"]["text"]


async def test_press(live: LiveEconomy, failing: Dispatching) -> None:
    """A press that fails is answered by an alert."""
    (answer,) = await failing.until_done(press("fail", user(ANA), showing("fail")))

    assert (SORRY, True) == (answer.text, answer.show_alert)  # type: ignore[attr-defined]
    assert [] == await live.ledger()


async def test_newcomer_is_not_half_registered(live: LiveEconomy, failing: Dispatching) -> None:
    """Somebody whose first update fails is registered by their second."""
    await failing.until_done(command("/fail", user(ANA)))
    (answer,) = await failing.texts(command("/daily", user(ANA)))

    assert answer.startswith("🎁")
    assert 50 == (await live.account()).balance


@pytest.mark.parametrize("language", ["en", "en-GB", "en-us"])
async def test_english_apology(failing: Dispatching, language: str) -> None:
    """Whoever gets English otherwise gets it here, too."""
    who = user(ANA, language_code=language)

    welcome, *_ = await failing.texts(command("/start", who))
    (sorry,) = await failing.until_done(command("/fail", who))

    assert welcome.startswith("Hi, ")
    assert SORRY_EN == sorry.text  # type: ignore[attr-defined]


async def test_failed_reaction_is_silent(
    live: LiveEconomy,
    telegram: Dispatching,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A reaction that fails halfway pays nothing and bothers nobody; sent again it is paid."""

    async def fail(*_: object) -> bool:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("bot.gamification.reactions.save_streak", fail)
        answers = await telegram.until_done(reaction(1, user(ANA)))
    unpaid = await live.ledger()
    await telegram.feed(reaction(1, user(ANA)))

    assert ([], []) == (answers, unpaid)
    assert 25 == (await live.account()).balance


@pytest.mark.parametrize(
    "data",
    [
        "top:-1",
        f"top:{ANA}:-1",
        f"top:{ANA}:{10**30}",
        f"history:{ANA}:{10**18}",
        f"history:{ANA}:-1",
        f"rewards:{ANA}:{10**6}",
        "top:1",
    ],
)
async def test_forged_pages(live: LiveEconomy, telegram: Dispatching, data: str) -> None:
    """Page numbers that do not exist get an answer and no error, should one ever get through."""
    answers = await telegram.texts(press(data, user(ANA), showing(data)))

    assert answers
    assert SORRY not in answers


@pytest.mark.parametrize(
    "language",
    ["es", "fr", "pt-br", "xx", "en_US", "de_DE", "classic-zh-cn", "", None],
)
async def test_spanish_by_default(telegram: Dispatching, language: str | None) -> None:
    """Whoever's language we do not have reads Spanish."""
    (welcome,) = await telegram.texts(command("/start", user(ANA, language_code=language)))

    assert welcome.startswith("¡Hola, Member 1001!")


async def test_rule_that_changed_a_moment_ago(live: LiveEconomy, telegram: Dispatching) -> None:
    """An update that meets a new formula halfway is done once more by it, and paid once."""
    await telegram.feed(reaction(1, user(ANA)))
    await live.edit_by_sql("UPDATE bot_config SET level_formula = 'total_earned // 10 + 1'")

    await telegram.feed(reaction(2, user(ANA)))

    live.rules.invalidate()
    account = await live.account()
    assert (30, 4) == (account.balance, account.level)


async def test_names_without_escapes(live: LiveEconomy, telegram: Dispatching) -> None:
    """A name that would command a terminal is stored without its escapes, once and for all."""
    hostile = user(ANA, first_name="A\x1b[2Jna\x00\nB", username="a\x07b", language_code="e\x00s")
    for _ in range(2):
        await telegram.feed(command("/start", hostile))

    stored = "first_name = 'A[2Jna B' AND username = 'ab' AND language_code = 'es'"
    assert 1 == await count_rows(live.engine, "users", stored)


async def test_telegrams_own_account(live: LiveEconomy, telegram: Dispatching) -> None:
    """Channel posts that Telegram forwards into a group make nobody a member."""
    await telegram.feed(command("/start", user(777000)))

    assert 0 == await count_rows(live.engine, "users", "user_id = 777000")
