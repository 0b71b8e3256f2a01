"""Foundation of the seeds: the caller's schema, its revision, and what it has lost since."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from .errors import SeedError
from .hooks import Repairs, Schema
from .report import Report


@dataclass(frozen=True, slots=True)
class Foundation:
    """The schema below the seeds, where a caller migrates it, and repairs it."""

    schema: Schema | None = None
    repairs: Repairs | None = None

    @property
    def head(self) -> str | None:
        """The revision that this release works with, None if nobody migrates."""
        return self.schema.head if self.schema else None

    def questions(self, dialect: str) -> list[str]:
        """Return scalar SELECTs for a look; `judge` wants to see what they gave."""
        asked = [self.schema.revision] if self.schema else []
        return [*asked, self.repairs.glance(dialect)] if self.repairs else asked

    async def judge(
        self, connection: AsyncConnection, answers: Sequence[str]
    ) -> tuple[Report | None, tuple[str, ...]]:
        """Return the report of a schema behind head, and what has to be repaired of one at head."""
        told = list(answers)
        if self.schema and told.pop(0) != self.head:
            return Report((), await self.schema.current(connection), self.head), ()
        return None, tuple(await self.repairs.gaps(connection, *told)) if self.repairs else ()

    async def unseen(self, connection: AsyncConnection) -> Report | None:
        """Report what has to be done before anybody can look, if anything has."""
        revision = await self.revision(connection)
        if revision != self.head:
            return Report((), revision, self.head)
        gaps = await self.repairs.gaps(connection) if self.repairs else ()
        return Report((), self.head, self.head, tuple(gaps)) if gaps else None

    async def revision(self, connection: AsyncConnection) -> str | None:
        """Return the revision of the database, None if it has none or nobody migrates."""
        return await self.schema.current(connection) if self.schema else None

    async def lay(self, connection: AsyncConnection) -> tuple[str | None, tuple[str, ...]]:
        """Bring the schema to head, in the caller's transaction, and make again what is gone.

        Returns the revision of before, and what was made again in words.
        """
        revision = await self.revision(connection)
        if self.schema:
            await self.schema.upgrade(connection, revision)
        return revision, tuple(await self.repairs.repair(connection)) if self.repairs else ()

    def refuse_other(self, revision: str | None) -> None:
        """Raise `SeedError` for a revision that is not head: the seeds are not ours to touch."""
        if revision != self.head:
            raise SeedError(
                f"The schema is at {revision}, not at {self.head}, so the seed is not ours "
                "to revert; do that with the release that wrote it, or run `seed apply` first."
            )
