"""A release with a newer seed and schema, rolled out and back beside replicas of this one.

The newer release is a copy of this one with what docs/economy.md says of a new setting: a column
and its migration, code that needs it, a default, and a higher version of the defaults, one of
which is another.
"""

import asyncio
import re
from pathlib import Path

from bot.database.revision import revisions
from bot.gamification.bootstrap.manifest import load_manifest
from tests.support.new_setting import REVISION, add_setting
from tests.support.programs import run
from tests.support.replicas import Replicas, paid_reactions, reactions, replicas_on

MEMBERS, EACH = 10, 3
OLD_PAY, NEW_PAY = 5, 6


async def test_there_and_back(postgresql_url: str, tmp_path: Path) -> None:
    """Old and new pay side by side, once each; the old one starts again after the way back."""
    newer = newer_release(tmp_path / "newer")
    updates = iter(reactions(MEMBERS, range(n, n + EACH)) for n in range(1, 21, EACH))
    async with replicas_on(postgresql_url, tmp_path) as replicas:
        balancer = replicas.balancer
        old_port, old = await replicas.started()
        balancer.ports = [old_port]

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(balancer.deliver(next(updates)))
            new_port, new = await replicas.started(newer / "main.py")
        await balancer.deliver(next(updates))  # the old one, on the schema of the new one
        balancer.ports = [old_port, new_port]
        await balancer.deliver(next(updates))
        assert refusal() in await refused(replicas)

        # Alembic takes the column away beside the old one, which goes on.
        new.terminate()
        assert 0 == (await new.ended()).exit_code
        balancer.ports = [old_port]
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(balancer.deliver(next(updates)))
            await downgrade(newer, postgresql_url)
        next_port, again = await replicas.started()
        balancer.ports = [old_port, next_port]
        await balancer.deliver(next(updates))
        for replica in (old, again):
            replica.terminate()
            ended = await replica.ended()
            assert (0, []) == (ended.exit_code, ended.sentences)

    paid = await paid_reactions(postgresql_url)
    assert 5 * EACH * MEMBERS == len(paid) == len({reference for _, reference, _ in paid})
    assert {OLD_PAY, NEW_PAY} == {amount for _, _, amount in paid}
    assert f"schema {revisions()[-1]} -> {REVISION}" in new.log
    version = load_manifest().version
    assert f"seeded with version {version + 1}, newer than this release's {version}" in again.log
    assert "Traceback" not in old.log + new.log + again.log


async def refused(replicas: Replicas) -> str:
    """Start one more of this release, and return what it says when it does not come up."""
    _, bot = replicas.launched()
    async with bot:
        ended = await bot.ended()
    assert 1 == ended.exit_code
    return "\n".join(ended.sentences)


def refusal() -> str:
    """Return what this release says to a schema that it does not know."""
    return (
        f"The database has schema revision {REVISION}, which this release does not know (it knows "
        f"up to {revisions()[-1]}); start the release that upgraded it, or a newer one."
    )


def newer_release(folder: Path) -> Path:
    """Make the newer release in `folder`."""
    add_setting(folder)
    catalogue = folder / "bot/database/catalogue.py"
    # The digests of a fresh database are others, too; with unknown ones a start reads all of it.
    fresh = re.sub(r"[0-9a-f]{16}", "0" * 16, catalogue.read_text(encoding="utf-8"))
    catalogue.write_text(fresh, encoding="utf-8")
    defaults = folder / "bot/gamification/bootstrap/defaults.toml"
    told = defaults.read_text(encoding="utf-8")
    for before, after in {
        f"version = {load_manifest().version}": f"version = {load_manifest().version + 1}",
        f"besitos_per_reaction = {OLD_PAY}": f"besitos_per_reaction = {NEW_PAY}",
    }.items():
        assert before in told
        told = told.replace(before, after, 1)
    defaults.write_text(told, encoding="utf-8")
    return folder


async def downgrade(release: Path, url: str) -> None:
    """Take the newer release's migration back, with the newer release."""
    ended = await asyncio.to_thread(
        run,
        ["-m", "alembic", "-c", "alembic.ini", "downgrade", "-1"],
        release,
        DATABASE_URL=url,
        LOG_LEVEL="WARNING",
    )
    assert 0 == ended.exit_code, ended.stderr
