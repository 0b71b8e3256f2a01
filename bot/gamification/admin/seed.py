"""The seed's state, as an admin may see it: the marker, and which edits a start would keep."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import schema
from bot.gamification.bootstrap.findings import judge
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.plan import RowPlan
from bot.gamification.bootstrap.snapshot import take_snapshot
from bot.gamification.bootstrap.status import SeedStatus, make_status


@dataclass(frozen=True, slots=True)
class SeedState:
    """What `seed status` says, and each row that has edits which differ from the manifest."""

    status: SeedStatus
    edited: tuple[RowPlan, ...]


async def read_seed_state(connection: AsyncConnection, manifest: Manifest) -> SeedState:
    """Judge the database of the caller's transaction, with the bootstrap's own eyes."""
    revision = await schema.current_revision(connection)
    findings = judge(await take_snapshot(connection), manifest)
    rows = findings.plan.rows if findings.plan else ()
    return SeedState(
        status=make_status(revision, findings, manifest),
        edited=tuple(row for row in rows if row.kept),
    )
