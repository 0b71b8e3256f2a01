"""The sandbox command: the real bot, and a Telegram for it on this machine."""

import typer
from pydantic import SecretStr

from bot.app import run_bot
from bot.errors import BesitosError
from bot.settings import Settings
from sandbox import SandboxError, SandboxServer


class SandboxStartError(BesitosError):
    """The local Telegram cannot start."""


async def run_sandbox(settings: Settings, port: int) -> None:
    """Start the local Telegram and the bot against it. Raises `BesitosError`."""
    try:
        async with SandboxServer(port=port) as server:
            admin = server.telegram.ana
            typer.echo(
                f"Chat with the bot at {server.url} (Ctrl-C stops it); "
                f"{admin.first_name} is its admin."
            )
            local = {
                "bot_token": SecretStr(server.token),
                # Never those of ADMIN_IDS: whoever sits here may be anybody of the sandbox.
                "admin_ids": frozenset({admin.id}),
                "telegram_api_url": server.url,
                "webhook_url": None,
            }
            await run_bot(settings.model_copy(update=local))
    except SandboxError as error:
        raise SandboxStartError(str(error)) from error
