"""Hooks of a caller: the schema below the seeds, work of its own, progress and the clock."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from .report import Report

#: What a caller adds to what was written, in the same transaction.
Finish = Callable[[AsyncConnection, Report], Awaitable[None]]


class Schema(Protocol):
    """The schema below the seeds, for a caller who upgrades it in the same transaction."""

    #: A SELECT of the revision, which a database at head understands.
    revision: str

    @property
    def head(self) -> str:
        """The revision that this release works with."""

    async def current(self, connection: AsyncConnection) -> str | None:
        """Return the revision of any database; None when it has none."""

    async def upgrade(self, connection: AsyncConnection, revision: str | None) -> None:
        """Bring the schema to head in the caller's transaction."""


class Repairs(Protocol):
    """What becomes of a schema after its migrations, for a caller who mends that as well."""

    def glance(self, dialect: str) -> str:
        """Return a scalar SELECT whose value tells `gaps` what it has to look at."""

    async def gaps(self, connection: AsyncConnection, glanced: str | None = None) -> Sequence[str]:
        """Return in words what is gone, and `repair` makes again."""

    async def repair(self, connection: AsyncConnection) -> Sequence[str]:
        """Make again what is gone, in the caller's transaction, and return that in words."""


class Progress(Protocol):
    """Is told how far a backfill is."""

    def __call__(self, done: int, total: int, /) -> None:
        """`done` of `total` parents have been looked at."""


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def silent(_done: int, _total: int, /) -> None:
    """Report no progress."""
