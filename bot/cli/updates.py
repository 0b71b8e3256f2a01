"""The updates command: what was put aside."""

import asyncio
from typing import Annotated

import typer

from bot.cli.printing import print_json
from bot.database.connection import opened_database
from bot.database.errors import translate_errors
from bot.database.url import parse_database_url
from bot.gamification.failed_updates import FailedUpdate, read_failed_updates
from bot.logs import setup_logging
from bot.settings import Settings, load_settings


def updates(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the updates that never succeeded and were put aside; each changed nothing."""
    settings = load_settings()
    setup_logging(settings)
    failed = asyncio.run(_read(settings))
    if as_json:
        print_json({"updates": [one.as_json() for one in failed]})
        return
    from bot.cli import output  # noqa: PLC0415 - Rich is for people only

    output.updates(failed)


async def _read(settings: Settings) -> list[FailedUpdate]:
    url = parse_database_url(settings.database_url.get_secret_value())
    async with opened_database(url, statement_timeout=settings.database_timeout) as engine:
        with translate_errors("The look at the updates"):
            async with engine.connect() as connection:
                return await read_failed_updates(connection)
