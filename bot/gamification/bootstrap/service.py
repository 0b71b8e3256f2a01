"""The bootstrap: make a database whole, in one transaction, or find that it is whole already."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot import __version__
from bot.database import schema
from bot.database.engine import for_single_reads
from bot.database.errors import explained, is_busy
from bot.database.transaction import exclusive_transaction
from bot.database.upgrade import upgrade
from bot.gamification.bootstrap.backfill import Progress, backfill_profiles, users_without_profile
from bot.gamification.bootstrap.findings import Findings, judge
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.marker import write_marker
from bot.gamification.bootstrap.report import (
    BootstrapReport,
    Counts,
    Outcome,
    count_config,
    count_rewards,
)
from bot.gamification.bootstrap.snapshot import take_snapshot
from bot.gamification.bootstrap.write import write_plan


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _silent(done: int, total: int) -> None:
    """Report no progress."""


class BootstrapService:
    """Brings one database to what one manifest wants.

    Any caller may run it at any time, also several at once: the startup hook, the command line,
    Alembic, tests.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        manifest: Manifest,
        *,
        lock_timeout: float = 60,
        progress: Progress = _silent,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Prepare; nothing is read before a method is called.

        `lock_timeout` is in seconds; `clock` gives the time of everything that is written.
        """
        self.manifest = manifest
        self._engine = engine
        self._lock_timeout = lock_timeout
        self._progress = progress
        self._clock = clock

    async def run(self) -> BootstrapReport:
        """Make the database whole; a whole one is only read, without any lock.

        Raises `DatabaseError`; the database is then exactly as it was.
        """
        started = perf_counter()
        with explained("The bootstrap"):
            revision, findings = await self._look()
            if findings and not findings.incomplete:
                report = self._report(findings, revision)
            else:
                async with exclusive_transaction(
                    self._engine, timeout=self._lock_timeout
                ) as connection:
                    report = await self.seed(connection)
                    await connection.commit()
        return replace(report, milliseconds=(perf_counter() - started) * 1000)

    async def plan(self) -> BootstrapReport:
        """Report exactly what `run` would do: the same transaction, rolled back."""
        started = perf_counter()
        with explained("The dry run"):
            async with exclusive_transaction(
                self._engine, timeout=self._lock_timeout, dry_run=True
            ) as connection:
                report = await self.seed(connection, list_profiles=True)
        return replace(report, milliseconds=(perf_counter() - started) * 1000)

    async def _look(self) -> tuple[str | None, Findings | None]:
        """Inspect, unless a file is kept from readers too: then the lock is what we wait for."""
        try:
            return await self.inspect()
        except DBAPIError as error:
            if not is_busy(error):
                raise
            return None, None

    async def inspect(self) -> tuple[str | None, Findings | None]:
        """Return the schema's revision and, when that is at head, what a look at the data found.

        Writes nothing and takes no lock. Raises `SchemaError` for a newer release's schema.
        """
        async with for_single_reads(self._engine).connect() as connection:
            try:
                snapshot = await take_snapshot(connection)
            except DBAPIError as error:
                if is_busy(error):
                    raise
                # Tables that are not there yet cannot be read; anything else is a real error.
                await connection.rollback()
                revision = await schema.current_revision(connection)
                schema.refuse_unknown(revision)
                if revision == schema.head():
                    raise
                return revision, None
        schema.refuse_unknown(snapshot.revision)
        if snapshot.revision != schema.head():
            return snapshot.revision, None
        return snapshot.revision, judge(snapshot, self.manifest)

    async def seed(
        self, connection: AsyncConnection, *, list_profiles: bool = False
    ) -> BootstrapReport:
        """Do the work in the caller's exclusive transaction, on what is read under its lock."""
        revision = await schema.current_revision(connection)
        await upgrade(connection, revision)
        findings = judge(await take_snapshot(connection, lock_rows=True), self.manifest)
        profile_ids = await users_without_profile(connection) if list_profiles else None
        created = await self._write(connection, findings)
        return replace(self._report(findings, revision, created), profile_ids=profile_ids)

    async def _write(self, connection: AsyncConnection, findings: Findings) -> int:
        now = self._clock()
        created = 0
        if findings.plan is not None:
            await write_plan(connection, findings.plan, now=now)
        if findings.snapshot.missing_profiles:
            created = await backfill_profiles(
                connection,
                users=findings.snapshot.users,
                missing=findings.snapshot.missing_profiles,
                now=now,
                progress=self._progress,
            )
        if findings.plan is not None and not findings.marker_matches:
            await write_marker(connection, self.manifest, now=now, release=__version__)
        return created

    def _report(
        self, findings: Findings, schema_before: str | None, created_profiles: int = 0
    ) -> BootstrapReport:
        outcome = findings.outcome
        if schema_before != schema.head() and outcome in {Outcome.UP_TO_DATE, Outcome.HEALED}:
            outcome = Outcome.UPGRADED
        newer = outcome is Outcome.NEWER
        snapshot = findings.snapshot
        return BootstrapReport(
            outcome=outcome,
            seed_before=findings.seed_before,
            seed_after=findings.seed_before if newer else self.manifest.version,
            schema_before=schema_before,
            schema_after=schema.head(),
            config=count_config(findings.plan),
            rewards=count_rewards(findings.plan),
            profiles=Counts(created_profiles, kept=snapshot.users - snapshot.missing_profiles),
            rows=findings.plan.rows if findings.plan else (),
        )
