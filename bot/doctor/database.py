"""State of the database: version, role, rights, schema and the disk below it."""

import os
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.base import Base
from bot.database.connection import opened_database
from bot.database.errors import reason
from bot.database.liveness import takes_writes
from bot.database.revision import OUR_SCHEMA
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
    "SELECT current_setting('server_version') AS version, current_user AS role,"  # noqa: S608
    " has_schema_privilege(current_schema(), 'CREATE') AS may_create,"
    " (SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class"
    " WHERE relname = ANY (:ours)"
    f" AND relnamespace = {OUR_SCHEMA} AND NOT (has_table_privilege(oid, 'SELECT')"
    " AND has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'UPDATE')"
    " AND has_table_privilege(oid, 'DELETE'))) AS shut"
)


async def look(settings: Settings, manifest: Manifest | None) -> tuple[list[Check], Sequence[int]]:
    """Return what was found, and some chats that the database knows."""
    try:
        url = database_url(settings)
        async with opened_database(url, statement_timeout=settings.database_timeout) as engine:
            await check_file(engine)
            return await _look(engine, url, manifest)
    except BesitosError as error:
        return [Check(AREA, str(error), well=False)], ()
    except (SQLAlchemyError, OSError) as error:
        sentence = f"The database fails ({reason(error)}); put that right in it."
        return [Check(AREA, sentence, well=False)], ()


async def _look(
    engine: AsyncEngine, url: URL, manifest: Manifest | None
) -> tuple[list[Check], Sequence[int]]:
    file = sqlite_file(url)
    checks = [_file(file) if engine.dialect.name == "sqlite" else await _server(engine)]
    if not await takes_writes(engine):
        advice = (
            "give the user of this program the file and its folder"
            if file
            else "give the address of the primary, or end default_transaction_read_only"
        )
        sentence = f"It is read-only, and nobody can be paid; {advice}."
        checks.append(Check(AREA, sentence, well=False))
    if file:
        checks.append(_disk(file.absolute()))
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


def _file(file: Path | None) -> Check:
    engine = f"SQLite {sqlite3.sqlite_version}"
    if file is None:
        return Check(AREA, f"{engine}, in memory.")
    told = f"{engine}, {file.absolute()}"
    if file.exists():
        return Check(AREA, f"{told}.")
    told += "; there is no such file yet, and"
    if os.access(file.absolute().parent, os.W_OK | os.X_OK):
        return Check(AREA, f"{told} a start makes it.")
    sentence = f"{told} none can be made in its folder; give that to the user of this program."
    return Check(AREA, sentence, well=False)


async def _server(engine: AsyncEngine) -> Check:
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        server = (await connection.execute(_SERVER, {"ours": list(Base.metadata.tables)})).one()
    through = " through a pooler" if driver.is_pooled else ""
    told = f"PostgreSQL {server.version} at {describe(engine.url)}{through} as {server.role}"
    if server.shut:
        sentence = f"{told}, who needs GRANT SELECT, INSERT, UPDATE, DELETE ON {server.shut}."
        return Check(AREA, sentence, well=False)
    if server.may_create:
        return Check(AREA, f"{told}.")
    sentence = f"{told}, who may make no tables; upgrades need GRANT CREATE ON SCHEMA."
    return Check(AREA, sentence, well=False)


def _disk(file: Path) -> Check:
    free = shutil.disk_usage(file.parent).free
    needed = max(_LEAST_FREE, file.stat().st_size if file.exists() else 0)
    sentence = f"{free / 1024**2:,.0f} MiB are free beside the file"
    if free >= needed:
        return Check("disk", f"{sentence}.")
    sentence += f", and {needed / 1024**2:,.0f} should be; make room, or the bot stops paying."
    return Check("disk", sentence, well=False)
