"""Hooks of a caller: the schema below the seeds, work of its own, progress and the clock."""

from collections.abc import Awaitable, Callable
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


class Progress(Protocol):
    """Is told how far a backfill is."""

    def __call__(self, done: int, total: int, /) -> None:
        """`done` of `total` parents have been looked at."""


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def silent(_done: int, _total: int, /) -> None:
    """Report no progress."""
