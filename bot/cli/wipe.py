"""The wipe command: deletion of all data."""

import asyncio
from typing import Annotated

import typer
from sqlalchemy import URL

import bot.gamification.models  # noqa: F401 - what is wiped are these tables
from bot.cli.printing import print_json
from bot.database import wipe as database
from bot.database.connection import opened_database
from bot.database.errors import DatabaseError
from bot.database.url import describe, parse_database_url, sqlite_file
from bot.logs import setup_logging
from bot.settings import load_settings


def wipe(
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Delete ALL data and keep the schema; the next start seeds again. Stop the bot first."""
    settings = load_settings()
    setup_logging(settings)
    url = parse_database_url(settings.database_url.get_secret_value())
    address = describe(url)
    _refuse_missing_file(url)
    if not yes:
        question = f"Delete all members, balances and settings in {address}?"
        typer.confirm(question, abort=True, err=as_json)
    deleted = asyncio.run(_wipe(url, settings.database_timeout))
    if as_json:
        print_json({"deleted": deleted})
    else:
        typer.echo(f"Deleted {deleted} rows from {address}. The next start seeds it again.")


def _refuse_missing_file(url: URL) -> None:
    if (file := sqlite_file(url)) and not file.exists():
        raise DatabaseError(
            f"There is no file {file.absolute()}, so nothing was deleted; correct DATABASE_URL."
        )


async def _wipe(url: URL, timeout: float) -> int:
    async with opened_database(url, statement_timeout=timeout) as engine:
        return await database.wipe(engine)
