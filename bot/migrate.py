"""What `alembic …` on the command line does around the migrations: connect, lock and seed.

The bot itself does not come through here: its bootstrap runs the migrations on its own
connection. Both end in the same database.
"""

import asyncio
from collections.abc import Callable

from alembic import context
from sqlalchemy import Connection

from bot.database.engine import create_engine, parse_database_url
from bot.database.schema import current_revision, head
from bot.database.transaction import exclusive_transaction
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.settings import Settings, load_settings


def migrate_and_seed(run_migrations: Callable[[Connection], None]) -> None:
    """Run Alembic's command in one exclusive transaction; at head, seed in the same one."""
    asyncio.run(_migrate_and_seed(run_migrations, load_settings()))


async def _migrate_and_seed(
    run_migrations: Callable[[Connection], None], settings: Settings
) -> None:
    manifest = load_manifest(settings.seed_file)
    engine = create_engine(parse_database_url(settings.database_url.get_secret_value()))
    try:
        async with exclusive_transaction(
            engine, timeout=settings.bootstrap_lock_timeout
        ) as connection:
            await connection.run_sync(run_migrations)
            if _moves_the_schema() and await current_revision(connection) == head():
                await BootstrapService(engine, manifest).seed(connection)
            await connection.commit()
    finally:
        await engine.dispose()


def _moves_the_schema() -> bool:
    """Tell `alembic upgrade` and `downgrade` from `current`, `check` and `stamp`.

    Alembic says so only in its options: where to go, which `stamp` gives as a tuple.
    """
    return isinstance(context.get_context().opts.get("destination_rev"), str)
