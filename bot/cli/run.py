"""The run and sandbox commands: with doctor, the only ones that import aiogram."""

import asyncio
import gc
from typing import Annotated, Final

import typer
from pydantic import SecretStr
from sqlalchemy import URL

from bot.cli.settings import given_as, prepare
from bot.database.connection import refuse_missing_folder
from bot.database.sqlite_file import refuse_memory
from bot.database.url import describe, sqlite_file
from bot.errors import BesitosError
from bot.settings import Settings, require_token, setting_doubts

#: What the sandbox plays with, unless it is told: never a community's own.
_SANDBOX_FILE: Final = "besitos-sandbox.db"


class SandboxStartError(BesitosError):
    """The local Telegram cannot start."""


def run() -> None:
    """Bootstrap the database, then answer Telegram: by polling, or by webhook if one is set."""
    settings, _ = _prepare()
    require_token(settings)
    from bot.app import run_bot  # noqa: PLC0415 - imports aiogram

    _spare_imports()
    asyncio.run(run_bot(settings, setting_doubts()))


def sandbox(
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the chat page; 0 takes a free one.")
    ] = 8081,
    database: Annotated[
        str | None,
        typer.Option(help=f"A database's address; else {_SANDBOX_FILE} here, not DATABASE_URL."),
    ] = None,
) -> None:
    """Run the same bot against a local Telegram with a chat page; no token is needed."""
    with given_as("--database"):
        settings, url = _prepare(database or f"sqlite+aiosqlite:///{_SANDBOX_FILE}")
        asyncio.run(_run_sandbox(settings, url, port))


def _prepare(database: str | None = None) -> tuple[Settings, URL]:
    settings, url = prepare(database)
    refuse_memory(url)
    refuse_missing_folder(url)
    return settings, url


def _spare_imports() -> None:
    """Let the garbage collector pass by what is imported, and lives as long as the process.

    aiogram's models alone are a quarter of a million objects: each full collection would look
    through them, and stop everybody for a quarter of a second.
    """
    gc.freeze()


def _place(url: URL) -> str:
    return str(file.absolute()) if (file := sqlite_file(url)) else describe(url)


async def _run_sandbox(settings: Settings, url: URL, port: int) -> None:
    from bot.cli.stage import StagedBot  # noqa: PLC0415 - imports aiogram
    from sandbox import SandboxError, SandboxServer  # noqa: PLC0415 - no other command needs it

    _spare_imports()
    try:
        staged = StagedBot(url, statement_timeout=settings.database_timeout)
        async with SandboxServer(port=port, stage=staged.stage) as server:
            admin = server.telegram.ana
            typer.echo(
                f"Chat with the bot at {server.url} (Ctrl-C stops it); "
                f"{admin.first_name} is its admin, {_place(url)} its database."
            )
            local = {
                "bot_token": SecretStr(server.token),
                # Never those of ADMIN_IDS: whoever sits here may be anybody of the sandbox.
                "admin_ids": frozenset({admin.id}),
                "telegram_api_url": server.url,
                # What a community's bot needs would be in the way here.
                "telegram_proxy": None,
                "webhook_url": None,
                "allowed_chats": frozenset(),
                "http_port": None,
                "port": None,
            }
            await staged.run(server, settings.model_copy(update=local))
    except SandboxError as error:
        raise SandboxStartError(str(error)) from error
