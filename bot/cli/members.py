"""The member commands: what is stored about a person."""

import asyncio
from typing import Annotated, Any

import typer
from sqlalchemy import URL

from bot.cli.printing import print_json
from bot.database.connection import opened_database
from bot.database.errors import translate_errors
from bot.database.url import parse_database_url
from bot.gamification.privacy import export_member
from bot.logs import setup_logging
from bot.settings import load_settings

app = typer.Typer(help="Hand out what is stored about a member.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Hand out what is stored about a member."""


@app.command()
def export(
    user_id: Annotated[int, typer.Argument(metavar="ID", help="The member's Telegram id.")],
    *,
    as_json: Annotated[  # noqa: ARG001 - it is JSON in any case
        bool, typer.Option("--json", help="Print one JSON document; it does so anyway.")
    ] = False,
) -> None:
    """Print all that is stored about a member as one JSON document."""
    settings = load_settings()
    setup_logging(settings)
    url = parse_database_url(settings.database_url.get_secret_value())
    document = asyncio.run(_export(url, user_id))
    print_json(document)


async def _export(url: URL, user_id: int) -> dict[str, Any]:
    async with opened_database(url) as engine:
        with translate_errors("The export"):
            async with engine.connect() as connection:
                return await export_member(connection, user_id)
