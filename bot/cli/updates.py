"""The updates command: what was put aside."""

import asyncio
from typing import Annotated

import typer
from sqlalchemy import URL

from bot.cli.printing import print_json
from bot.cli.settings import prepare
from bot.database.connection import opened_database
from bot.database.errors import translate_errors
from bot.gamification.failed_updates import FailedUpdate, read_failed_updates
from bot.settings import Settings


def updates(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the updates that never succeeded and were put aside; each changed nothing."""
    failed = asyncio.run(_read(*prepare(existing=True)))
    if as_json:
        print_json({"updates": [one.as_json() for one in failed]})
        return
    from bot.cli import output  # noqa: PLC0415 - Rich is for people only

    output.updates(failed)


async def _read(settings: Settings, url: URL) -> list[FailedUpdate]:
    async with opened_database(url, statement_timeout=settings.database_timeout) as engine:
        with translate_errors("The look at the updates"):
            async with engine.connect() as connection:
                return await read_failed_updates(connection)
