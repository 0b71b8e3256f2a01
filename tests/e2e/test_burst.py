"""Hundreds of reactions over real long polling, with the power cut twice in between."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from sandbox import SandboxServer, User
from tests.support.programs import RunningBot
from tests.support.waiting import until

MEMBERS = 20
MESSAGES = 20  # as many as are paid on one day


async def test_every_reaction_is_paid_exactly_once(tmp_path: Path) -> None:
    """After kill -9 and a restart, twice, confirmed updates are paid and the others come again."""
    database = tmp_path / "besitos.db"
    async with SandboxServer() as server:
        settings = {
            "BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "DATABASE_URL": f"sqlite:///{database}",
        }
        async with RunningBot(tmp_path / "first", **settings) as bot:
            # Telegram keeps no reactions for a bot that has never asked for them.
            await bot.until(server.calls.wait_for("getUpdates", timeout=60))
            members = _react(server)
            await bot.until(until(lambda: _paid(database) >= 80))
            assert -signal.SIGKILL == (await bot.kill()).exit_code
        async with RunningBot(tmp_path / "second", **settings) as bot:
            await bot.until(until(lambda: _paid(database) >= 240))
            assert -signal.SIGKILL == (await bot.kill()).exit_code
        assert 240 <= _paid(database) < MEMBERS * MESSAGES
        async with RunningBot(tmp_path / "third", **settings) as bot:
            await bot.until(until(lambda: len(server.queue) == 0))
            bot.terminate()
            assert 0 == (await bot.ended()).exit_code

    assert MEMBERS * MESSAGES == _paid(database)
    assert {member.id: (MESSAGES * 5 + 20, MESSAGES * 5 + 20) for member in members} == _accounts(
        database
    )


def _react(server: SandboxServer) -> list[User]:
    """Let every member react to every message, all in one burst."""
    telegram = server.telegram
    messages = [
        telegram.say(telegram.ana, telegram.group, f"Mensaje {number}").message_id
        for number in range(MESSAGES)
    ]
    members = [telegram.add_member(f"Miembro {number}") for number in range(MEMBERS)]
    for message_id in messages:
        for member in members:
            telegram.react(member, telegram.group, message_id, ["👍"])
    return members


def _paid(database: Path) -> int:
    """Count the reactions in the ledger; none before the first start has seeded."""
    if not database.exists():
        return 0
    with closing(sqlite3.connect(database, timeout=60)) as shell:
        if not shell.execute("SELECT 1 FROM sqlite_master WHERE name = 'transactions'").fetchone():
            return 0
        (count,) = shell.execute(
            "SELECT count(*) FROM transactions WHERE type = 'REACTION'"
        ).fetchone()
    return int(count)


def _accounts(database: Path) -> dict[int, tuple[int, int]]:
    """Return balance and sum of the ledger by member, of those who have anything."""
    with closing(sqlite3.connect(database)) as shell:
        rows = shell.execute(
            """SELECT user_id, balance, sum(amount) FROM user_gamification_profiles
               JOIN transactions USING (user_id) GROUP BY user_id"""
        ).fetchall()
    return {user_id: (balance, ledger) for user_id, balance, ledger in rows}
