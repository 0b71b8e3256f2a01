"""The member commands: what is stored about a person, and the end of it."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from typing import Annotated, Any

import typer
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cli.printing import print_json
from bot.cli.settings import AsJson, Yes, prepare
from bot.database.connection import opened_database
from bot.database.engine import for_writing
from bot.database.errors import translate_errors
from bot.database.url import describe
from bot.gamification.context import utc_now
from bot.gamification.forgetting import Forgotten, forget_member
from bot.gamification.member_export import export_member
from bot.seeding.lock import retried
from bot.settings import Settings

app = typer.Typer(help="Hand out or erase what is stored about a member.", no_args_is_help=True)
_Database = AbstractAsyncContextManager[AsyncEngine]
#: Seconds in which a deadlock with a running bot is tried again.
_LONGEST_WAIT = 60.0
#: What the column of an id holds.
_HIGHEST_ID = 2**63 - 1
UserId = Annotated[
    int,
    typer.Argument(
        metavar="ID", min=-_HIGHEST_ID, max=_HIGHEST_ID, help="The member's Telegram id."
    ),
]


@app.command()
def export(
    user_id: UserId,
    *,
    as_json: Annotated[  # noqa: ARG001 - it is JSON in any case
        bool, typer.Option("--json", help="Print one JSON document; it does so anyway.")
    ] = False,
) -> None:
    """Print all that is stored about a member as one JSON document."""
    document = asyncio.run(_export(_opened(*prepare(existing=True)), user_id))
    print_json(document)


@app.command()
def erase(
    user_id: UserId,
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Forget a member for good: names and ids go, the ledger's sums stay.

    Whoever comes back starts anew, and is paid nothing twice. Backups and logs are not touched.
    """
    settings, url = prepare(existing=True)
    if not yes:
        question = f"Forget member {user_id} in {describe(url)}, for good?"
        typer.confirm(question, abort=True, err=as_json)
    forgotten = asyncio.run(_erase(_opened(settings, url), user_id))
    if as_json:
        print_json({"user_id": user_id, **asdict(forgotten)})
    else:
        typer.echo(_said(user_id, forgotten))


def _said(user_id: int, forgotten: Forgotten) -> str:
    if forgotten.before:
        return f"Member {user_id} was forgotten before; there was nothing left to do."
    kept, deleted = (
        ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in rows.items() if count)
        for rows in (forgotten.kept, forgotten.deleted)
    )
    return (
        f"Member {user_id} is forgotten. Rows that stay without name and id: {kept or 'none'}; "
        f"deleted besides: {deleted or 'none'}. Backups and logs made before still have them."
    )


def _opened(settings: Settings, url: URL) -> _Database:
    return opened_database(url, statement_timeout=settings.database_timeout)


async def _erase(database: _Database, user_id: int) -> Forgotten:
    async with database as engine:

        async def once() -> Forgotten:
            async with for_writing(engine).begin() as connection:
                return await forget_member(connection, user_id, utc_now())

        with translate_errors("The erasure"):
            return await retried(once, _LONGEST_WAIT)


async def _export(database: _Database, user_id: int) -> dict[str, Any]:
    async with database as engine:
        with translate_errors("The export"):
            async with engine.connect() as connection:
                return await export_member(connection, user_id)
