"""The database's file goes away under the running bot, or a part of its schema between two."""

import json
from pathlib import Path

import pytest

from sandbox import SandboxServer
from tests.support import bare_sqlite
from tests.support.programs import RunningBot, run_main


async def test_deleted_file_ends_the_bot(tmp_path: Path) -> None:
    """It pays nobody into a file that is gone; the exit code and a sentence say so."""
    async with SandboxServer() as server:
        settings = {"BOT_TOKEN": server.token, "TELEGRAM_API_URL": server.url}
        async with RunningBot(tmp_path, **settings) as bot:
            await bot.until(server.calls.wait_for("getUpdates", timeout=60))
            (tmp_path / "besitos.db").unlink()
            ended = await bot.ended()

    assert (1, "") == (ended.exit_code, ended.stdout)
    (sentence,) = ended.sentences
    assert f"{tmp_path / 'besitos.db'} was deleted or replaced while the bot ran" in sentence


@pytest.mark.parametrize("lost", [["-wal"], ["-wal", "-shm"]])
async def test_deleted_log_ends_the_bot(tmp_path: Path, lost: list[str]) -> None:
    """It ends before more is paid into nothing, and what was paid stays."""
    file = tmp_path / "besitos.db"
    async with SandboxServer() as server:
        settings = {"BOT_TOKEN": server.token, "TELEGRAM_API_URL": server.url}
        telegram = server.telegram
        async with RunningBot(tmp_path, **settings) as bot:
            await bot.until(server.calls.wait_for("getUpdates", timeout=60))
            telegram.say(telegram.ana, telegram.private(telegram.ana), "/daily")
            await bot.until(server.calls.wait_for("sendMessage", timeout=60))
            for end in lost:
                file.with_name(f"{file.name}{end}").unlink()
            ended = await bot.ended()

    (sentence,) = ended.sentences
    assert (1, True) == (ended.exit_code, f"{file}-wal was deleted or replaced" in sentence)
    assert 0 == run_main(tmp_path, "seed", "status").exit_code
    assert [(50,)] == bare_sqlite.query(file, "SELECT amount FROM transactions")


def test_status_of_a_schema_with_gaps(tmp_path: Path) -> None:
    """What a start makes again is exit code 3, what it refuses is 1, with its sentence."""
    file = tmp_path / "besitos.db"
    assert 0 == run_main(tmp_path, "seed", "apply").exit_code
    bare_sqlite.execute(file, "DROP TABLE user_reactions", "DROP TABLE rewards")

    status = run_main(tmp_path, "seed", "status", "--json")
    shown = run_main(tmp_path, "seed", "status")
    plan = run_main(tmp_path, "seed", "plan")
    applied = run_main(tmp_path, "seed", "apply")
    whole = run_main(tmp_path, "seed", "status", "--json")

    gaps = ["create the table rewards", "create the table user_reactions"]
    assert (3, gaps) == (status.exit_code, json.loads(status.stdout)["repairs"])
    assert (3, True) == (shown.exit_code, gaps[0] in shown.stdout)
    assert all(words in plan.stdout and words in applied.stdout for words in gaps)
    assert (0, []) == (whole.exit_code, json.loads(whole.stdout)["pending"])

    bare_sqlite.execute(file, "ALTER TABLE user_streaks RENAME COLUMN longest TO other")
    refused = run_main(tmp_path, "seed", "status", "--json")

    assert (1, "") == (refused.exit_code, refused.stdout)
    (sentence,) = refused.sentences
    assert "the column user_streaks.longest is missing" in sentence
