"""The watch over the webhook: what keeps updates away is said once, and is over when they come."""

import logging

import pytest

from bot.monitoring.arrivals import Arrivals
from bot.telegram.client import create_bot
from bot.telegram.webhook_watch import WebhookWatch
from sandbox import SandboxServer
from tests.support.waiting import until_async

NOWHERE = "http://127.0.0.1:9/hook"


async def test_new_error(caplog: pytest.LogCaptureFixture) -> None:
    """An error of before the first look is old; the next is told until an update comes."""
    caplog.set_level(logging.INFO, "bot.telegram.webhook_watch")
    arrivals = Arrivals()
    async with SandboxServer() as server:
        bot = create_bot(server.token, server.url)
        watch = WebhookWatch(bot, arrivals)
        await bot.set_webhook(NOWHERE)
        await watch.look()
        well = arrivals.problem
        telegram = server.telegram
        telegram.say(telegram.ana, telegram.private(telegram.ana), "/start")

        async def has_failed() -> bool:
            return (await bot.get_webhook_info()).last_error_message is not None

        await until_async(has_failed)
        for _ in range(2):
            await watch.look()
        broken, pending = arrivals.problem, arrivals.pending
        arrivals.seen([1])
        await watch.look()
        await bot.session.close()

    assert (None, 1, None) == (well, pending, arrivals.problem)
    why = "Telegram cannot deliver to WEBHOOK_URL (Connection failed: ClientConnectorError)"
    assert why == broken
    assert [f"no update arrives: {broken}", "updates arrive again"] == caplog.messages


async def test_another_address() -> None:
    """Somebody else with the token has taken the updates."""
    arrivals = Arrivals()
    async with SandboxServer() as server:
        bot = create_bot(server.token, server.url)
        watch = WebhookWatch(bot, arrivals)
        await bot.set_webhook(NOWHERE)
        await watch.look()
        await bot.delete_webhook()
        await watch.look()
        await bot.session.close()

    assert "the webhook was removed or set to another address" in str(arrivals.problem)


async def test_no_address() -> None:
    """No webhook at all is none of ours, at the first look as well; and one set later is not."""
    arrivals = Arrivals()
    async with SandboxServer() as server:
        bot = create_bot(server.token, server.url)
        watch = WebhookWatch(bot, arrivals)
        await watch.look()
        missing = arrivals.problem
        await bot.set_webhook(NOWHERE)
        await watch.look()
        await bot.session.close()

    assert "the webhook was removed or set to another address" in str(missing)
    assert missing == arrivals.problem
