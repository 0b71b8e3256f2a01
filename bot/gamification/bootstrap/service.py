"""The bootstrap: schema and seeds made whole in one transaction, or found whole already."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot import __version__
from bot.database.base import Base
from bot.database.engine import SQLITE_BEGIN
from bot.database.errors import translate_errors
from bot.database.schema import AlembicSchema
from bot.database.transaction import exclusive_transaction
from bot.database.url import describe, sqlite_file
from bot.gamification.books import differing_accounts, orphans, restore_accounts
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.seed import PROFILES, SEED, make_seed
from bot.gamification.context import ConfigReader, read_problems
from bot.gamification.levels import settle_levels
from bot.gamification.releveling import unsettle
from bot.seeding import Report, Seeder, SeedError
from bot.seeding.history import Run
from bot.seeding.hooks import Progress, silent, utc_now

logger = logging.getLogger(__name__)


class BootstrapService:
    """Brings one database to what one manifest wants.

    Any caller may run it at any time, also several at once: the startup hook, the command line,
    Alembic, tests. Every method raises `DatabaseError`; the database is then exactly as it was.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        manifest: Manifest,
        *,
        lock_timeout: float = 60,
        progress: Progress = silent,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Prepare; nothing is read before a method is called.

        `lock_timeout` is in seconds; `clock` gives the time of what is recorded.
        """
        self.manifest = manifest
        self._engine = engine
        file = sqlite_file(engine.url)
        self._where = file.absolute() if file else describe(engine.url)
        schema = AlembicSchema(engine.dialect.name)
        self._seeder = Seeder(
            engine.execution_options(**{SQLITE_BEGIN: None}),  # a look needs no transaction
            [make_seed(manifest)],
            lock_timeout=lock_timeout,
            release=__version__,
            schema=schema,
            repairs=schema,
            numbered=Base.metadata.tables.values(),
            exclusive=exclusive_transaction,
            finish=self._finish,
            progress=progress,
            clock=clock,
        )

    async def run(self) -> Report:
        """Make the database whole; a whole one is only read, without any lock."""
        with translate_errors("The bootstrap"):
            report = await self._seeder.run()
        self._tell(report)
        return report

    async def plan(self, names: Iterable[str] = ()) -> Report:
        """Report exactly what `run`, or `take` of some names, would do: done, and rolled back."""
        with translate_errors("The dry run"):
            return await self._seeder.plan(names)

    async def inspect(self, connection: AsyncConnection | None = None) -> Report:
        """Report what `run` would do from a look alone, in the caller's transaction if need be."""
        with translate_errors("The look at the database"):
            return await self._seeder.inspect(connection)

    async def seed(self, connection: AsyncConnection) -> Report:
        """Do the work in the caller's exclusive transaction."""
        return await self._seeder.apply(connection)

    async def take(self, names: Iterable[str], connection: AsyncConnection | None = None) -> Report:
        """Give edits back to the manifest (`config.besitos_daily_gift`), and do what `run` does."""
        with translate_errors("Taking back edits"):
            report = await self._seeder.take(names, connection)
        self._tell(report)
        return report

    async def revert(self, *, dry_run: bool = False) -> Report:
        """Set the economy's settings to NULL and remove the marker; profiles and rewards stay.

        The bot then lives on the manifest's defaults, and its next start seeds again.
        """
        with translate_errors("The revert"):
            return await self._seeder.revert(SEED, dry_run=dry_run)

    async def export(self) -> dict[str, dict[str, Any]]:
        """Return the settings and rewards that the database holds, in a manifest's form."""
        with translate_errors("The export"):
            if not (await self._seeder.inspect()).seeds:
                raise SeedError(
                    "The database has not been seeded by this release; run `seed apply`, and "
                    "export then."
                )
            return await self._seeder.export(SEED)

    async def bad_values(self) -> list[str]:
        """Return a sentence for each value of settings and rewards that cannot be."""
        with translate_errors("The look at the rules"):
            async with self._engine.connect() as connection:
                return list(map(str, await read_problems(connection)))

    async def open_books(self) -> list[str]:
        """Return a sentence for accounts that differ from their ledger, and for orphaned rows.

        It reads every account, so no start waits for it.
        """
        with translate_errors("The look at the books"):
            async with self._engine.connect() as connection:
                accounts = await differing_accounts(connection)
                return [*map(str, accounts), *map(str, await orphans(connection))]

    def _tell(self, report: Report) -> None:
        if report.schema_before is None:
            logger.info("made a new database: %s", self._where)
        for words in report.repairs:
            logger.warning("a part of the schema was gone; the start did: %s", words)

    async def _finish(self, connection: AsyncConnection, report: Report) -> None:
        if any("level_formula" in row.changes for row in report.rows):
            await unsettle(connection)
        # Profiles that were deleted while their ledger was kept come back with its sums.
        if report.counts(PROFILES.name).created and await restore_accounts(connection):
            config = await ConfigReader(self.manifest.config).read(connection)
            await settle_levels(connection, config.formula)

    async def history(
        self, limit: int = 20, connection: AsyncConnection | None = None
    ) -> list[Run]:
        """Return the newest runs that changed something, newest first."""
        with translate_errors("The history"):
            return await self._seeder.history(limit, connection)
