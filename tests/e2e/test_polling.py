"""The real bot on SQLite, by HTTP long polling against the local Telegram."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox import SandboxServer, User
from sandbox.calls import Call
from tests.support import bare_sqlite
from tests.support.markup import visible
from tests.support.programs import RunningBot
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: What a database holds once the bootstrap is through: marker, settings, rewards, revision.
WHOLE = (
    "SELECT (SELECT version FROM seed_marker), (SELECT count(*) FROM bot_config),"
    " (SELECT count(*) FROM rewards), (SELECT count(*) FROM alembic_version)"
)


@dataclass
class Started:
    """A bot that polls, its Telegram, and what its database held when it first did."""

    server: SandboxServer
    bot: RunningBot
    database: Path
    at_first_fetch: list[tuple[object, ...]] | None = None

    async def answer(self, member: User, text: str) -> str:
        """Say something in private and return the bot's answer."""
        chat = self.server.telegram.private(member)
        said = self.server.telegram.say(member, chat, text)
        answer = await self.server.telegram.wait_for_message(chat, after=said.message_id)
        return answer.text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def started(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Started]:
    """Start one bot for all tests here, on a day on which the command menu cannot be set."""
    folder = tmp_path_factory.mktemp("polling")
    async with SandboxServer() as server:
        server.faults.server_error("setMyCommands")
        settings = {"BOT_TOKEN": server.token, "TELEGRAM_API_URL": server.url}
        async with RunningBot(folder, **settings) as bot:
            started = Started(server, bot, folder / "besitos.db")

            async def look(call: Call) -> None:
                if call.method == "getUpdates" and started.at_first_fetch is None:
                    started.at_first_fetch = bare_sqlite.query(started.database, WHOLE)

            server.faults.hook = look
            await bot.until(server.calls.wait_for("getUpdates", timeout=60))
            yield started


async def test_bootstrap_is_committed_before_the_first_fetch(started: Started) -> None:
    """When the first getUpdates arrives, anybody can read the whole seed in the file."""
    assert [(2, 1, 3, 1)] == started.at_first_fetch
    assert 1 == started.bot.log.count("bootstrap seeded: seed none -> 2")


async def test_command_menu_is_no_reason_to_stop(started: Started) -> None:
    """A Telegram that fails at setMyCommands is worth a warning, and the bot polls."""
    call = await started.server.calls.wait_for("setMyCommands", answered=True)
    await until(lambda: "the command menu could not be set" in started.bot.log)

    assert (False, 500) == (call.ok, call.error_code)
    assert "WARNING" in started.bot.log


async def test_start_registers_the_member(started: Started) -> None:
    """/start is answered, and there are a user and a profile as Telegram shows the person."""
    member = started.server.telegram.add_member("José 💋", username="jose", language_code="es")

    answer = await started.answer(member, "/start")

    assert "¡Hola, José 💋!" in answer
    assert [("jose", "José 💋", "es")] == bare_sqlite.query(
        started.database,
        "SELECT username, first_name, language_code FROM users WHERE user_id = ?",
        member.id,
    )
    assert [(0, 0, 0, 1)] == bare_sqlite.query(
        started.database,
        "SELECT balance, total_earned, total_spent, level FROM user_gamification_profiles"
        " WHERE user_id = ?",
        member.id,
    )


async def test_profile_shows_balance_and_level(started: Started) -> None:
    """/profile of somebody who earned 250 says so, and how far the next level is."""
    member = started.server.telegram.add_member("Rica")
    await started.answer(member, "/start")
    bare_sqlite.execute(
        started.database,
        "UPDATE user_gamification_profiles SET balance = 250, total_earned = 250, level = 2"
        f" WHERE user_id = {member.id}",
    )

    answer = await started.answer(member, "/profile")

    assert "Rica" in answer
    assert "Saldo: 250 besitos" in answer
    assert "Nivel 2" in answer
    assert "150/300" in answer


async def test_help_names_every_command(started: Started) -> None:
    """/help lists what the bot can do."""
    answer = await started.answer(started.server.telegram.luis, "/help")

    assert {"/start", "/profile", "/help"} <= set(answer.split())


async def test_hostile_name_is_only_text(started: Started) -> None:
    """A name full of markup comes back as it is, and formats nothing."""
    eve = started.server.telegram.eve

    answers = [await started.answer(eve, "/start"), await started.answer(eve, "/profile")]

    assert [True, True] == ["<b>Eve</b> & co" in visible(answer) for answer in answers]


async def test_refused_answer_is_sent_again(started: Started) -> None:
    """An answer that meets 429 waits for as long as Telegram says, and arrives."""
    last = started.server.calls.all()[-1].number
    started.server.faults.too_many_requests("sendMessage", retry_after=1)

    answer = await started.answer(started.server.telegram.luis, "/help")

    refused, delivered = started.server.calls.all("sendMessage", after=last)
    assert "/profile" in answer
    assert (429, None) == (refused.error_code, delivered.error_code)
    assert delivered.started - refused.started >= 1


async def test_sigterm_ends_a_long_poll_at_once(started: Started) -> None:
    """The last test here: the bot stops with exit code 0 and leaves nothing open behind."""
    started.bot.terminate()
    stopped = await started.bot.ended()

    assert (0, "") == (stopped.exit_code, stopped.stdout)
    assert [] == stopped.sentences
    assert started.server.token not in stopped.stderr
    assert [] == [file.name for file in started.database.parent.glob("besitos.db-*")]
