"""The seed's state, as an admin may see it: the marker, and which edits a start would keep."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import schema
from bot.gamification.bootstrap.findings import Findings, judge
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.plan import RowPlan
from bot.gamification.bootstrap.snapshot import take_snapshot
from bot.gamification.bootstrap.status import SeedStatus, make_status


@dataclass(frozen=True, slots=True)
class SeedState:
    """What `seed status` says, and the findings that it says it from."""

    status: SeedStatus
    findings: Findings

    @property
    def rows(self) -> tuple[RowPlan, ...]:
        """What is planned for each row of the seed; nothing in a newer release's database."""
        return self.findings.plan.rows if self.findings.plan else ()


async def read_seed_state(connection: AsyncConnection, manifest: Manifest) -> SeedState:
    """Judge the database of the caller's transaction, with the bootstrap's own eyes."""
    revision = await schema.current_revision(connection)
    findings = judge(await take_snapshot(connection), manifest)
    return SeedState(make_status(revision, findings, manifest), findings)
