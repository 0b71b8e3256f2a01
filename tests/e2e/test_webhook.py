"""The real bot by webhook: the local Telegram delivers, and nobody else can."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from sandbox import SandboxServer
from tests.support import bare_sqlite
from tests.support.programs import RunningBot, free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Started:
    """A bot that listens, and its Telegram."""

    server: SandboxServer
    bot: RunningBot
    url: str
    database: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def started(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Started]:
    """Start one bot for all tests here, with an update waiting for it."""
    folder = tmp_path_factory.mktemp("webhook")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with SandboxServer() as server:
        server.faults.server_error("setWebhook", times=1)
        luis = server.telegram.luis
        server.telegram.say(luis, server.telegram.private(luis), "/help")
        settings = {
            "BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "WEBHOOK_URL": f"{url}/hook",
            "HTTP_PORT": str(port),
        }
        async with RunningBot(folder, **settings) as bot:
            await bot.until(server.calls.wait_for("setWebhook", nth=2, answered=True, timeout=60))
            yield Started(server, bot, url, folder / "besitos.db")


async def test_telegram_that_is_busy_is_asked_again(started: Started) -> None:
    """A bad moment of Telegram's when the webhook is set does not end the bot."""
    assert "the webhook could not be set yet" in started.bot.log


async def test_update_from_before_the_start_is_delivered(started: Started) -> None:
    """What members said while the bot was away is answered."""
    chat = started.server.telegram.private(started.server.telegram.luis)

    answer = await started.server.telegram.wait_for_message(chat)

    assert "/profile" in answer.text


async def test_member_is_registered_and_answered(started: Started) -> None:
    """An update by webhook does what one by polling does, and nothing is ever polled."""
    member = started.server.telegram.add_member("Eva 💋")
    chat = started.server.telegram.private(member)
    started.server.telegram.say(member, chat, "/start")

    answer = await started.server.telegram.wait_for_message(chat, after=1)

    assert "¡Hola, Eva 💋!" in answer.text
    assert [("Eva 💋",)] == bare_sqlite.query(
        started.database,
        "SELECT first_name FROM users JOIN user_gamification_profiles USING (user_id)"
        " WHERE user_id = ?",
        member.id,
    )
    assert [] == started.server.calls.all("getUpdates")


@pytest.mark.parametrize("secret", [None, "", "wrong"])
async def test_stranger_is_refused(started: Started, secret: str | None) -> None:
    """Without the secret it takes no update, whoever that claims to be from."""
    update = {
        "update_id": 1,
        "message": {
            "message_id": 1,
            "date": 1,
            "chat": {"id": 666, "type": "private", "first_name": "Mallory"},
            "from": {"id": 666, "is_bot": False, "first_name": "Mallory"},
            "text": "/start",
        },
    }
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}

    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{started.url}/hook", json=update, headers=headers) as response,
    ):
        assert 401 == response.status
    assert [] == bare_sqlite.query(started.database, "SELECT * FROM users WHERE user_id = 666")


async def test_health(started: Started) -> None:
    """A load balancer can ask whether the bot and its database are well."""
    async with aiohttp.ClientSession() as session, session.get(f"{started.url}/health") as response:
        assert (200, {"status": "ok"}) == (response.status, await response.json())


async def test_sigterm_ends_it(started: Started) -> None:
    """The last test here: it stops with exit code 0, and keeps its webhook for the next start."""
    started.bot.terminate()
    stopped = await started.bot.ended()

    assert (0, "", []) == (stopped.exit_code, stopped.stdout, stopped.sentences)
    assert [] == started.server.calls.all("deleteWebhook")
    assert 1 == stopped.stderr.count("bootstrap seeded")
