"""The process of a bot, before there is one."""

import gc
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.cli import run as commands
from bot.database.url import database_url
from bot.settings import Settings


def test_collector_passes_imports_by(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A full collection would look through all of aiogram's models, and stop everybody."""
    spared = []

    async def run_bot(*_: object) -> None:
        spared.append(gc.get_freeze_count())

    settings = Settings(
        bot_token=SecretStr("42:x"), database_url=SecretStr(f"sqlite:///{tmp_path / 'besitos.db'}")
    )
    monkeypatch.setattr(commands, "prepare", lambda _: (settings, database_url(settings)))
    monkeypatch.setattr("bot.app.run_bot", run_bot)
    gc.unfreeze()

    commands.run()

    assert 100_000 < spared[0]
