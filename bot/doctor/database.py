"""State of the database: version, role, rights, schema and the disk below it."""

import shutil
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.connection import opened_database
from bot.database.errors import reason
from bot.database.liveness import takes_writes
from bot.database.sqlite_file import check_file
from bot.database.url import database_url, describe, sqlite_file
from bot.doctor import Check
from bot.errors import BesitosError
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.chats import read_known_chats
from bot.gamification.failed_updates import read_failed_updates
from bot.seeding.errors import counted
from bot.settings import Settings

AREA: Final = "database"
#: Bytes that must be free on the disk; and so many times the file, for a copy of it.
_LEAST_FREE: Final = 200 * 1024**2
_SERVER: Final = text(
    "SELECT current_setting('server_version') AS version, current_user AS role,"
    " has_schema_privilege(current_schema(), 'CREATE') AS may_create"
)


async def look(settings: Settings, manifest: Manifest | None) -> tuple[list[Check], Sequence[int]]:
    """Return what was found, and some chats that the database knows."""
    try:
        url = database_url(settings)
        async with opened_database(url, statement_timeout=settings.database_timeout) as engine:
            await check_file(engine)
            return await _look(engine, manifest)
    except BesitosError as error:
        return [Check(AREA, str(error), well=False)], ()
    except (SQLAlchemyError, OSError) as error:
        sentence = f"The database fails ({reason(error)}); put that right in it."
        return [Check(AREA, sentence, well=False)], ()


async def _look(
    engine: AsyncEngine, manifest: Manifest | None
) -> tuple[list[Check], Sequence[int]]:
    checks = [await _server(engine)]
    if not await takes_writes(engine):
        checks.append(
            Check(
                AREA,
                "It is read-only, and nobody can be paid; give the address of the primary, or "
                "end default_transaction_read_only.",
                well=False,
            )
        )
    checks += _disk(engine)
    if manifest is None:
        return checks, ()
    report = await BootstrapService(engine, manifest).inspect()
    if report.changes_something:
        checks.append(Check(AREA, f"A start would {'; '.join(report.pending())}."))
    else:
        checks.append(Check(AREA, "Schema and seed are up to date."))
    if not report.seeds:  # tables of another revision are not ours to judge
        return checks, ()
    async with engine.connect() as connection:
        failed = await read_failed_updates(connection)
        if failed:
            aside = counted(len(failed), "updates")
            sentence = f"Put aside: {aside}; `python main.py updates` says more."
            checks.append(Check(AREA, sentence, well=False))
        return checks, await read_known_chats(connection)


async def _server(engine: AsyncEngine) -> Check:
    where = sqlite_file(engine.url)
    if engine.dialect.name == "sqlite":
        return Check(AREA, f"SQLite {sqlite3.sqlite_version}, {where and where.absolute()}.")
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        server = (await connection.execute(_SERVER)).one()
    through = " through a pooler" if driver.is_pooled else ""
    told = f"PostgreSQL {server.version} at {describe(engine.url)}{through} as {server.role}"
    if server.may_create:
        return Check(AREA, f"{told}.")
    sentence = f"{told}, who may make no tables; upgrades need GRANT CREATE ON SCHEMA."
    return Check(AREA, sentence, well=False)


def _disk(engine: AsyncEngine) -> list[Check]:
    file = sqlite_file(engine.url)
    if file is None:
        return []
    there = file.absolute()
    free = shutil.disk_usage(there.parent).free
    needed = max(_LEAST_FREE, there.stat().st_size if there.exists() else 0)
    sentence = f"{free / 1024**2:,.0f} MiB are free beside the file"
    if free >= needed:
        return [Check("disk", f"{sentence}.")]
    sentence += f", and {needed / 1024**2:,.0f} should be; make room, or the bot stops paying."
    return [Check("disk", sentence, well=False)]
