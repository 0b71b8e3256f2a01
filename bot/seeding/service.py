"""Seeder: makes a database whole in one transaction, or finds that it is whole already."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import KW_ONLY, dataclass, replace
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import Any, TypeVar

from sqlalchemy import Connection, MetaData, Table, delete, func, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from .apply import advance_ids, taken_id, write_marker, write_rows
from .backfill import write_and_fill
from .declaration import Seed
from .errors import SeedError, UnknownSeedName, is_busy
from .export import export_values
from .foundation import Foundation
from .history import Run, read_runs, returning, write_runs
from .hooks import Finish, Progress, Repairs, Schema, silent, utc_now
from .inspection import compared, found, with_newcomers
from .lock import Exclusive, exclusive_transaction, retried
from .parts import demand, repeated
from .plan import Takes, nothing
from .report import Outcome, Report
from .revert import make_takes, to_null
from .snapshot import Look, Snapshot
from .tables import marker_table, runs_table

T = TypeVar("T")
#: The mechanism's own tables, as it makes them where nobody else has.
_OWN = MetaData()
_MARKER, _RUNS = marker_table(_OWN), runs_table(_OWN)


@dataclass(eq=False, repr=False)
class Seeder:
    """Brings one database to what some seeds declare.

    Any caller may run it at any time, also several at once. Every method raises `SeedError` with
    a sentence, or SQLAlchemy's `DBAPIError`; the database is then exactly as it was.

    `lock_timeout` is in seconds; `repairs` makes again what the schema has lost; `release` is
    recorded with each run; `numbered` are further tables whose next ids are looked after;
    `finish` is what the caller adds to what was written, in the same transaction; `clock`
    gives the time of what is recorded.
    """

    engine: AsyncEngine
    seeds: Sequence[Seed]
    _: KW_ONLY
    lock_timeout: float = 60
    release: str = ""
    schema: Schema | None = None
    repairs: Repairs | None = None
    numbered: Iterable[Table] = ()
    exclusive: Exclusive = exclusive_transaction
    finish: Finish | None = None
    progress: Progress = silent
    clock: Callable[[], datetime] = utc_now

    def __post_init__(self) -> None:
        """Prepare; nothing is read before a method is called."""
        engine, seeds = self.engine, self.seeds
        demand(isinstance(engine, AsyncEngine), f"{engine!r} is no AsyncEngine.")
        are_seeds = not isinstance(seeds, Seed) and all(isinstance(seed, Seed) for seed in seeds)
        demand(are_seeds and seeds, "Give a list of at least one seed.")
        self._seeds = {seed.name: seed for seed in seeds}
        twice = repeated([seed.name for seed in seeds])
        demand(twice is None, f"Two seeds have the name {twice!r}; give each its own.")
        self._foundation = Foundation(self.schema, self.repairs)
        parts = (part.table for seed in seeds for part in seed.parts)
        self._numbered = {
            table.fullname: table
            for table in (*parts, *self.numbered)
            if table.autoincrement_column is not None
        }
        # Its text is the same at each look.
        self._look = self._make_look(extra=self._foundation.questions(engine.dialect.name))

    async def run(self) -> Report:
        """Make the database whole; a whole one is only read, without any lock."""
        started = perf_counter()
        try:
            report: Report | None = await self.inspect()
        except DBAPIError as error:
            if not is_busy(error):  # else not even readers may in, and the lock is what we wait for
                raise
            report = None
        if report is None or report.changes_something:
            report = await self._in_transaction(self.apply)
        return replace(report, milliseconds=(perf_counter() - started) * 1000)

    async def plan(self, names: Iterable[str] = ()) -> Report:
        """Report exactly what `run`, or `take` of some names, would do: done, and rolled back."""
        takes = make_takes(self._seeds.values(), names)
        work = partial(self.apply, takes=takes, list_keys=True)
        return await self._in_transaction(work, dry_run=True)

    async def take(self, names: Iterable[str], connection: AsyncConnection | None = None) -> Report:
        """Give edits back to the manifest's values, and do what `run` does.

        A name is that of a section, a row (`rewards.welcome`) or a field (`rewards.welcome.name`,
        `config.greeting`); "*" is all. In a transaction of the caller's the rows are locked, and
        nothing else is. Raises `UnknownSeedName`.
        """
        takes = make_takes(self._seeds.values(), names)
        if connection is not None:
            return await self.apply(connection, takes=takes)
        return await self._in_transaction(partial(self.apply, takes=takes))

    async def revert(self, name: str, *, dry_run: bool = False) -> Report:
        """Set the fields of single rows to NULL and remove the marker; all other rows stay.

        `dropped()` of the report has the edits that are lost.
        """
        seed = self._seed(name)
        return await self._in_transaction(lambda one: self._revert(one, seed), dry_run=dry_run)

    async def export(self, name: str) -> dict[str, dict[str, Any]]:
        """Return what the database holds as values for a `Seed`.

        Raises `SeedError` with the row that cannot be expressed.
        """
        seed = self._seed(name)
        async with self._reading() as connection:
            look = Look(connection.dialect, [seed], markers=False, whole=True)
            return export_values(seed, await look.take(connection))

    async def history(
        self, limit: int = 20, connection: AsyncConnection | None = None
    ) -> list[Run]:
        """Return the newest runs that changed something, newest first."""
        if connection is None:
            async with self._reading() as own:
                return await self.history(limit, own)
        if not await self._has(connection, _RUNS):
            return []
        return await read_runs(connection, _RUNS, limit=limit)

    async def inspect(self, connection: AsyncConnection | None = None) -> Report:
        """Report what `run` would do from a look alone, which writes nothing and locks nothing.

        In a transaction of the caller's all tables have to be there.
        """
        if connection is None:
            async with self._reading() as own:
                return await self.inspect(own)
        look = self._look
        try:
            snapshot = await look.take(connection)
        except DBAPIError as error:
            if is_busy(error):
                raise
            await connection.rollback()
            # Tables that are not there yet cannot be read; anything else is a real error.
            if report := await self._foundation.unseen(connection):
                return report
            if self._foundation.schema is None and not await self._has(connection, _MARKER):
                look = self._make_look(markers=False)
            # Another start may have made the tables since.
            snapshot = await look.take(connection)
        behind, gaps = await self._foundation.judge(connection, snapshot.extra)
        return behind or await self._report(connection, snapshot, repairs=gaps)

    async def apply(
        self, connection: AsyncConnection, *, takes: Takes = nothing, list_keys: bool = False
    ) -> Report:
        """Do the work in the caller's transaction, which must be exclusive (see `lock`)."""
        started = perf_counter()
        revision, repaired = await self._foundation.lay(connection)
        await connection.run_sync(_OWN.create_all)
        if connection.dialect.name == "postgresql":
            for statement in self._look.locks():
                # One by one: what waits for a row sees all others as they were before it waited.
                await connection.exec_driver_sql(statement)
        snapshot = await self._look.take(connection)
        report = await self._report(connection, snapshot, takes=takes, repairs=repaired)
        for name in report.behind:
            await advance_ids(connection, self._numbered[name])
        pairs = [(self._seeds[one.name], one) for one in report.seeds]
        seeds = await write_and_fill(connection, pairs, self.progress, list_keys=list_keys)
        for seed, one in pairs:
            if not one.is_newer and not one.matches:
                now = self.clock()
                await write_marker(connection, _MARKER, seed, now=now, release=self.release)
        report = replace(
            report,
            seeds=tuple(seeds),
            schema_before=revision,
            milliseconds=(perf_counter() - started) * 1000,
        )
        if self.finish:
            await self.finish(connection, report)
        return await self._recorded(connection, report)

    async def _report(
        self,
        connection: AsyncConnection,
        snapshot: Snapshot,
        *,
        repairs: tuple[str, ...],
        takes: Takes = nothing,
    ) -> Report:
        seeds = with_newcomers(
            {seed: compared(seed, snapshot, takes) for seed in self._seeds.values()}
        )
        head = self._foundation.head
        if any(row.writes and row.stored for seed in seeds for row in seed.rows):
            runs = await read_runs(connection, _RUNS) if snapshot.markers else []
            seeds = [replace(seed, notes=tuple(returning(seed, runs))) for seed in seeds]
        behind = [one for one in snapshot.behind if await taken_id(connection, self._numbered[one])]
        return Report(tuple(seeds), head, head, repairs, tuple(behind))

    async def _revert(self, connection: AsyncConnection, seed: Seed) -> Report:
        revision = await self._foundation.revision(connection)
        if revision is None and self._foundation.schema:
            empty = found(replace(seed, backfills=()), Snapshot({}, {}, {}, (), ()))
            return Report((replace(empty, action=Outcome.UP_TO_DATE),))
        self._foundation.refuse_other(revision)
        await connection.run_sync(_OWN.create_all)
        snapshot = await Look(connection.dialect, [seed]).take(connection)
        one = found(seed, snapshot)
        if one.is_newer:
            raise SeedError(
                f"The seed {seed.name} has version {one.version_before} there, and this release "
                f"brings {seed.version}; revert it with the release that applied it."
            )
        rows = tuple(to_null(seed, snapshot))
        await write_rows(connection, seed, rows)
        await connection.execute(delete(_MARKER).where(_MARKER.c.seed == seed.name))
        action = Outcome.REVERTED if rows or one.marker else Outcome.UP_TO_DATE
        reverted = replace(one, rows=rows, backfills=(), action=action)
        return await self._recorded(connection, Report((reverted,), revision, revision))

    async def _recorded(self, connection: AsyncConnection, report: Report) -> Report:
        await write_runs(connection, _RUNS, report, now=self.clock(), release=self.release)
        return report

    async def _in_transaction(
        self, work: Callable[[AsyncConnection], Awaitable[T]], *, dry_run: bool = False
    ) -> T:
        async def once() -> T:
            async with self.exclusive(self.engine, self.lock_timeout, dry_run) as connection:
                result = await work(connection)
                await (connection.rollback() if dry_run else connection.commit())
                return result

        return await retried(once, self.lock_timeout)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        # Ending what has read needs no task of its own, as `async with engine.connect()` makes one.
        async with aclosing(await self.engine.connect()) as connection:
            if connection.dialect.name == "postgresql":  # a transaction is two visits more
                await connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    def _make_look(self, **options: Any) -> Look:
        numbered = self._numbered.values()
        return Look(self.engine.dialect, self._seeds.values(), numbered=numbered, **options)

    def _seed(self, name: str) -> Seed:
        if name not in self._seeds:
            raise UnknownSeedName(name, self._seeds)
        return self._seeds[name]

    async def _has(self, connection: AsyncConnection, table: Table) -> bool:
        def has(sync: Connection) -> bool:
            schema = table.schema
            if schema is None and sync.dialect.name == "postgresql":
                # One of another schema of the search path is another program's.
                schema = sync.scalar(select(func.current_schema()))
            return inspect(sync).has_table(table.name, schema=schema)

        return await connection.run_sync(has)
