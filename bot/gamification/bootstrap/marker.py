"""The marker: which seed the database has, and the values to merge the next one against."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.upsert import insert
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.models import SeedMarker

SEED: Final = "gamification"


@dataclass(frozen=True, slots=True)
class Marker:
    """The seed that was last applied, when and by which release of the bot."""

    version: int
    fingerprint: str
    values: Mapping[str, Any]
    applied_at: datetime
    release: str

    def matches(self, manifest: Manifest) -> bool:
        """Whether this very manifest was applied."""
        return (self.version, self.fingerprint) == (manifest.version, manifest.fingerprint)


async def write_marker(
    connection: AsyncConnection, manifest: Manifest, *, now: datetime, release: str
) -> None:
    """Record that `manifest` is applied."""
    row = {
        "version": manifest.version,
        "fingerprint": manifest.fingerprint,
        "applied_values": manifest.values,
        "applied_at": now,
        "release": release,
    }
    statement = insert(connection.dialect.name, SeedMarker).values(seed=SEED, **row)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=[SeedMarker.seed], set_=row)
    )


async def delete_marker(connection: AsyncConnection) -> bool:
    """Forget the seed; whether there was a marker."""
    result = await connection.execute(delete(SeedMarker).where(SeedMarker.seed == SEED))
    return result.rowcount > 0
